"""Files that are whole or not there: written beside their place, flushed to disk, then moved into it."""

import contextlib
import fcntl
import os
import secrets
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
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    # As any program makes a file, so that the user's umask decides who may read it.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """See to it that a file's new name is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
