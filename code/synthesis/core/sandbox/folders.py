"""Temporary folders that are gone when nobody uses them any more, whatever became of who made them.

A folder is locked as long as one of its users lives. Whoever makes the next one removes those that nobody has locked.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PREFIX = "irsmith-"
_LOCK = "lock"


def make_temporary() -> tuple[Path, int]:
    """A new folder, and the descriptor of its lock: who has it open uses the folder.

    Raises:
        OSError: if there is no place for it.
    """
    parent = Path(tempfile.gettempdir())
    _sweep(parent)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)  # another process has found it without a lock, and removed it


def _sweep(parent: Path) -> None:
    """Remove the folders of the same user that nobody uses."""
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
            finally:
                os.close(lock)


def remove(folder: Path) -> None:
    """Remove a folder, however deep it is."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["/bin/rm", "-rf", "--", folder], check=False)  # noqa: S603


def check_space(folder: Path) -> str | None:
    """What keeps a file of a megabyte from being written into a folder, in the system's words; None if nothing does."""
    probe = folder / "space"
    try:
        probe.write_bytes(bytes(1 << 20))
    except OSError as error:
        return error.strerror or str(error)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return None
