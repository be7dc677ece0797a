"""Work that hangs, crashes, exits or raises, and what is left of it."""

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from synthesis.core.errors import MachineError, Symptom
from synthesis.core.sandbox import clock
from synthesis.core.sandbox.confinement import MY_OWN, Confinement
from synthesis.core.sandbox.zygote import Casualty, Zygote


def count(until: int) -> Iterator[int]:
    yield from range(until)


def then(harm: str) -> Iterator[str]:
    yield "before"
    if harm == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif harm == "exit":
        os._exit(3)
    elif harm == "hang":
        time.sleep(60)
    elif harm == "raise":
        raise ValueError("from inside")
    elif harm == "child":
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


def environment() -> Iterator[dict[str, str]]:
    yield dict(os.environ)


def noisy() -> Iterator[bytes]:
    os.write(1, b"this is dropped")
    yield b"x" * 3_000_000


def threads() -> Iterator[int]:
    import jax as jax_module
    import psutil

    jax: Any = jax_module
    jax.local_devices()  # which starts XLA, with its threads
    yield psutil.Process().num_threads()


@pytest.mark.needs("jax")
def test_work_starts_threads_for_two_cores_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPROC", "100")
    with Zygote(confinement=MY_OWN) as zygote:
        (count,) = zygote.run(threads, int, time_limit=60)
    assert count < 100


@pytest.mark.parametrize("confinement", [MY_OWN, Confinement()])
def test_work_sees_no_gpu(confinement: Confinement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    with Zygote(confinement=confinement) as zygote:
        (found,) = zygote.run(environment, dict[str, str], time_limit=20)
    assert (found["CUDA_VISIBLE_DEVICES"], found["JAX_PLATFORMS"]) == ("", "cpu")
    assert (os.environ["CUDA_VISIBLE_DEVICES"], os.environ["JAX_PLATFORMS"]) == ("0,1", "cuda")


def test_items_arrive_and_later_work_is_untouched_by_earlier_harm(capfd: pytest.CaptureFixture[str]) -> None:
    with Zygote(preload=["json", "no_such_module"]) as zygote:
        assert list(zygote.run(partial(count, 3), Any, time_limit=20)) == [0, 1, 2]
        for harm, symptom, detail in (
            ("segfault", Symptom.CRASH, "killed by SIGSEGV"),
            ("exit", Symptom.CRASH, "exit status 3"),
            ("hang", Symptom.TIMEOUT, "no result within 1 s"),
        ):
            items = list(zygote.run(partial(then, harm), Any, time_limit=1 if harm == "hang" else 20))
            assert items == ["before", Casualty(symptom=symptom, detail=detail)]
        with pytest.raises(RuntimeError, match="ValueError: from inside"):
            list(zygote.run(partial(then, "raise"), Any, time_limit=20))
        assert [len(item) for item in zygote.run(noisy, Any, time_limit=20)] == [3_000_000]
        assert list(zygote.run(partial(count, 2), Any, time_limit=20)) == [0, 1]
    assert "dropped" not in capfd.readouterr().out


def test_what_work_started_ends_with_it() -> None:
    start = time.monotonic()
    with Zygote(confinement=MY_OWN) as zygote:
        list(zygote.run(partial(then, "child"), Any, time_limit=2))
    assert time.monotonic() - start < 20


def test_work_that_is_left_early_is_ended() -> None:
    with Zygote() as zygote:
        items = zygote.run(partial(count, 10**9), Any, time_limit=20)
        assert next(items) == 0
        items.close()
        assert list(zygote.run(partial(count, 1), Any, time_limit=20)) == [0]


def left_behind() -> Iterator[str]:
    """Leave a running process and a file behind."""
    folder = Path(os.environ["TMPDIR"])
    (folder / "left").write_text("here")
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    yield str(folder)


def test_nothing_of_work_is_left_when_the_next_begins() -> None:
    """Its end is not waited for before."""
    begun = time.monotonic()
    with Zygote(confinement=MY_OWN) as zygote:
        folders: list[Path] = []
        for _ in range(3):
            (found,) = zygote.run(left_behind, Any, time_limit=20)
            assert all(not each.exists() for each in folders)
            folders.append(Path(found))
    assert all(not each.exists() for each in folders)
    assert time.monotonic() - begun < 50


def slow_but_at_work(seconds: float) -> Iterator[str]:
    """As on a machine with much else to do: a little of the processor now and then."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        time.sleep(0.1)
    yield "done"


def endless() -> Iterator[str]:
    while True:
        pass
    yield ""  # pyright: ignore[reportUnreachable]


def test_limits_are_of_processor_time() -> None:
    with Zygote() as zygote:
        began = time.monotonic()
        assert list(zygote.run(partial(slow_but_at_work, 0.5), Any, time_limit=1.0)) == ["done"]
        assert time.monotonic() - began > 2.0  # more than the limit by the clock, and half of it at work
        (end,) = zygote.run(endless, Any, time_limit=1.0)
        assert end == Casualty(symptom=Symptom.TIMEOUT, detail="no result within 1 s")


def raises_in_anothers_name() -> Iterator[int]:
    yield 1
    raise MachineError("trust me")


def test_a_stranger_raises_nothing_here() -> None:
    with Zygote() as zygote:
        *items, end = zygote.run(raises_in_anothers_name, int, time_limit=20, contained=True)
        assert items == [1]
        assert (end.symptom, end.detail) == (Symptom.CRASH, "raised trust me")
        with pytest.raises(MachineError, match="trust me"):
            list(zygote.run(raises_in_anothers_name, int, time_limit=20))


class KilledAsItStarts:
    """Work whose process is killed as it reads what it is to do, as often as there are files to take away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__dict__.update(state)
        for path in self.folder.iterdir():
            path.unlink()
            os.kill(0, signal.SIGKILL)

    def __call__(self) -> Iterator[int]:
        yield 7


@pytest.mark.parametrize("kills", [1, 2, 3])
def test_a_process_that_is_killed_before_its_work_begins_is_started_three_times(tmp_path: Path, kills: int) -> None:
    for number in range(kills):
        (tmp_path / str(number)).touch()
    with Zygote(confinement=MY_OWN) as zygote:
        results = zygote.run(KilledAsItStarts(tmp_path), int, time_limit=20, contained=True)
        if kills < 3:
            assert list(results) == [7]
        else:
            with pytest.raises(MachineError, match="killed by SIGKILL before its work began"):
                list(results)
        assert list(zygote.run(partial(count, 2), int, time_limit=20)) == [0, 1]


def test_items_that_come_soon_are_not_asked_for_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(clock, "processor_time", lambda process: asked.append(process) or 0.0)  # pyright: ignore
    with Zygote() as zygote:
        assert list(zygote.run(partial(count, 200), int, time_limit=20)) == list(range(200))
    assert len(asked) < 20
