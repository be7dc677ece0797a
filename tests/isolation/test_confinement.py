"""What work without rights can do: compute, and nothing that anybody else would notice."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from synthesis.core.errors import ConfigError, MachineError, SandboxError, Symptom
from synthesis.core.sandbox import linux, serving
from synthesis.core.sandbox.confinement import ALL, MY_OWN, Confinement, Limits, Protection, Sandbox, describe
from synthesis.core.sandbox.zygote import Casualty, Zygote


def works() -> bool:
    """Whether this machine lets every protection be had, which a container may not."""
    try:
        with Zygote(confinement=Confinement(sandbox=Sandbox.REQUIRE)) as zygote:
            list(zygote.run(nothing, Any, time_limit=20))
    except SandboxError:
        return False
    return True


def nothing() -> Iterator[int]:
    yield from ()


confined = pytest.mark.skipif("not works()", reason="this machine lacks namespaces, Landlock or seccomp")


def attempt(what: str, place: str) -> Iterator[str]:
    """Try something; says that it went well, or is a process that does not come back."""
    match what:
        case "write":
            Path(place, "harm").write_text("x")
        case "read":
            Path(place, "secret").read_text()
        case "list":
            os.listdir(place)
        case "remove":
            Path(place, "secret").unlink()
        case "mode":
            Path(place, "secret").chmod(0o777)
        case "time":
            os.utime(Path(place, "secret"), (0, 0))
        case "link":
            os.link(Path(place, "secret"), "mine")
        case "socket":
            socket.socket(socket.AF_INET)
        case "unix":
            socket.socket(socket.AF_UNIX)
        case "program":
            subprocess.run(["/bin/true"], check=True)
        case "replace":
            os.execv(sys.executable, [sys.executable, "-c", "pass"])
        case "fork":
            os.fork()
        case "kill":
            os.kill(1, signal.SIGTERM)
            os.kill(os.getppid(), signal.SIGKILL)
        case "suicide":
            os.kill(os.getpid(), signal.SIGKILL)
        case "processes":
            os.listdir("/proc/1")
        case "environment":
            Path("/proc/self/environ").read_bytes()
        case "trace":
            check(ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0))
        case "unshare":
            check(ctypes.CDLL(None, use_errno=True).unshare(0x10000000))
        case "mount":
            check(ctypes.CDLL(None, use_errno=True).mount(b"none", b"/tmp", b"tmpfs", 0, None))
        case "chown":
            os.chown(Path(place, "secret"), 1, 1)
        case "setuid":
            os.setgroups([0])
        case _:
            raise AssertionError(what)
    yield "done"


def check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "refused")


@pytest.fixture(scope="module")
def strict() -> Iterator[Zygote]:
    with Zygote(confinement=Confinement(sandbox=Sandbox.REQUIRE)) as zygote:
        yield zygote


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("token")
    return tmp_path


@confined
@pytest.mark.parametrize(
    "what",
    ["write", "read", "list", "remove", "mode", "time", "link", "socket", "unix", "program", "replace", "fork", "kill",
     "suicide", "processes", "environment", "trace", "unshare", "mount", "chown", "setuid"],
)  # fmt: skip
def test_what_computing_does_not_need_is_refused(what: str, strict: Zygote, home: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Permission|OSError|FileNotFound"):
        list(strict.run(partial(attempt, what, str(home)), str, time_limit=20))
    assert [each.name for each in home.iterdir()] == ["secret"]
    assert (home / "secret").read_text() == "token"
    assert (home / "secret").stat().st_mtime > 1
    assert strict.protections == ALL


def own_business() -> Iterator[str]:
    Path("mine").write_text("x")
    found = [Path("mine").read_text(), str(Path(tempfile.gettempdir()) == Path.cwd())]
    thread = threading.Thread(target=found.append, args=("thread",))
    thread.start()
    thread.join()
    yield from found


@confined
def test_a_folder_of_its_own_and_threads_are_left(strict: Zygote) -> None:
    assert list(strict.run(own_business, str, time_limit=20)) == ["x", "True", "thread"]


def variables() -> Iterator[str]:
    yield from os.environ


def test_a_stranger_sees_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    with Zygote() as zygote:
        assert "HF_TOKEN" not in list(zygote.run(variables, str, time_limit=20))
    with Zygote(confinement=MY_OWN) as zygote:
        assert "HF_TOKEN" in list(zygote.run(variables, str, time_limit=20))


def use(what: str) -> Iterator[Any]:
    match what:
        case "memory":
            yield len(bytearray(1 << 30))
        case "file":
            with open("big", "wb") as file:
                file.write(bytes(64 << 20))
            yield 0
        case "output":
            yield bytes(64 << 20)
        case "many":
            for _ in range(10**9):
                yield bytes(1 << 20)
        case "threads":
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
            time.sleep(30)
            yield 0
        case _:
            raise AssertionError(what)


@pytest.mark.parametrize(
    ("what", "told"),
    [("memory", "MemoryError"), ("file", "OSError|SIGXFSZ"), ("threads", "can't start new thread|more than 64 threads"),
     ("output", "larger than 16 MiB"), ("many", "larger than 16 MiB")],
)  # fmt: skip
def test_limits_hold(what: str, told: str) -> None:
    # Stacks of threads take address space: where it is short, a thread may fail as it begins, and Python waits for it.
    limits = Limits(memory=512 if what == "memory" else 1 << 16, threads=64, files=16, output=16)
    with Zygote(confinement=Confinement(limits=limits)) as zygote:
        try:
            *_, last = zygote.run(partial(use, what), Any, time_limit=20)
            said = last.detail
        except RuntimeError as error:
            said = str(error)
    assert re.search(told, said), said


def leaves_something(place: str) -> Iterator[int]:
    """Processes that leave their group, their session and their parents."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(place, str(os.getpid())).touch()
            while True:
                time.sleep(0.1)
                Path(place, "alive").touch()
        os._exit(0)
    while not Path(place, "alive").exists():
        time.sleep(0.01)
    yield 1


@pytest.mark.parametrize("left_early", [False, True])
def test_nothing_outlives_work_of_the_users_own(left_early: bool, tmp_path: Path) -> None:
    with Zygote(confinement=MY_OWN) as zygote:
        items = zygote.run(partial(leaves_something, str(tmp_path)), int, time_limit=20)
        assert next(items) == 1
        items.close() if left_early else list(items)
        (tmp_path / "alive").unlink()
        time.sleep(0.5)
        assert not (tmp_path / "alive").exists()


def says_nothing(status: int) -> Iterator[int]:
    os._exit(status)
    yield 0  # pyright: ignore[reportUnreachable]


def sends(data: bytes) -> Iterator[int]:
    """Forges what comes through the pipe, which is the only descriptor that it has."""
    os.write(3, data)
    os._exit(0)
    yield 0  # pyright: ignore[reportUnreachable]


@pytest.mark.parametrize(
    "data", [b"", b"\x02", b"\x02" + bytes(8), b"\x02" + b"\xff" * 8, b"\x09" + bytes(8), bytes(99)]
)
def test_an_end_without_results_is_a_crash(data: bytes) -> None:
    with Zygote() as zygote:
        work = partial(sends, data) if data else partial(says_nothing, 0)
        (end,) = zygote.run(work, int, time_limit=20)
        assert isinstance(end, Casualty)
        assert end.symptom is Symptom.CRASH
        assert list(zygote.run(partial(says_nothing, 3), int, time_limit=20))[-1].detail == "exit status 3"


def copies_itself() -> Iterator[int]:
    os.fork()
    yield os.getpid()


def test_a_fork_writes_nothing_twice() -> None:
    with Zygote(confinement=MY_OWN) as zygote:
        assert len(list(zygote.run(copies_itself, int, time_limit=20))) == 1


def sleeps() -> Iterator[int]:
    yield os.getpid()
    time.sleep(60)


def kill_somebody(zygote: Zygote, name: str) -> None:
    """Kill a process of those that stand behind a piece of work, from outside."""
    served = psutil.Process(zygote._process.pid)  # pyright: ignore[reportPrivateUsage]
    (keeper,) = served.children()
    (first,) = keeper.children()
    (work,) = first.children()
    {"zygote": served, "keeper": keeper, "first": first, "work": work}[name].kill()


@confined
@pytest.mark.parametrize("name", ["zygote", "keeper", "first", "work"])
def test_what_the_machine_kills_is_told_from_what_ends_by_itself(name: str) -> None:
    with Zygote(confinement=Confinement(sandbox=Sandbox.REQUIRE)) as zygote:
        items = zygote.run(sleeps, int, time_limit=20)
        next(items)
        work = psutil.Process(zygote._process.pid).children(recursive=True)  # pyright: ignore[reportPrivateUsage]
        kill_somebody(zygote, name)
        if name == "zygote":
            with pytest.raises(MachineError, match="is gone"):
                list(items)
        else:
            (end,) = items
            assert end.machine
        _, alive = psutil.wait_procs(work, timeout=10)
        assert not alive


HOLDS = """
import sys
from synthesis.core.sandbox.zygote import Zygote
sys.path.insert(0, {tests!r})
from test_confinement import sleeps
with Zygote() as zygote:
    for item in zygote.run(sleeps, int, time_limit=50):
        print("begun", zygote._folder, flush=True)
"""


def test_all_ends_with_a_command_that_is_killed() -> None:
    program = HOLDS.format(tests=str(Path(__file__).parent))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        folder = Path(command.stdout.readline().split()[1])
        behind = psutil.Process(command.pid).children(recursive=True)
        assert len(behind) == 4
        command.kill()
    _, alive = psutil.wait_procs(behind, timeout=10)
    assert not alive
    assert not folder.exists()


def test_a_machine_without_a_protection_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> None:
        raise PermissionError(1, "not here")

    monkeypatch.setattr(linux, "enter_namespaces", refuses)
    from synthesis.core.sandbox import confinement

    with pytest.raises(SandboxError, match="does not allow namespaces: not here"):
        confinement.enter(Confinement(sandbox=Sandbox.REQUIRE), Path())
    held = confinement.enter(Confinement(), Path())
    assert held == {Protection.LIMITS}
    assert describe(held) == "limits; without namespaces, read-only mounts, Landlock, seccomp"


def test_a_full_disk_is_the_machines_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with Zygote() as zygote:
        zygote.check_machine()

        def full(folder: Path) -> str:
            del folder
            return "No space left on device"

        monkeypatch.setattr("synthesis.core.sandbox.zygote.check_space", full)
        with pytest.raises(MachineError, match=r"cannot be written to .*: No space left"):
            zygote.check_machine()


def test_limits_are_positive_whole_numbers() -> None:
    with pytest.raises(ConfigError, match="the limit of memory must be an integer from 1, got 0"):
        Limits(memory=0)


def test_no_system_call_is_refused_under_two_names() -> None:
    for groups in serving.linux._REFUSED.values():  # pyright: ignore[reportPrivateUsage]
        numbers = [number for group in groups.values() for number in group]
        assert len(numbers) == len(set(numbers))
