"""Progress of long work: how often it is shown, and when the time left is estimated. The last test takes real time."""

import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from synthesis.core import progress, progress_display
from synthesis.core.progress import Meter, Progress


class Clock:
    """A clock that changes only when a test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    for module in (progress, progress_display):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=found.monotonic))
    return found


def shown_by(clock: Clock, silence: float) -> tuple["progress_display._Now", list[tuple[float, Progress]]]:  # pyright: ignore[reportPrivateUsage]
    said: list[tuple[float, Progress]] = []
    return progress_display._Now(lambda each: said.append((clock.now, each)), silence, silence), said  # pyright: ignore[reportPrivateUsage]


def test_silent_work_is_shown_again_with_the_file_that_it_is_at(clock: Clock) -> None:
    now, said = shown_by(clock, 15.0)
    meter = Meter(None, [now])
    meter.expect_chunks(8)
    meter.begin(1)
    meter.open("package.slow", 1)
    for _ in range(37 * 60):
        clock.now += 1
        now.tick()
    times = [at for at, _ in said]
    assert max(later - at for at, later in zip([1000.0, *times], times, strict=False)) <= 16
    assert len(said) >= 37 * 60 / 16
    at, last = said[-1]
    assert last.seconds == pytest.approx(at - 1000)
    assert last.slowest == ("package.slow", pytest.approx(at - 1000))
    assert all(each.seconds_left is None for _, each in said)


def test_work_of_which_nothing_is_known_yet_is_shown_too(clock: Clock) -> None:
    now, said = shown_by(clock, 15.0)
    clock.now += 20
    now.tick()
    assert [each.seconds for _, each in said] == [20]


def test_the_file_that_has_been_at_work_longest_is_named(clock: Clock) -> None:
    said: list[Progress] = []
    meter = Meter(None, [said.append])
    for part, name in enumerate(("first", "second", "third")):
        meter.begin(part)
        meter.open(name, part)
        clock.now += 10
    meter.open("fourth", 0)
    assert said[-1].slowest == ("second", 20)
    meter.undo(1)
    assert said[-1].slowest == ("third", 10)
    meter.close(2)
    assert said[-1].slowest == ("fourth", 0)
    meter.close(0)
    assert said[-1].slowest is None


Estimates = list[tuple[float, float | None]]
"""Pairs of the seconds since the start, and the estimated seconds left; None if there was no estimate."""


def parts_of(durations: list[float], workers: int, clock: Clock) -> tuple[Estimates, float]:
    """Simulate workers on chunks of given durations. Return the estimates in each second, and the total time."""
    told: Estimates = []
    began, waiting, ends = clock.now, list(enumerate(durations)), dict[int, float]()
    meter = Meter(None, [lambda each: told.append((clock.now - began, each.seconds_left))])
    told.clear()
    meter.expect_chunks(len(durations))
    meter.staff(workers)
    while waiting or ends:
        while waiting and len(ends) < workers:
            part, seconds = waiting.pop(0)
            ends[part] = clock.now + seconds
            meter.begin(part)
        for part in [part for part, end in ends.items() if end <= clock.now]:
            del ends[part]
            meter.close(part)
        meter.staff(workers)
        clock.now += 1
    return told, clock.now - 1 - began


def test_one_slow_file_is_no_ground_for_an_estimate(clock: Clock) -> None:
    told, _ = parts_of([600.0] + [2.0] * 10 + [3.0] * 10, 1, clock)
    assert all(left is None for at, left in told if at < 640)
    # With two workers, one file takes ten minutes while the others take seconds.
    told, took = parts_of([600.0] + [2.0] * 100, 2, clock)
    assert all(left is None for at, left in told if 210 < at < took - 1)


def test_like_files_are_an_estimate_early(clock: Clock) -> None:
    told, took = parts_of([20.0] * 100, 2, clock)
    assert all(left is None for at, left in told if at < 40)
    given = [(at, left) for at, left in told if left is not None and at < took]
    assert given[0][0] <= 80
    assert all(left == pytest.approx(took - at, rel=0.1, abs=25) for at, left in given)
    assert told[-1][1] == 0


def off(told: Estimates, took: float) -> tuple[int, int]:
    """Return the number of estimates after the first minute, and how many are wrong by more than a factor of two."""
    given = [(took - at, left) for at, left in told if left and at >= 60 and took - at > 2]
    return len(given), sum(not 0.5 <= left / true <= 2 for true, left in given)


@pytest.mark.parametrize("spread", [0.3, 1.0, 1.5, 2.0])
def test_estimates_of_files_are_within_a_factor_of_two_or_not_given(spread: float, clock: Clock) -> None:
    count = wrong = 0
    for seed in range(20):
        draws = random.Random(seed)
        durations = [draws.lognormvariate(2.0, spread) for _ in range(150)]
        told, took = parts_of(durations, draws.choice([1, 2, 4]), clock)
        more, off_by = off(told, took)
        count, wrong = count + more, wrong + off_by
    assert wrong <= 0.05 * count
    assert count > 1000 or spread > 1.0


def candidates_of(total: int, seconds: Callable[[int], float], clock: Clock) -> tuple[Estimates, float]:
    """Simulate candidates of given durations, one after the other, and return the estimates and the total time."""
    told: Estimates = []
    began = clock.now
    meter = Meter(total, [lambda each: told.append((clock.now - began, each.seconds_left))])
    for number in range(total):
        clock.now += seconds(number)
        meter.finish(is_row=True)
    return told, clock.now - began


def test_estimates_of_drawn_kernels_are_within_a_factor_of_two_or_not_given(clock: Clock) -> None:
    count = wrong = 0
    for seed in range(5):
        draws = random.Random(seed)
        times = [10.0, *(draws.expovariate(5.0) for _ in range(2999))]
        told, took = candidates_of(3000, times.__getitem__, clock)
        assert all(left is None for at, left in told if at < 15)
        more, off_by = off(told, took)
        count, wrong = count + more, wrong + off_by
    assert count > 5000
    assert wrong <= 0.01 * count


def test_there_is_no_estimate_while_the_rate_changes(clock: Clock) -> None:
    told, _ = candidates_of(1000, lambda number: 0.1 if number < 600 else 30.0, clock)
    assert told[500][1] == pytest.approx(50, rel=0.1)
    late = [left for _, left in told[606:610]]
    assert late[0] is None or late[0] > 300


SLOW = """
import sys
from synthesis.core import progress_display
progress_display._SILENCE, progress_display._TICK, progress_display._LONG = 1.0, 0.1, 1.0
from synthesis.cli import main
main()
"""


@pytest.mark.needs("jax")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_whose_import_takes_long_is_named_in_a_pipe(workers: str, tmp_path: Path) -> None:
    source = "import jax.numpy as jnp\n\ndef one(x):\n    '''f32[4]'''\n    return jnp.sin(x)\n"
    (tmp_path / "code").mkdir()
    for number in range(6):
        (tmp_path / "code" / f"quick_{number}.py").write_text(source)
    (tmp_path / "code" / "slow.py").write_text(f"import time\ntime.sleep(8)\n{source}")
    made = ["extract", str(tmp_path / "code"), "--guess-inputs", "--verify", "none", "--workers", workers]
    done = subprocess.run(
        [sys.executable, "-c", SLOW, *made, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("extract: ")]
    named = [line for line in lines if re.search(r", at \S+slow\.py for 0:00:\d\d", line)]
    assert len(named) >= 4, done.stderr
    assert not any(" left" in line for line in lines)
