"""Warp's precompiled header, made once a version and kept in the user's cache, for every process that comes after.

Clang takes some seconds to read Warp's headers, and a hundredth of that to load what it made of them. The cache holds a
folder for each set of what the header depends on. A folder is made beside its place and moved into it whole, so any
number of processes may make it at the same time; nothing ever writes into one that is there.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

logger = logging.getLogger(__name__)

_WHAT = "Warp's precompiled header in a temporary folder of its own"


def keep_header(make: Callable[[Path], None], labels: tuple[str, ...]) -> Path | None:
    """A folder in the user's cache with the precompiled header, which nobody may write into.

    Args:
        make: puts the header into an empty folder.
        labels: all that the header depends on.

    Returns:
        None if the cache cannot be written, which is logged as a warning.
    """
    kept = _place(labels)
    if _is_whole(kept):
        return kept
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=kept.parent, prefix=f".{kept.name}."))
    except OSError as error:
        why = error.strerror or str(error)
        logger.warning("irsmith: cannot write to the cache %s (%s); each run makes %s", kept.parent, why, _WHAT)
        return None
    try:
        make(made)
        _flush(made)
        made.rename(kept)
    except OSError:  # another process was faster, or the disk is full
        return kept if _is_whole(kept) else None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return kept


def _flush(folder: Path) -> None:
    """See to it that files are on the disk before they are given their names."""
    for file in folder.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def _is_whole(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def borrow_header(kept: Path, folder: Path) -> None:
    """Put the header into a folder that Warp may remove it from, as a link."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in kept.iterdir():
        target = folder / file.name
        if target.exists():
            continue
        with contextlib.suppress(FileExistsError):
            target.symlink_to(file)


def _place(labels: tuple[str, ...]) -> Path:
    name = hashlib.blake2b("\x1f".join(labels).encode(), digest_size=12).hexdigest()
    return platformdirs.user_cache_path("irsmith") / "warp-headers" / name
