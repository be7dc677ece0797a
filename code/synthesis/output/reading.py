"""Reads what the writer wrote: pairs and the ledger, each file by itself, whatever the others are."""

import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError, TargetError, UnknownNameError
from synthesis.frontends.base import Level
from synthesis.output.rows import unpacked_metadata
from synthesis.output.writer import SIDECAR, file_hash
from synthesis.records import KernelSpec, Origin, Rejection, Signature
from synthesis.registry import levels_of
from synthesis.settings import Drawing

_SHORTEST_KEY = 4
_LARGEST = 1 << 28
"""Bytes that the file of a row may have."""


@dataclass(frozen=True, slots=True)
class Document:
    """A pair as its file holds it."""

    source: str
    texts: Mapping[str, str | None]
    """Level to text, in the file's order; None if the row has none."""
    metadata: Mapping[str, Any]
    """Every other column, as Python has the values."""
    stem: str
    """The name of its files, up to the first dot."""
    raw: Mapping[str, Any]
    """The file's own JSON; for a pair of texts, what a JSON file of it would hold."""
    altered: bool = False
    """Whether the run's own record says that the file was another when it was written."""

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.metadata["kernel_name"]

    @property
    def frontend(self) -> str:
        """The name of its front end."""
        return self.metadata["frontend"]

    @property
    def device(self) -> str:
        """What its texts are for."""
        return self.metadata["device"]

    @property
    def summary(self) -> str:
        """Front end, category and device in a few words."""
        return f"{self.frontend}, {self.metadata['category']}, {self.device}"

    @property
    def spec(self) -> KernelSpec:
        """The kernel's record.

        Raises:
            TargetError: if the metadata lacks what determines the kernel's behaviour.
        """
        metadata = self.metadata
        try:
            return KernelSpec(
                frontend=metadata["frontend"],
                name=metadata["kernel_name"],
                category=metadata["category"],
                source=self.source,
                signature=Signature.from_json(metadata["signature"], metadata["options"]),
                recipe=metadata["recipe"],
                target=metadata["target"],
                description=metadata["description"],
                ops=tuple(metadata["ops"]),
                difficulty=metadata["difficulty"],
                origin=Origin.from_json(metadata["origin"]),
                licence=metadata["licence"],
                self_contained=metadata["self_contained"],
                seed=metadata["seed"],
                index=metadata["index"],
                config=metadata["config"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise TargetError(f"{self.stem}: the metadata of a pair lacks or misspells {error}") from error

    def level(self, name: str) -> Level | None:
        """The level of a name; None if its front end has none of that name."""
        return next((each for each in levels_of(self.frontend) if each.name == name), None)

    def only(self, levels: Sequence[str] | None, where: str) -> "Document":
        """The pair with the named levels alone.

        Raises:
            UnknownNameError: if it lacks one of them.
        """
        for name in levels or ():
            if name not in self.texts:
                raise UnknownNameError("level", name, self.texts, where=f"in {where}")
        kept = {name: text for name, text in self.texts.items() if levels is None or name in levels}
        return Document(self.source, kept, self.metadata, self.stem, self.raw)


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file that is no pair, or no part of one, or not what the run wrote."""

    path: Path
    why: str
    symptom: str = "unreadable"
    """``unreadable``, or ``missing`` where the run's own record says so."""


def scan_folder(folder: Path) -> Iterator[Document | BrokenFile]:
    """The pairs that a run or an extraction wrote into a folder, in the order of their files, and what is none.

    Where a run's records of its chunks are there, a row that is missing is told of in its place, and one that is not as
    it was written says so.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    recorded = _recorded(folder)
    known = next(recorded, None)
    found = False
    for file in _files_of(folder):
        found = True
        while known is not None and _order(known[0]) < _order(file.name):
            yield _missing(folder, known[0])
            known = next(recorded, None)
        wanted = None
        if known is not None and known[0] == file.name:
            wanted, known = known[1], next(recorded, None)
        try:
            content = _read_file(file)
            altered = wanted is not None and file_hash(content) != wanted
            yield replace(_pair_of(file, content), altered=altered)
        except TargetError as error:
            yield BrokenFile(file, str(error))
    while known is not None:
        found = True
        yield _missing(folder, known[0])
        known = next(recorded, None)
    if not found:
        raise TargetError(f"no pairs in {folder}; expected a folder that irsmith generate or irsmith extract wrote")


def _missing(folder: Path, name: str) -> BrokenFile:
    return BrokenFile(folder / name, "the run wrote this file, and it is gone", "missing")


def count_pairs(folder: Path) -> int:
    """How many files of pairs a folder has.

    Raises:
        TargetError: if there is no such folder.
    """
    return sum(1 for _ in _files_of(folder))


def read_drawing(folder: Path) -> Drawing | None:
    """The settings that the kernels of a run's folder were drawn with; None if it does not say.

    They are a run's word, and may be anybody's.
    """
    try:
        entries = _read_json(folder / SIDECAR / "run.json")
        return Drawing.of(**{each.name: entries[each.name] for each in fields(Drawing) if each.name in entries})
    except (TargetError, ConfigError):
        return None


def read_folder(folder: Path) -> Iterator[Document]:
    """The pairs of a folder, in the order of their files.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
    """
    for found in scan_folder(folder):
        if isinstance(found, BrokenFile):
            raise TargetError(found.why)
        yield found


def _files_of(folder: Path) -> Iterator[Path]:
    """The files of pairs, by their numbers; names alone are kept, for there may be millions.

    Raises:
        TargetError: if there is no such folder.
    """
    if not folder.is_dir():
        raise TargetError(f"no such folder: {folder}")
    yield from (folder / name for name in _names_in(folder))
    sidecar = folder / SIDECAR
    if sidecar.is_dir():
        yield from (sidecar / name for name in _names_in(sidecar) if name[0].isdigit())


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted((each.name for each in entries if each.name.endswith(".json")), key=_order)
    except OSError as error:
        raise TargetError(f"cannot read {folder}: {error.strerror}") from error


def _order(name: str) -> tuple[int, str]:
    """What files are sorted by: the number that their names begin with, then the name; those without one are last."""
    number = name.partition("_")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 1 << 70, name


def _recorded(folder: Path) -> Iterator[tuple[str, str]]:
    """The files that a run's chunks have written, and their hashes, in order; records that are none are left out."""
    records = (folder / SIDECAR / "chunks").glob("*.json")
    for record in sorted(records, key=lambda path: _order(path.stem.replace("-", "_"))):
        try:
            rows = [(str(row["file"]), str(row["hash"])) for row in _read_json(record)["rows"]]
        except (TargetError, KeyError, TypeError):
            continue
        yield from sorted(rows, key=lambda row: _order(row[0]))


def find_pair(folder: Path, key: str, levels: Sequence[str] | None = None) -> Document:
    """The one pair of a folder whose id starts with a key, or whose number or kernel name it is.

    The number is the one that its file's name begins with, which is a drawn kernel's index.

    Raises:
        TargetError: if there is none, or there are several; the message says which.
        UnknownNameError: if the pair lacks a level that was named.
    """
    found: list[Document] = []
    for pair in read_folder(folder):
        number = pair.stem.partition("_")[0].lstrip("0") or "0"
        if key in (number, pair.name) or (len(key) >= _SHORTEST_KEY and pair.metadata["id"].startswith(key)):
            found.append(pair)
    if not found:
        raise TargetError(
            f"no pair {key!r} in {folder}; give an id or its first {_SHORTEST_KEY} characters, a number, or a name"
        )
    if len(found) > 1:
        listed = ", ".join(pair.metadata["id"][:12] for pair in found[:8])
        raise TargetError(f"{len(found)} pairs {key!r} in {folder}; give one of their ids: {listed}")
    return found[0].only(levels, str(folder))


def read_pair(path: Path, levels: Sequence[str] | None = None) -> Document:
    """The pair in a file: a JSON file of a pair, or the metadata of one that was written as texts.

    Args:
        path: a JSON file that irsmith wrote.
        levels: the levels to keep; all if None.

    Raises:
        TargetError: if there is no such file, or it is not a pair.
        UnknownNameError: if the pair lacks a level that was named.
    """
    return _pair_of(path, _read_file(path)).only(levels, str(path))


def _pair_of(path: Path, content: bytes) -> Document:
    """The pair that a file's content is.

    Raises:
        TargetError: if it is none.
    """
    document = _parse(path, content)
    if path.parent.name == SIDECAR:
        document = _with_texts(path, document)
    if not isinstance(document.get("python_source"), str) or not isinstance(document.get("metadata"), dict):
        raise TargetError(f"{path} is not a pair: it lacks python_source or metadata")
    try:
        metadata = unpacked_metadata(document["metadata"])
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise TargetError(f"{path} is not a pair: its metadata lacks or misspells {error}") from error
    texts = {name: text or None for name, text in document.items() if name not in ("python_source", "metadata")}
    if wrong := [name for name, text in texts.items() if not isinstance(text, str | None)]:
        raise TargetError(f"{path} is not a pair: its {wrong[0]} is no text")
    return Document(document["python_source"], texts, metadata, path.stem, document)


def _with_texts(path: Path, metadata: dict[str, Any]) -> dict[str, Any]:
    """What a JSON file would hold of a pair that was written as a file for each text."""
    folder = path.parent.parent
    document: dict[str, Any] = {}
    try:
        document["python_source"] = (folder / f"{path.stem}.py").read_text(encoding="utf-8")
        for level in levels_of(str(metadata.get("frontend"))):
            file = folder / f"{path.stem}.{level.name}.{level.language.suffix}"
            if file.is_file():
                document[level.name] = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TargetError(f"cannot read the texts of {path}: {error}") from error
    return {**document, "metadata": metadata}


def _read_file(path: Path) -> bytes:
    """The content of a file, which may be anybody's: no pipe, no device, and no more than a row can be.

    Raises:
        TargetError: if it cannot be read.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise TargetError(f"cannot read {path}: it is no file")
            if status.st_size > _LARGEST:
                raise TargetError(f"cannot read {path}: it has {status.st_size} bytes, and a row at most {_LARGEST}")
            return file.read(_LARGEST)
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror}") from error


def _read_json(path: Path) -> dict[str, Any]:
    return _parse(path, _read_file(path))


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TargetError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise TargetError(f"{path} is not a pair: it lacks python_source or metadata")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def scan_ledger(folder: Path) -> Iterator[Rejection | BrokenFile]:
    """The rejections of a finished run, or of the chunks that one in progress has finished, and what is none."""
    ledger = folder / SIDECAR / "rejections.jsonl"
    if ledger.is_file():
        for number, line in enumerate(_lines(ledger), start=1):
            try:
                yield Rejection.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                yield BrokenFile(ledger, f"{ledger}, line {number}: no rejection: {error}")
        return
    for record in sorted((folder / SIDECAR / "chunks").glob("*.json")):
        try:
            found = [
                Rejection.from_json(entry) for entry in json.loads(record.read_text(encoding="utf-8"))["rejections"]
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield BrokenFile(record, f"{record} is no record of a chunk: {error}")
            continue
        yield from found


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8", "replace").splitlines()
