"""Files that are whole or not there: written beside their place, flushed to disk, then moved into it."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from synthesis.errors import OutputError


def write_atomic(path: Path, text: str) -> None:
    """Write a text file as UTF-8, so that no reader and no crash ever sees half of it.

    Raises:
        OutputError: if the disk is full or the folder cannot be written.
    """
    try:
        _write(path, text)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def alone_in(folder: Path) -> Generator[None]:
    """Keep a folder to this process while the block runs; a process that dies gives it back.

    Raises:
        OutputError: if another process has it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise OutputError(f"another process is writing to {folder}; wait for it, or choose another folder") from error
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Remove what a process that was killed while it wrote has left in a folder.

    Raises:
        OutputError: if the folder cannot be written.
    """
    try:
        for path in folder.glob(".*.tmp"):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write to the output folder {folder}: {error.strerror}") from error


def make_folder(path: Path) -> None:
    """Make a folder for output, with those above it.

    Raises:
        OutputError: if it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the output folder {path}: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to the output folder {path}: permission denied")
