"""At a terminal: files have the same bytes, only the screen has colours, and an interrupt prints no traceback."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from folders import contents

from synthesis import run_pipeline

# A function whose jaxpr has inner jaxprs in a primitive's parameters.
SOLVER = """
import jax.numpy as jnp
from jax import lax
from synthesis import example


@example("f32[4,4]", "f32[4]")
def solved(a, b):
    return lax.custom_linear_solve(lambda x: a @ x + 5.0 * x, b, lambda matvec, y: y / 5.0, symmetric=True)
"""


def at_a_terminal(arguments: list[str], *, interrupt_at: Path | None = None) -> tuple[int, str]:
    """Run a command whose streams are all a terminal, and return its exit status and output."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "synthesis", *arguments]
    process = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True, close_fds=True
    )
    os.close(follower)
    shown = b""
    while True:
        if interrupt_at is not None and list(interrupt_at.glob("_irsmith/parts/*.parquet")):
            os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it
            interrupt_at = None
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(leader)
    return process.wait(), shown.decode(errors="replace")


@pytest.mark.needs("jax")
def test_rows_are_the_same_bytes_at_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "solver.py").write_text(SOLVER)
    (tmp_path / "run.toml").write_text('frontend = "jax"\ncount = 12\ncategory = ["linalg", "solver"]\n')
    outputs: list[dict[str, bytes]] = []
    for where in ("pipe", "terminal"):
        drawn, mine = tmp_path / where / "drawn", tmp_path / where / "mine"
        for arguments in (
            ["generate", "--config", str(tmp_path / "run.toml"), "--out", str(drawn)],
            ["extract", str(tmp_path / "solver.py"), "--level", "jaxpr", "--format", "json", "--out", str(mine)],
        ):
            if where == "terminal":
                status, shown = at_a_terminal(arguments)
                assert status == 0, shown
            else:
                subprocess.run([sys.executable, "-m", "synthesis", *arguments], check=True, capture_output=True)
        outputs.append(contents(tmp_path / where))
    assert outputs[0] == outputs[1]
    (row,) = (tmp_path / "terminal" / "mine").glob("*.json")
    text = json.loads(row.read_text())["jaxpr"]
    assert "custom_linear_solve" in text
    assert "\x1b" not in text


@pytest.mark.needs("jax")
def test_an_interrupt_at_a_terminal_is_one_line(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["generate", "--frontend", "jax", "--count", "5000", "--chunk-size", "3", "--out", str(out)]
    status, shown = at_a_terminal(arguments, interrupt_at=out)
    assert status == 130
    assert "interrupted; the same command continues where it stopped" in shown
    assert "Traceback" not in shown


def test_paths_that_look_like_markup_are_paths(tmp_path: Path) -> None:
    out = tmp_path / "m" / "[" / "red]x[" / "red]"
    summary = run_pipeline(1, out, frontend="jax", verify="none")
    assert summary.rows == 1
    for arguments in (
        ["generate", "--frontend", "jax", "--count", "1", "--verify", "none", "--out", str(out)],
        ["stats", str(out)],
        ["verify", str(out)],
        ["show", str(out), "--id", "0"],
    ):
        result = subprocess.run([sys.executable, "-m", "synthesis", *arguments], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
        if arguments[0] != "show":
            assert str(out) in result.stdout


def test_the_bar_moves_from_the_first_second(tmp_path: Path) -> None:
    from synthesis.core.progress import Progress

    said: list[tuple[float, Progress]] = []
    began = time.monotonic()
    run_pipeline(60, tmp_path, frontend="jax", on_progress=lambda each: said.append((time.monotonic() - began, each)))
    ways = [each.way for _, each in said]
    assert ways == sorted(ways)
    assert ways[-1] == 60
    assert len({round(way) for way in ways}) > 40  # progress within candidates is reported, too
    assert sum(each.done == 0 for _, each in said) > 10
    assert all(each.rate is None or each.way - each.resumed >= 1 for _, each in said)


def test_time_left_forgets_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate ten candidates a second, a pause of half an hour, and again ten candidates a second."""
    from synthesis.core import progress
    from synthesis.core.progress import Meter, Progress

    now = 1000.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    said: list[Progress] = []
    meter = Meter(10_000, [said.append])
    meter.resume(500, 500)
    assert said[-1].rate is None
    for turn in range(400):
        now += 0.1 if turn != 200 else 1800
        meter.finish(is_row=True)
    assert said[150].rate == pytest.approx(10, rel=0.01)
    assert said[-1].rate is not None
    assert said[-1].rate < 0.3
    for _ in range(1300):
        now += 0.1
        meter.finish(is_row=True)
    assert said[-1].rate == pytest.approx(10, rel=0.02)
    assert said[-1].seconds_left == pytest.approx((10_000 - 500 - 1700) / 10, rel=0.02)
    meter.undo(None)
    assert said[-1].rate is not None
    assert said[-1].rate > 0
