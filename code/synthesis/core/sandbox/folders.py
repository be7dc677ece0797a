"""Temporary folders that are removed when no process uses them any more, even if their owner was killed.

A folder is locked as long as one of its users lives. Whoever makes a new folder removes those without a lock.
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
    """Return a new folder and the descriptor of its lock. A process that holds the lock open uses the folder.

    Raises:
        OSError: if it cannot be created.
    """
    parent = Path(tempfile.gettempdir())
    _sweep(parent)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)  # another process found it unlocked and removed it


def _sweep(parent: Path) -> None:
    """Remove the same user's folders that no process uses."""
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
    """Remove a folder, however deeply nested."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["/bin/rm", "-rf", "--", folder], check=False)  # noqa: S603


def check_space(folder: Path) -> str | None:
    """Return the system's error message if a file of one megabyte cannot be written into a folder, else None."""
    probe = folder / "space"
    try:
        probe.write_bytes(bytes(1 << 20))
    except OSError as error:
        return error.strerror or str(error)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return None
