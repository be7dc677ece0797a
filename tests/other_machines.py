"""Runs the tests as other machines would run them, one machine after another; ``make other-machines``.

    python tests/other_machines.py [--machine NAME] [PYTEST ARGUMENT ...]

Two machines have older processors: what XLA compiles, and what NumPy, OpenBLAS, Arrow and the C library choose when
they start, has no instructions beyond AVX, or beyond AVX2. AVX is the least that JAX's packages run on; XLA itself
cannot compile float16 for less. What libraries have compiled in advance, as Warp's and JAX's own have, is not older.

The third machine has one core and 8 GB of memory. Each process is limited to 8 GB of data. What all processes together
use is measured about every second, and more than 8 GB is a failure. Each machine's report is in build/other-machines.
"""

import argparse
import contextlib
import dataclasses
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import psutil

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "build" / "other-machines"
GIGABYTE = 10**9
_OF_AVX = frozenset({"SSSE3", "SSE41", "POPCNT", "SSE42", "AVX"})
"""The older processor's features on which NumPy dispatches. Newer releases of NumPy dispatch on none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine that this one can emulate."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Environment variables that limit the processor features that libraries use."""
    cores: int | None = None
    """Number of this machine's cores that the tests run on; None for all."""
    memory: int | None = None
    """Maximum memory, in bytes, of each process and of all processes together; None for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The results of the tests on a machine."""

    machine: str
    passed: int = 0
    skipped: int = 0
    failed: tuple[str, ...] = ()
    """The names of the tests that failed, and descriptions of other failures."""
    seconds: float = 0
    memory: int = 0
    """Peak memory of all processes together, in bytes."""

    @property
    def row(self) -> str:
        """Return the result's row of the table."""
        minutes, gigabytes = self.seconds / 60, self.memory / GIGABYTE
        counts = f"{self.passed:7,} {self.skipped:8,} {len(self.failed):7,}"
        return f"{self.machine:20} {counts} {minutes:8.1f} {gigabytes:10.1f}  {', '.join(self.failed)}".rstrip()


HEAD = f"{'machine':20} {'passed':>7} {'skipped':>8} {'failed':>7} {'minutes':>8} {'memory, GB':>10}  which failed"


def machines() -> list[Machine]:
    """Return the machines that this one can emulate: older processors only if this one has newer instructions."""
    small = Machine(name="one core, 8 GB", cores=1, memory=8 * GIGABYTE)
    if platform.machine() not in ("x86_64", "AMD64"):
        return [small]
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    newest = [each for each in found if each.startswith("AVX512") or each == "X86_V4"]
    newer = [each for each in found if each not in _OF_AVX]
    old = [_older("AVX", "Sandybridge", newer, "-AVX512F,-AVX2,-FMA,-FMA4")] if newer else []
    recent = [_older("AVX2", "Haswell", newest, "-AVX512F")] if newest and newer != newest else []
    return [*old, *recent, small]


def _older(instructions: str, core: str, features: Sequence[str], tunables: str) -> Machine:
    """Return a machine whose processor has no newer instructions than the given ones."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_max_isa={instructions}".strip()
    return Machine(
        name=instructions,
        environment={
            "XLA_FLAGS": flags,
            "NPY_DISABLE_CPU_FEATURES": " ".join(features),
            "OPENBLAS_CORETYPE": core,
            "ARROW_USER_SIMD_LEVEL": instructions,
            "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={tunables}",
        },
    )


def run(machine: Machine, arguments: Sequence[str]) -> Result:
    """Run the tests on one emulated machine and return the result. pytest's output goes to the terminal.

    Args:
        machine: the machine whose limits apply.
        arguments: further arguments of pytest.
    """
    RESULTS.mkdir(parents=True, exist_ok=True)
    report = RESULTS / f"{machine.name.replace(', ', '-').replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--numprocesses", "auto", "--dist", "loadgroup"]
    begun = time.monotonic()
    process = subprocess.Popen(
        [*_limits_of(machine), *command, f"--junitxml={report}", *arguments],
        cwd=ROOT,
        env={**os.environ, **machine.environment},
    )
    try:
        memory = _watch(process)
    finally:
        process.kill()
        process.wait()
    result = _read(machine, report, process.returncode)
    if machine.memory is not None and memory > machine.memory:
        said = f"all processes together used {memory / GIGABYTE:.1f} GB of memory"
        result = dataclasses.replace(result, failed=(*result.failed, said))
    return dataclasses.replace(result, seconds=time.monotonic() - begun, memory=memory)


def _limits_of(machine: Machine) -> list[str]:
    """Return the beginning of a command line that limits the command to a machine's cores and memory.

    A separate program sets the limits, since a process that uses JAX must not fork.
    """
    program = ["import os, resource, sys"]
    if machine.cores is not None:
        program.append(f"os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{machine.cores}])")
    if machine.memory is not None:
        program.append(f"resource.setrlimit(resource.RLIMIT_DATA, ({machine.memory}, {machine.memory}))")
    program.append("os.execv(sys.argv[1], sys.argv[1:])")
    return [sys.executable, "-c", "\n".join(program)]


def _watch(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process, and return the peak memory of it and its descendants, counting shared memory once."""
    most = 0
    while process.poll() is None:
        used = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in (top := psutil.Process(process.pid), *top.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    used += each.memory_full_info().pss
        most = max(most, used)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
    return most


def _read(machine: Machine, report: Path, status: int) -> Result:
    """Return the result in pytest's report."""
    if not report.exists():
        return Result(machine=machine.name, failed=(f"pytest ended with status {status} and no report",))
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [each for each in cases if each.find("failure") is not None or each.find("error") is not None]
    skipped = [each for each in cases if each.find("skipped") is not None]
    names = dict.fromkeys(f"{each.get('classname')}::{each.get('name')}" for each in failed)
    said = () if status in (0, 1) else (f"pytest ended with status {status}",)
    return Result(
        machine=machine.name,
        passed=len(cases) - len(failed) - len(skipped),
        skipped=len(skipped),
        failed=(*names, *said),
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run the tests on each machine and print the table.

    Args:
        words: the command line's arguments; those of this process if None. Unknown ones are passed to pytest.

    Returns:
        The exit status: 1 if a test failed on a machine, 0 if none did.
    """
    known = {each.name: each for each in machines()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", action="append", choices=known, help="only this machine; may be given repeatedly")
    given, arguments = parser.parse_known_args(words)
    results: list[Result] = []
    for name in given.machine or known:
        sys.stderr.write(f"{name}: {dict(known[name].environment)}\n")
        results.append(run(known[name], arguments))
    sys.stdout.write("\n".join(["", HEAD, *(each.row for each in results), ""]))
    return int(any(each.failed for each in results))


if __name__ == "__main__":
    sys.exit(main())
