"""Emulated machines: the limits of their tests, and the report."""

from pathlib import Path

import other_machines
import pytest
from other_machines import GIGABYTE, Machine, machines, main, run

LIMITS = """
import os
import resource

import numpy
import pytest

def test_older_instructions():
    unwanted = os.environ["NPY_DISABLE_CPU_FEATURES"].split()
    assert unwanted
    assert not set(unwanted) & set(numpy.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
    assert "xla_cpu_max_isa" in os.environ["XLA_FLAGS"]

def test_small():
    assert len(os.sched_getaffinity(0)) == 1
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == 8 * 10**9
    with pytest.raises(MemoryError):
        bytearray(9 * 10**9)
"""
OUTCOMES = """
import pytest

def test_right():
    pass

@pytest.mark.skip
def test_left_out():
    pass

@pytest.mark.parametrize("case", ["a", "b"])
def test_wrong(case):
    assert case == "a"
"""
CHILDREN = """
import subprocess
import sys

def test_children():
    program = "import time; held = bytes(b'x' * 200_000_000); time.sleep(5)"
    children = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [child.wait() for child in children] == [0] * 4
"""


@pytest.fixture(autouse=True)
def own_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_machines, "RESULTS", tmp_path / "results")


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_a_machine_has_its_limits(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "test_limits.py").write_text(LIMITS)
    chosen = "test_small" if machine.cores else "test_older_instructions"
    result = run(machine, ["-n0", "-k", chosen, str(tmp_path)])
    assert (result.passed, result.skipped, result.failed) == (1, 0, ())
    assert 0.02 < result.memory / GIGABYTE < 8


def test_failures_are_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "test_outcomes.py").write_text(OUTCOMES)
    assert main(["--machine", "one core, 8 GB", "-n0", str(tmp_path)]) == 1
    *_, head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["machine", "passed", "skipped", "failed"]
    assert row.startswith("one core, 8 GB")
    assert row.split()[4:7] == ["2", "1", "1"]
    assert row.endswith("test_outcomes::test_wrong[b]")
    assert main(["--machine", "one core, 8 GB", "-n0", "-k", "right", str(tmp_path)]) == 0


def test_tests_that_do_not_run_are_a_failure(tmp_path: Path) -> None:
    result = run(Machine(name="this"), ["-n0", "-k", "nothing", str(tmp_path)])
    assert (result.passed, result.failed) == (0, ("pytest ended with status 5",))
    result = run(Machine(name="this"), ["-n0", "--no-such-option"])
    assert (result.passed, result.failed) == (0, ("pytest ended with status 4 and no report",))


def test_more_memory_than_the_machine_has_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_children.py").write_text(CHILDREN)
    result = run(Machine(name="tiny", memory=GIGABYTE // 2), ["-n0", str(tmp_path)])
    assert result.passed == 1  # no single process exceeds the limit
    assert result.memory > 0.6 * GIGABYTE
    assert result.failed == (f"all processes together used {result.memory / GIGABYTE:.1f} GB of memory",)
