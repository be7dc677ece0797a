"""What a folder of irsmith's holds, by name.

::

    README.md                           the data set's card
    warp/train-00000-of-00002.parquet   the data set, as ``finalize`` makes it: Parquet files by front end and split
    000017_clamp_speed.json             or a JSON file a row, or (of an extraction) a file for each of its texts
    _irsmith/                           everything that is no row
        run.json                        the settings of the run, a field of ``Run`` a key; another run's are refused
        toolchain.json                  the versions of irsmith and of what made the texts; others are refused
        parts/000000000-000000025.parquet  the rows of candidates 0 … 24: a pure function of settings and range
        chunks/000000000-000000025.json what became of them, with the part's hash and its own; written last
        figures/000000000-000000025.jsonl  what verification measured: it differs between machines
        logs/00000-of-00001.jsonl       what a rank did and when, a line a chunk: it differs from run to run
        ranks/00000-of-00004            what one of several processes of a run keeps to itself
        rejections.jsonl                the rejections of all chunks, written by ``finalize``
        runs/warp-7-0f3a…/_irsmith/     a run that was merged into the folder: settings, toolchain, parts and chunks
        leaks.json                      what the splits share (nothing), what is near what, what others have too
        files.jsonl                     the files of the data set, with their hashes and numbers of rows; written last
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.stores.base import Store, join

SIDECAR = "_irsmith"
"""The folder, inside an output folder, of everything that is not a row."""
CARD = "README.md"
SETTINGS = f"{SIDECAR}/run.json"
TOOLCHAIN = f"{SIDECAR}/toolchain.json"
PARTS = f"{SIDECAR}/parts"
CHUNKS = f"{SIDECAR}/chunks"
FIGURES = f"{SIDECAR}/figures"
"""The folder of what differs between machines."""
RANKS = f"{SIDECAR}/ranks"
LOGS = f"{SIDECAR}/logs"
RUNS = f"{SIDECAR}/runs"
"""The folder of runs that were merged into this one."""
LEDGER = f"{SIDECAR}/rejections.jsonl"
LEAKS = f"{SIDECAR}/leaks.json"
"""The file of what a data set's splits share, and of what is near what."""
FILES = f"{SIDECAR}/files.jsonl"
_FILLED = (SIDECAR, PARTS, CHUNKS, FIGURES, LOGS)
"""The folders of a run's own files."""


_DIGEST = 16


def hash_of(content: bytes) -> str:
    """The hash by which a folder's own records know a file."""
    return hashlib.blake2b(content, digest_size=_DIGEST).hexdigest()


def hash_of_file(path: Path) -> str:
    """The same of a file, which may have any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST)).hexdigest()


def hash_of_stored(store: Store, name: str) -> str:
    """The same of a file in a store.

    Raises:
        OSError: if it is not there or cannot be read.
    """
    with store.as_path(name) as path:
        return hash_of_file(path)


def sweep(store: Store) -> None:
    """Remove what a process that was killed while it wrote has left in a run's folder.

    Raises:
        OutputError: if the folder cannot be written.
    """
    shelves = [name for name in store.folders() if not name.startswith((".", "_"))]
    for place in ("", *_FILLED, *shelves):
        store.sweep(place)


def clear(store: Store, *, whole: bool) -> None:
    """Remove all that a run has written of which nothing came, and the folder with it if it is ``whole`` the run's.

    Raises:
        OutputError: if the folder cannot be written.
    """
    for place in (*_FILLED, RANKS):
        for name in store.names(place):
            store.remove(join(place, name))
    store.remove(CARD)
    store.prune(SIDECAR)
    if whole:
        store.prune("")


def read_object(store: Store, name: str) -> dict[str, Any]:
    """A file that holds a JSON object.

    Raises:
        ConfigError: if it cannot be read, or holds none.
    """
    where = join(store.where, name)
    try:
        found = json.loads(store.read(name).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is not the record of a run: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{where} is not the record of a run")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
