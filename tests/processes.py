"""Programs run in a process of their own, for tests of what must not depend on the process."""

import subprocess
import sys


def output_of(program: str, hash_seed: str, *arguments: str) -> str:
    """What a Python program prints, in a bare environment, with strings hashed by a seed."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONHASHSEED": hash_seed, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
