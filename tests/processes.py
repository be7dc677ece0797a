"""Runs programs in separate processes, to test results that must not depend on the process, and waits for others."""

import subprocess
import sys
import time
from collections.abc import Callable

import psutil


def output_of(program: str, hash_seed: str, *arguments: str) -> str:
    """Return what a Python program prints in a minimal environment, with the given seed of string hashes."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONHASHSEED": hash_seed, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Return the engine's worker processes among the children of a process."""
    found: list[psutil.Process] = []
    for each in process.children():
        try:
            found += [each] if any("synthesis.making.engines.worker" in word for word in each.cmdline()) else []
        except psutil.NoSuchProcess:  # it has ended, possibly as a zombie
            continue
    return found


def wait_until(done: Callable[[], bool]) -> None:
    """Wait until ``done()`` is true, at most a minute."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
