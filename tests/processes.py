"""Programs in processes of their own, for tests of what must not depend on the process; and waiting for others."""

import subprocess
import sys
import time
from collections.abc import Callable

import psutil


def output_of(program: str, hash_seed: str, *arguments: str) -> str:
    """What a Python program prints, in a bare environment, with strings hashed by a seed."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONHASHSEED": hash_seed, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The engine's workers that a process has started, and nothing else that it has."""
    found: list[psutil.Process] = []
    for each in process.children():
        try:
            found += [each] if any("synthesis.making.engines.worker" in word for word in each.cmdline()) else []
        except psutil.NoSuchProcess:  # or one that has ended and was not waited for
            continue
    return found


def wait_until(done: Callable[[], bool]) -> None:
    """Wait until something is true; a minute at most."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
