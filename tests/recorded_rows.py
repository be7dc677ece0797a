"""The rows of what a program launches, as users get them."""

import subprocess
import sys
from pathlib import Path

from synthesis import Pair, extract


def rows_of(program: Path, folder: Path) -> list[Pair]:
    """Record a program in a process of its own, and extract what is kept in a folder."""
    kept = folder / "kept"
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(kept), "--", str(program)]
    subprocess.run(command, capture_output=True, check=True)
    return [each for each in extract(recorded=kept) if isinstance(each, Pair)]


def rows_of_text(text: str, folder: Path) -> dict[str, Pair]:
    """The same of a program's text, by the kernels' names."""
    program = folder / "program.py"
    program.write_text(text)
    return {each.spec.name: each for each in rows_of(program, folder)}
