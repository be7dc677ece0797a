"""Reads rows and the ledger. An invalid file does not affect the others.

Rows are read from the files of a data set, Parquet or JSON, or from the parts of a run that is not finalised. Only a
few rows are in memory at a time.
"""

import json
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.records import Rejection
from synthesis.core.settings import Drawing
from synthesis.core.stores.base import Store, join
from synthesis.core.stores.local import Folder
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import BrokenFile, Document, document_of_json, document_of_row
from synthesis.dataset.storage.layout import CHUNKS, LEDGER, SIDECAR, hash_of, hash_of_file, read_object
from synthesis.dataset.storage.listing import (
    JSON,
    TABLE,
    KnownFile,
    Place,
    known_files,
    listed_in,
    names_in_order,
    names_of_settings,
    no_pairs,
    sort_key,
)
from synthesis.dataset.storage.naming import split_of
from synthesis.dataset.storage.rows import Row, read_json
from synthesis.frontends.registry import levels_of

_SHORTEST_KEY = 4
OpenTable = Callable[[Path], Iterator[Row]]
"""Reads the rows of a Parquet file.

Raises:
    TableError: if it is not a valid table of rows.
"""


def scan_folder(place: Place, open_table: OpenTable | None = None) -> Iterator[Document | BrokenFile]:
    """Yield the pairs of a folder, and a ``BrokenFile`` for each invalid one; see :func:`scan_from`."""
    return (found for _, found in scan_from(place, 0, open_table))


def scan_from(
    place: Place, start: int, open_table: OpenTable | None = None
) -> Iterator[tuple[int, Document | BrokenFile]]:
    """Yield the pairs of a folder with their numbers, in the order of their files.

    An invalid file or row gives a ``BrokenFile``. If the folder has records of its files, a missing file is reported in
    its place, and the rows of a changed file are marked.

    Numbers are taken from these records, so a file with the wrong number of rows does not shift the numbers of later
    files.

    Args:
        place: the folder, or a URL.
        start: the first number to yield. Files before it are skipped if the records give their size.
        open_table: the function that reads a Parquet file; :func:`read_rows` in this process if None.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    store = store_of(place)
    known = known_files(store)
    first, found = 0, False
    for name in names_in_order(store, known):
        found = True
        known_file = known.get(name)
        rows = None if known_file is None else known_file.rows
        if rows and first + rows <= start:
            first += rows
            continue
        last = None if rows is None else first + max(rows - 1, 0)
        number = first
        for each in _scan_file(store, name, known_file, open_table):
            at = number if last is None else min(number, last)
            if at >= start:
                yield at, each
            number += 1
        first = number if rows is None else first + rows
    if not found:
        raise TargetError(no_pairs(store))


def _scan_file(
    store: Store, name: str, known: KnownFile | None, open_table: OpenTable | None
) -> Iterator[Document | BrokenFile]:
    """Yield the pairs of a file, or report that it is missing."""
    if not store.has(name) and known is not None:
        yield BrokenFile(join(store.where, name), "the run wrote this file, and it is gone", "missing")
    else:
        yield from _read_file(store, name, known, open_table or _open_here)


def _read_file(
    store: Store, name: str, known: KnownFile | None, open_table: OpenTable
) -> Iterator[Document | BrokenFile]:
    """Yield the pairs of one file, and its errors."""
    where = join(store.where, name)
    try:
        if name.endswith(TABLE):
            yield from _read_table(store, name, known, open_table)
            return
        content = store.read(name)
        altered = known is not None and hash_of(content) != known.hash
        yield replace(_pair_of(store, name, content), altered=altered)
    except OSError as error:
        yield BrokenFile(where, f"cannot read {where}: {error.strerror or error}")
    except TargetError as error:
        yield BrokenFile(where, str(error))


def _read_table(
    store: Store, name: str, known: KnownFile | None, open_table: OpenTable
) -> Iterator[Document | BrokenFile]:
    """Yield the pairs of a Parquet file, and its errors.

    Raises:
        OSError: if it does not exist.
    """
    from synthesis.dataset.storage.tables import TableError

    where = join(store.where, name)
    count = 0
    with store.as_path(name) as path:
        altered = known is not None and hash_of_file(path) != known.hash
        try:
            for count, row in enumerate(open_table(path), start=1):
                try:
                    yield replace(document_of_row(row, where, count), altered=altered, split=split_of(name))
                except TargetError as error:
                    yield BrokenFile(where, str(error))
        except TableError as error:
            yield BrokenFile(where, f"cannot read {where}: {error}")
    if known is not None and known.rows is not None and count < known.rows:
        yield BrokenFile(where, f"{where} had {known.rows} rows when it was written, and has {count}", "missing")


def _open_here(path: Path) -> Iterator[Row]:
    from synthesis.dataset.storage.tables import read_rows

    return read_rows(path)


def read_file(store: Store, name: str) -> Document:
    """Return the pair in a JSON file of a folder.

    Raises:
        TargetError: if it cannot be read or is invalid.
    """
    try:
        return _pair_of(store, name, store.read(name))
    except OSError as error:
        where = join(store.where, name)
        raise TargetError(f"cannot read {where}: {error.strerror or error}") from error


def document_at(store: Store, name: str, number: int, row: Row) -> Document:
    """Return the pair in a row of a folder's table.

    Args:
        store: the folder.
        name: the table's file.
        number: the row's number, from 0.
        row: the row.

    Raises:
        TargetError: if it is invalid.
    """
    return replace(document_of_row(row, join(store.where, name), number + 1), split=split_of(name))


def read_drawings(place: Place) -> list[Drawing]:
    """Return the settings that the kernels of a folder were drawn with, including those of merged runs.

    They may be untrusted. Invalid ones are skipped.
    """
    store = store_of(place)
    found: list[Drawing] = []
    for name in names_of_settings(store):
        try:
            entries = read_object(store, name)
            if "target" not in entries:  # only the settings of an extraction have a target
                known = {each.name: entries[each.name] for each in fields(Drawing) if each.name in entries}
                found.append(Drawing.of(**known))
        except ConfigError:
            continue
    return found


def read_folder(place: Place) -> Iterator[Document]:
    """Yield the pairs of a folder, in the order of their files.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is invalid.
    """
    for found in scan_folder(place):
        if isinstance(found, BrokenFile):
            raise TargetError(found.why)
        yield found


def short_id(frontend: str, seed: int | None, index: int, several: Container[str] = ()) -> str:
    """Return the short id of a drawn kernel: ``warp-17``, or ``warp-31-17`` if several runs have a number 17.

    Args:
        frontend: its front end.
        seed: the seed; None if unknown.
        index: its number in the run.
        several: the front ends of which the folder holds several runs.
    """
    return short_forms(frontend, seed, index)[-1 if frontend in several else 1]


def short_forms(frontend: str, seed: int | None, index: int) -> tuple[str, ...]:
    """Return all ids that a drawn kernel can be given by, the shortest first: ``17``, ``warp-17``, ``warp-31-17``."""
    number = str(index)
    return (number, f"{frontend}-{number}", *(() if seed is None else (f"{frontend}-{seed}-{number}",)))


def find_pair(place: Place, key: str, levels: Sequence[str] | None = None) -> Document:
    """Return the one pair of a folder with an id prefix, a number or a kernel name.

    The number is the one that its file's name begins with, which is a drawn kernel's index. It may be preceded by the
    front end's name, as in ``warp-17``, and the seed, as in ``warp-31-17``.

    Raises:
        TargetError: if there is none, or there are several, which the message lists.
        UnknownNameError: if the pair lacks one of the given levels.
    """
    store = store_of(place)
    found: list[Document] = []
    for pair in read_folder(store):
        number = pair.stem.partition("_")[0]
        names = short_forms(pair.frontend, pair.metadata["seed"], int(number)) if number.isdecimal() else ()
        if key in (*names, pair.name) or (len(key) >= _SHORTEST_KEY and pair.metadata["id"].startswith(key)):
            found.append(pair)
    if not found:
        raise TargetError(
            f"no pair {key!r} in {store.where}; give an id or its first {_SHORTEST_KEY} characters, "
            "a number (17, warp-17 or, with the seed, warp-31-17), or a name"
        )
    if len(found) > 1:
        listed = ", ".join(_listed_id(pair) for pair in found[:8])
        raise TargetError(f"{len(found)} pairs {key!r} in {store.where}; give one of their ids: {listed}")
    return found[0].only(levels, store.where)


def _listed_id(pair: Document) -> str:
    """Return a pair's id, and for a drawn kernel the short id with the seed."""
    index, seed = pair.metadata["index"], pair.metadata["seed"]
    short = "" if index is None else f" ({short_forms(pair.frontend, seed, index)[-1]})"
    return pair.metadata["id"][:12] + short


def read_pair(path: Path, levels: Sequence[str] | None = None) -> Document:
    """Return the pair in a file: a JSON file of a pair, or the metadata of one stored as texts.

    Args:
        path: a JSON file written by irsmith.
        levels: the levels to keep; all if None.

    Raises:
        TargetError: if there is no such file, or it is not a pair.
        UnknownNameError: if the pair lacks one of the given levels.
    """
    inside = path.parent.name == SIDECAR
    store, name = Folder(path.parent.parent if inside else path.parent), join(SIDECAR if inside else "", path.name)
    try:
        content = store.read(name)
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror or error}") from error
    return _pair_of(store, name, content).only(levels, str(path))


def _pair_of(store: Store, name: str, content: bytes) -> Document:
    """Return the pair in a file's content.

    Raises:
        TargetError: if it is invalid.
    """
    where = join(store.where, name)
    document = _parse(where, content)
    folder, _, file = name.rpartition("/")
    stem = file.removesuffix(JSON)
    if folder == SIDECAR:
        document = _with_texts(store, stem, document)
    return document_of_json(document, where, stem=stem)


def _with_texts(store: Store, stem: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON form of a pair that was stored as a file for each text."""
    document: dict[str, Any] = {}
    try:
        document["python_source"] = store.read(f"{stem}.py").decode("utf-8")
        for level in levels_of(str(metadata.get("frontend"))):
            file = f"{stem}.{level.name}.{level.language.suffix}"
            if store.has(file):
                document[level.name] = store.read(file).decode("utf-8")
    except (OSError, ValueError) as error:
        raise TargetError(f"cannot read the texts of {join(store.where, SIDECAR, stem)}{JSON}: {error}") from error
    return {**document, "metadata": metadata}


def _parse(where: str, content: bytes) -> dict[str, Any]:
    try:
        found = read_json(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TargetError(f"{where} is not JSON of a pair: {error}") from error
    if not isinstance(found, dict):
        raise TargetError(f"{where} is not a pair: it lacks python_source or metadata")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def scan_ledger(place: Place) -> Iterator[Rejection | BrokenFile]:
    """Yield the rejections of a run, finished or not, and a ``BrokenFile`` for each invalid line or file."""
    store = store_of(place)
    ledger = join(store.where, LEDGER)
    if store.has(LEDGER):
        for number, line in enumerate(_lines(store), start=1):
            try:
                yield Rejection.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                yield BrokenFile(ledger, f"{ledger}, line {number}: no rejection: {error}")
    else:
        yield from scan_records(store)


def scan_records(place: Place) -> Iterator[Rejection | BrokenFile]:
    """Yield the rejections in the records of a run's chunks, without those of rows dropped in favour of other rows."""
    store = store_of(place)
    for name in sorted(listed_in(store, CHUNKS), key=sort_key):
        where = join(store.where, CHUNKS, name)
        try:
            entries = read_object(store, f"{CHUNKS}/{name}")["rejections"]
            found = [Rejection.from_json(entry) for entry in entries]
        except (ConfigError, ValueError, KeyError, TypeError) as error:
            yield BrokenFile(where, f"{where} is not a record of a chunk: {error}")
            continue
        yield from found


def _lines(store: Store) -> Iterator[str]:
    """Yield the lines of a ledger, one at a time."""
    with store.as_path(LEDGER) as path, path.open(encoding="utf-8", errors="replace") as file:
        yield from (line.rstrip("\n") for line in file)
