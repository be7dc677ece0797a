"""A cache of Warp's precompiled header in the user's cache folder, made once per version, for all later processes.

Clang takes some seconds to read Warp's headers, and a hundredth of that to load the precompiled form. The cache has one
folder for each set of dependencies of the header. A folder is made next to its final place and then renamed, so several
processes may make it at the same time. A finished folder is never written to.
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
    """Return a folder in the user's cache with the precompiled header, which must not be written to.

    Args:
        make: writes the header into an empty folder.
        labels: everything on which the header depends.

    Returns:
        The folder; None if the cache cannot be written, which is logged as a warning.
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
    """Flush the files of a folder to disk, before the folder is renamed."""
    for file in folder.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def _is_whole(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def borrow_header(kept: Path, folder: Path) -> None:
    """Link the header into a folder from which Warp may remove it."""
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
