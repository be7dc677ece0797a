"""Reads what the writer wrote: pairs and the ledger, each file by itself, whatever the others are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import TargetError, UnknownNameError
from synthesis.frontends.base import Level
from synthesis.output.rows import unpacked_metadata
from synthesis.output.writer import SIDECAR
from synthesis.records import KernelSpec, Origin, Rejection, Signature
from synthesis.registry import levels_of

_SHORTEST_KEY = 4


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
    """A file that is no pair, or no part of one."""

    path: Path
    why: str


def scan_folder(folder: Path) -> Iterator[Document | BrokenFile]:
    """The pairs that a run or an extraction wrote into a folder, in the order of their files, and what is none.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    files = _files_of(folder)
    if not files:
        raise TargetError(f"no pairs in {folder}; expected a folder that irsmith generate or irsmith extract wrote")
    for file in files:
        try:
            yield read_pair(file)
        except TargetError as error:
            yield BrokenFile(file, str(error))


def count_pairs(folder: Path) -> int:
    """How many files of pairs a folder has.

    Raises:
        TargetError: if there is no such folder.
    """
    return len(_files_of(folder))


def read_folder(folder: Path) -> Iterator[Document]:
    """The pairs of a folder, in the order of their files.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
    """
    for found in scan_folder(folder):
        if isinstance(found, BrokenFile):
            raise TargetError(found.why)
        yield found


def _files_of(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise TargetError(f"no such folder: {folder}")
    return [*sorted(folder.glob("*.json")), *sorted((folder / SIDECAR).glob("[0-9]*.json"))]


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
    document = _read_json(path)
    if path.parent.name == SIDECAR:
        document = _with_texts(path, document)
    if "python_source" not in document or not isinstance(document.get("metadata"), dict):
        raise TargetError(f"{path} is not a pair: it lacks python_source or metadata")
    try:
        metadata = unpacked_metadata(document["metadata"])
    except (KeyError, ValueError, TypeError) as error:
        raise TargetError(f"{path} is not a pair: its metadata lacks or misspells {error}") from error
    texts = {name: text or None for name, text in document.items() if name not in ("python_source", "metadata")}
    return Document(document["python_source"], texts, metadata, path.stem, document).only(levels, str(path))


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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror}") from error
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
