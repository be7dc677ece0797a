"""The layout of an output folder.

::

    README.md                           the data set's card
    warp/train-00000-of-00002.parquet   the data set, as ``finalize`` makes it: Parquet files by front end and split
    000017_clamp_speed.json             or one JSON file a row, or one file for each text
    _irsmith/                           everything that is not a row
        run.json                        the settings of the run, one key for each field; other keys are refused
        toolchain.json                  the versions of irsmith and of the tools, which must be the same to continue
        parts/000000000-000000025.parquet  the rows of candidates 0 … 24: a pure function of settings and range
        chunks/000000000-000000025.json their outcomes, with the part's hash and its own; written last
        figures/000000000-000000025.jsonl  verification figures, which differ between machines
        logs/00000-of-00001.jsonl       the log of a rank, one line a chunk, which differs between runs
        ranks/00000-of-00004            the lock of one of several processes of a run
        rejections.jsonl                the rejections of all chunks, written by ``finalize``
        runs/warp-7-0f3a…/_irsmith/     a run that was merged into the folder: settings, toolchain, parts and chunks
        compiled/                       the recording of kernels that ``irsmith extract --via`` compiled
        leaks.json                      what splits share (nothing), near repeats, overlaps with other data
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
"""The folder of the verification figures, which differ between machines."""
RANKS = f"{SIDECAR}/ranks"
LOGS = f"{SIDECAR}/logs"
RUNS = f"{SIDECAR}/runs"
"""The folder of the runs that were merged into this folder."""
COMPILED = f"{SIDECAR}/compiled"
"""The folder of a recording from which the run takes its kernels, if a compiler made them."""
LEDGER = f"{SIDECAR}/rejections.jsonl"
LEAKS = f"{SIDECAR}/leaks.json"
"""The file with the report on what splits share and on near repeats."""
FILES = f"{SIDECAR}/files.jsonl"
_FILLED = (SIDECAR, PARTS, CHUNKS, FIGURES, LOGS)
"""The folders of a run's own files."""


_DIGEST = 16


def hash_of(content: bytes) -> str:
    """Return the hash of a file's content, as the records of a folder store it."""
    return hashlib.blake2b(content, digest_size=_DIGEST).hexdigest()


def hash_of_file(path: Path) -> str:
    """Return ``hash_of`` the content of a local file, which is read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST)).hexdigest()


def hash_of_stored(store: Store, name: str) -> str:
    """Return ``hash_of`` the content of a file in a store.

    Raises:
        OSError: if it does not exist or cannot be read.
    """
    with store.as_path(name) as path:
        return hash_of_file(path)


def sweep(store: Store) -> None:
    """Remove the unfinished files of a killed process from a run's folder.

    Raises:
        OutputError: if the folder cannot be written.
    """
    shelves = [name for name in store.folders() if not name.startswith((".", "_"))]
    for place in ("", *_FILLED, *shelves):
        store.sweep(place)


def clear(store: Store, *, whole: bool) -> None:
    """Remove all files of a run that finished no candidate, and the folder as well if ``whole``.

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
    """Return the content of a file that holds a JSON object.

    Raises:
        ConfigError: if it cannot be read or holds no object.
    """
    where = join(store.where, name)
    try:
        found = json.loads(store.read(name).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is not the record of a run: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{where} is not the record of a run")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
