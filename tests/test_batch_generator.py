"""Runs in chunks: killed anywhere and continued, they end with the same files; another run's folder is refused."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from folders import contents

from synthesis import BatchGenerator, ConfigError, OutputError
from synthesis.progress import Progress

COMMAND = [sys.executable, "-m", "synthesis", "generate", "--frontend", "jax", "--count", "60", "--chunk-size", "7"]


def test_a_run_killed_at_random_moments_ends_with_the_same_files(tmp_path: Path) -> None:
    whole = BatchGenerator("jax", chunk_size=7).run(60, tmp_path / "whole")
    moments = random.Random(3)
    kills = 0
    for _ in range(4):
        process = subprocess.Popen([*COMMAND, "--out", str(tmp_path / "killed")], stdout=subprocess.DEVNULL)
        target = len(list((tmp_path / "killed").glob("*.json"))) + moments.randint(1, 15)
        while process.poll() is None and len(list((tmp_path / "killed").glob("*.json"))) < target:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills >= 2
    (tmp_path / "killed" / ".000003_half.json.x7.tmp").write_text('{"python_sou')
    result = subprocess.run([*COMMAND, "--out", str(tmp_path / "killed")], capture_output=True, text=True, check=True)
    assert f"jax: {whole.rows} rows of 60 candidates" in result.stdout
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_run_killed_as_it_began_is_no_other_run(tmp_path: Path) -> None:
    (tmp_path / "_irsmith" / "chunks").mkdir(parents=True)
    (tmp_path / "_irsmith" / ".run.json.abc.tmp").write_text("{")
    assert BatchGenerator("jax").run(1, tmp_path).rows == 1
    assert not list(tmp_path.rglob("*.tmp"))


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    def again(_: Progress) -> None:
        with pytest.raises(OutputError, match="another process is writing to"):
            BatchGenerator("jax").run(2, tmp_path)

    assert BatchGenerator("jax").run(2, tmp_path, on_progress=again).rows == 2


def test_finished_chunks_are_not_made_again(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=5)
    batch.run(10, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")}
    said: list[Progress] = []
    summary = BatchGenerator("jax", chunk_size=5).run(12, tmp_path, on_progress=said.append)
    assert (summary.rows, summary.candidates) == (12, 12)
    steps = list(dict.fromkeys((each.done, each.total, each.resumed) for each in said))
    assert steps == [(0, 12, 0), (5, 12, 5), (10, 12, 10), (11, 12, 10), (12, 12, 10)]
    assert all(each.rate for each in said if each.done > each.resumed)
    assert said[-1].seconds_left == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_chunk_whose_files_are_gone_is_made_again(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=4)
    batch.run(8, tmp_path)
    before = contents(tmp_path)
    victim = min(tmp_path.glob("*.json"))
    victim.unlink()
    (tmp_path / "_irsmith" / "chunks" / "000004-000008.json").write_text("{")
    batch.run(8, tmp_path)
    assert contents(tmp_path) == before


def test_chunks_and_modules_change_no_row(tmp_path: Path) -> None:
    BatchGenerator("warp", chunk_size=3, kernels_per_module=1).run(20, tmp_path / "a")
    BatchGenerator("warp", chunk_size=20, kernels_per_module=7).run(20, tmp_path / "b")
    rows = [
        {name: text for name, text in contents(tmp_path / folder).items() if "/" not in name} for folder in ("a", "b")
    ]
    assert len(rows[0]) == 20
    assert rows[0] == rows[1]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": 1}, "seed was 0, now 1"),
    "level": ({"level": ["hlo"]}, r"level was \['jaxpr', 'stablehlo'\], now \['hlo'\]"),
    "device": ({"device": "tpu"}, "device was 'cpu', now 'tpu'"),
    "chunk size": ({"chunk_size": 9}, "chunk_size was 200, now 9"),
    "category": ({"category": ["math"]}, "category was .*, now"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_settings_are_refused_by_name(case: str, tmp_path: Path) -> None:
    BatchGenerator("jax").run(2, tmp_path)
    before = contents(tmp_path)
    settings, message = REFUSED[case]
    with pytest.raises(ConfigError, match=message):
        BatchGenerator("jax", **settings).run(2, tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty and holds no run to continue"):
        BatchGenerator("jax").run(2, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("name", ["chunk_size", "kernels_per_module"])
@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_sizes_are_positive_integers(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{name} must be an integer from 1, got"):
        BatchGenerator("jax", **{name: value})


def denied(*_: object) -> bool:
    return False


def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", denied)
    with pytest.raises(OutputError, match="permission denied"):
        BatchGenerator("jax").run(1, tmp_path / "out")
