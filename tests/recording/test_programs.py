"""``irsmith record``: programs run as they do without it, and what they launched is there, however they end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.core.stores.places import store_of
from synthesis.making.recording.storage import entries_of, launches_of, read_kernel, read_launch, read_refused

pytestmark = pytest.mark.needs("warp")
PROGRAM = Path(__file__).parents[1] / "kernels" / "launching.py"
SMALL = """
import warp as wp
wp.config.log_level = wp.LOG_ERROR

@wp.kernel
def {name}(values: wp.array(dtype=float), rate: float):
    i = wp.tid()
    values[i] = values[i] * rate

def launch(rate=0.5):
    values = wp.array([1.0, 2.0, 3.0], dtype=float)
    wp.launch({name}, dim=3, inputs=[values, rate])
    return values.numpy().tolist()
"""


def run(*words: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        list(map(str, words)), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def recorded(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(folder / "kept"), "--"]
    return run(*command, *words, folder=folder, **variables)


def names_in(folder: Path) -> list[str]:
    store = store_of(folder / "kept")
    return sorted(read_kernel(store, each.partition("/")[2]).spec.name for each in entries_of(store))


def write(folder: Path, text: str, name: str = "small") -> Path:
    path = folder / "program.py"
    path.write_text(SMALL.format(name=name) + text)
    return path


def test_a_program_prints_and_ends_as_it_does_without(tmp_path: Path) -> None:
    plain = run(sys.executable, PROGRAM, folder=tmp_path)
    found = recorded(tmp_path, PROGRAM)
    assert (found.returncode, found.stdout) == (plain.returncode, plain.stdout) == (3, plain.stdout)
    assert plain.stdout.count("\n") == 5
    assert found.stderr.replace(plain.stderr, "") == f"irsmith: 13 kernels recorded in {tmp_path / 'kept'}\n"


def test_a_program_that_fails_half_way_keeps_what_it_launched(tmp_path: Path) -> None:
    program = write(tmp_path, "launch()\nraise SystemError('half way')\n")
    found = recorded(tmp_path, "python", program)
    assert found.returncode == 1
    assert "SystemError: half way" in found.stderr
    assert names_in(tmp_path) == ["small"]


def test_a_program_that_is_killed_keeps_what_it_launched(tmp_path: Path) -> None:
    program = write(tmp_path, "import os, signal\nlaunch()\nos.kill(os.getpid(), signal.SIGKILL)\n")
    assert recorded(tmp_path, program).returncode == 128 + signal.SIGKILL
    assert names_in(tmp_path) == ["small"]


def test_processes_that_a_program_starts_or_forks_are_recorded_too(tmp_path: Path) -> None:
    write(tmp_path, "if __name__ == '__main__':\n    launch()\n")
    outer = tmp_path / "outer.py"
    outer.write_text(
        SMALL.format(name="outer") + "import os, subprocess, sys\n"
        "subprocess.run([sys.executable, 'program.py'], check=True)\n"
        "if os.fork() == 0:\n    launch()\n    os._exit(0)\n"
        "os.wait()\n"
    )
    assert recorded(tmp_path, outer).returncode == 0
    assert names_in(tmp_path) == ["outer", "small"]


def test_threads_launch_as_they_like(tmp_path: Path) -> None:
    program = write(
        tmp_path,
        "import threading\nlaunch()\n"
        "threads = [threading.Thread(target=lambda: [launch() for _ in range(50)]) for _ in range(4)]\n"
        "[each.start() for each in threads]\n[each.join() for each in threads]\nprint(launch())\n",
    )
    found = recorded(tmp_path, program)
    assert (found.returncode, found.stdout) == (0, "[0.5, 1.0, 1.5]\n")
    assert names_in(tmp_path) == ["small"]


def test_a_test_run_is_a_program(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        SMALL.format(name="small") + "def test_it():\n    assert launch()[0] == 0.5\n"
    )
    found = recorded(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py")
    assert (found.returncode, "1 passed" in found.stdout) == (0, True)
    assert names_in(tmp_path) == ["small"]


def test_a_sitecustomize_of_the_users_runs_too_and_the_path_is_as_without(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "sitecustomize.py").write_text("print('mine')\n")
    program = tmp_path / "program.py"
    program.write_text("import sys\nprint(sys.path, sorted(each for each in sys.modules if 'warp' in each))\n")
    path = os.pathsep.join(filter(None, (str(mine), os.environ.get("PYTHONPATH"))))
    plain = run(sys.executable, program, folder=tmp_path, PYTHONPATH=str(mine))
    found = recorded(tmp_path, program, PYTHONPATH=path)
    assert plain.stdout.startswith("mine\n")
    expected = run(sys.executable, program, folder=tmp_path, PYTHONPATH=path)
    assert found.stdout == f"mine\n{expected.stdout}"  # irsmith's own process runs it too


def test_launches_that_are_alike_are_kept_once_and_unlike_ones_up_to_a_number(tmp_path: Path) -> None:
    program = write(tmp_path, "for _ in range(20):\n    launch()\nfor n in range(8):\n    launch(10.0 ** (4 * n))\n")
    recorded(tmp_path, program)
    store = store_of(tmp_path / "kept")
    (entry,) = entries_of(store)
    kept = launches_of(store, entry.partition("/")[2])
    rates = {float(read_launch(store, entry.partition("/")[2], each).values["rate"]) for each in kept}
    assert 0.5 in rates
    assert 1 < len(kept) <= 4


def test_what_cannot_be_recorded_is_noted_with_its_reason(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        SMALL.format(name="small") + "small.func.__code__ = compile('0', 'x', 'eval')\nprint(launch())\n"
    )
    found = recorded(tmp_path, program)
    assert found.stdout == "[0.5, 1.0, 1.5]\n"
    store = store_of(tmp_path / "kept")
    entries = entries_of(store)
    notes = [read_refused(store, each.partition("/")[2]) for each in entries if each.startswith("refused")]
    assert entries
    assert all(each.kernel == "small" and each.why for each in notes)


def test_no_program_and_no_such_program_are_usage_errors(tmp_path: Path) -> None:
    for words, said in (((), "no program given"), (("no-such-program",), "no such program")):
        found = recorded(tmp_path, *words)
        assert found.returncode == 2
        assert said in found.stderr
