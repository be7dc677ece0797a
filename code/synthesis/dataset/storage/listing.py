"""Lists the files of a folder's pairs, in order, with the records that the folder has of them.

The files are those of a data set, Parquet or JSON, or the parts of a run that is not finalised.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.stores.base import Store, join
from synthesis.core.stores.local import Folder
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.layout import CHUNKS, PARTS, RUNS, SETTINGS, SIDECAR, read_object
from synthesis.dataset.storage.manifest import read_manifest

JSON = ".json"
"""Suffix of JSON files."""
TABLE = ".parquet"
"""Suffix of Parquet files."""
Place = str | Path | Store
"""A folder: its path, its URL or its store."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """The record of a file in its folder."""

    hash: str
    rows: int | None


def known_files(store: Store) -> dict[str, KnownFile]:
    """Return the records of a folder's files; for an unfinished run, those of its parts."""
    manifest = read_manifest(store)
    if manifest is not None:
        files = [each for each in manifest.files if each.name.endswith((JSON, TABLE))]  # without texts of rows
        return {each.name: KnownFile(each.hash, each.rows) for each in files}
    known: dict[str, KnownFile] = {}
    for name in listed_in(store, CHUNKS):
        if name.endswith(JSON):
            try:
                record = read_object(store, f"{CHUNKS}/{name}")
                stem = name.removesuffix(JSON)
                known[f"{PARTS}/{stem}{TABLE}"] = KnownFile(str(record["part"]), len(record["rows"]))
            except (ConfigError, KeyError, TypeError):
                continue
    return known


def names_in_order(store: Store, known: Iterable[str]) -> list[str]:
    """Return the names of all files of pairs, including missing ones. Only names are kept, as there may be millions.

    Raises:
        TargetError: if there is no such folder.
    """
    names = dict.fromkeys([*_data_files(store), *known])
    if any(not name.startswith(f"{PARTS}/") for name in names):
        names = {name: None for name in names if not name.startswith(f"{PARTS}/")}
    return sorted(names, key=sort_key)


def _data_files(store: Store) -> Iterator[str]:
    """Yield the files of pairs in a folder: those of a data set, of rows stored as texts, and the parts of a run.

    Raises:
        TargetError: if there is no such folder.
    """
    if isinstance(store, Folder) and not store.path.is_dir():
        raise TargetError(f"no such folder: {store.where}")
    yield from (name for name in listed_in(store, "") if name.endswith((JSON, TABLE)))
    for folder in listed_in(store, "", folders=True):
        if folder.startswith("_"):
            continue
        if folder.endswith((JSON, TABLE)):
            yield folder  # a folder with the name of a file, reported as unreadable
            continue
        suffix = JSON if folder.isdigit() else TABLE
        yield from (f"{folder}/{name}" for name in listed_in(store, folder) if name.endswith(suffix))
    yield from (f"{SIDECAR}/{name}" for name in listed_in(store, SIDECAR) if name.endswith(JSON) and name[0].isdigit())
    yield from (f"{PARTS}/{name}" for name in listed_in(store, PARTS) if name.endswith(TABLE))


def listed_in(store: Store, folder: str, *, folders: bool = False) -> list[str]:
    """Return the names of the files, or of the folders, except hidden ones.

    Raises:
        TargetError: if the folder cannot be read.
    """
    try:
        found = store.folders(folder) if folders else store.names(folder)
    except OSError as error:
        raise TargetError(f"cannot read {join(store.where, folder)}: {error.strerror or error}") from error
    return [name for name in found if not name.startswith(".")]


def sort_key(name: str) -> tuple[int, str]:
    """Return the sort key of a file: the number that its name begins with, then the name.

    Names that do not begin with a number are last.
    """
    number = name.rpartition("/")[2].partition("_")[0].partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 1 << 70, name


def files_of_pairs(store: Store) -> list[str]:
    """Return the names of the files of a folder's pairs, in order.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in its records is missing.
    """
    names = names_in_order(store, known_files(store))
    if not names:
        raise TargetError(no_pairs(store))
    for name in names:
        if not store.has(name):
            raise TargetError(f"the run wrote {join(store.where, name)}, and it is gone")
    return names


def no_pairs(store: Store) -> str:
    """Return the message about a folder without pairs."""
    return f"no pairs in {store.where}; expected a folder that irsmith generate or irsmith extract wrote"


def count_pairs(place: Place) -> int | None:
    """Return the number of pairs of a folder if it is known without reading them, else None.

    Raises:
        TargetError: if there is no such folder.
    """
    store = store_of(place)
    known = known_files(store)
    names = names_in_order(store, known)
    counts = [known[name].rows if name in known else None if name.endswith(TABLE) else 1 for name in names]
    return None if None in counts else sum(each for each in counts if each is not None)


def names_of_settings(store: Store) -> list[str]:
    """Return the names of the settings files of a folder's runs.

    The first is that of the folder's own run, which may not exist. The others are those of runs merged into it.
    """
    return [SETTINGS, *(join(RUNS, run, SETTINGS) for run in sorted(listed_in(store, RUNS, folders=True)))]
