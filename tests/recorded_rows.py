"""Makes rows of the kernels that a program launches, as a user would: by recording it and extracting."""

import subprocess
import sys
from pathlib import Path

from synthesis import Pair, extract


def rows_of(program: Path, folder: Path) -> list[Pair]:
    """Record a program in a separate process, extract the recording in a folder, and return the pairs."""
    kept = folder / "kept"
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(kept), "--", str(program)]
    subprocess.run(command, capture_output=True, check=True)
    return [each for each in extract(recorded=kept) if isinstance(each, Pair)]


def rows_of_text(text: str, folder: Path) -> dict[str, Pair]:
    """Record a program given as text, extract the recording in a folder, and return the pairs by the kernels' names."""
    program = folder / "program.py"
    program.write_text(text)
    return {each.spec.name: each for each in rows_of(program, folder)}
