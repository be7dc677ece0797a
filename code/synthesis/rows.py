"""A row of the data set: its columns, and the user's JSON form of it.

========================================================  =============================================================
column                                                    content
========================================================  =============================================================
``id``                                                    hash of front end, renamed source and signature
``frontend, category, recipe, kernel_name,``              what it is
``description, difficulty, ops``
``python_source``                                         the kernel as text that runs as it stands
one column a level                                        the text; null where the level failed
``line_map``                                              level to [source line, first text line, last text line]
``signature, options``                                    all that determines behaviour beside the source
``verified, gradient``                                    the levels proved by execution; the gradient check's outcome
``unverified``                                            level to why it could not be executed where the row was made
``device``                                                what the texts are for
``origin, licence, self_contained``                       ``synthetic``, or where an extracted kernel was found
``index, seed, config, version, toolchain``               how to make it again
``renamed_hash, structure_hash, ir_structure_hash``       identity (``identity.py``)
========================================================  =============================================================
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import TargetError, UnknownNameError
from synthesis.files import make_folder, write_atomic
from synthesis.frontends.base import Level
from synthesis.identity import ir_structure_hash, program_id, renamed_hash, structure_hash
from synthesis.records import KernelSpec, Pair, Rejection, Signature
from synthesis.registry import get_frontend
from synthesis.version import __version__

SIDECAR = "_irsmith"
"""The folder, inside an output folder, of everything that is not a row."""
FIGURES = "figures"
"""The folder, inside that one, of what differs between machines."""


def levels_of(pair: Pair) -> tuple[Level, ...]:
    """The levels that a pair was made at, those that failed included, in the order of its columns."""
    return tuple(level for level in get_frontend(pair.spec.frontend).levels if level.name in pair.texts)


def row(pair: Pair) -> dict[str, Any]:
    """The row of a pair: its level texts first, then every other column."""
    spec = pair.spec
    levels = levels_of(pair)
    signature = spec.signature.to_json()
    options = dict(spec.signature.options)
    first = next((level for level in levels if pair.texts.get(level.name) is not None), None)
    first_text = pair.texts[first.name] if first else None
    return {
        "python_source": spec.source,
        **{level.name: pair.texts.get(level.name) for level in levels},
        "id": program_id(spec.frontend, spec.source, signature, options),
        **spec.metadata,
        "device": pair.device,
        "line_map": {name: [list(run) for run in runs] for name, runs in pair.line_map.items()},
        "signature": signature,
        "options": options,
        "verified": list(pair.verdict.verified),
        "gradient": pair.verdict.gradient,
        "unverified": dict(pair.verdict.unverified),
        "version": __version__,
        "toolchain": dict(pair.toolchain),
        "renamed_hash": renamed_hash(spec.source),
        "structure_hash": structure_hash(spec.source),
        "ir_structure_hash": ir_structure_hash(first_text, first.language) if first and first_text else None,
    }


def json_form(pair: Pair) -> str:
    """The user's JSON form: source and level texts on top, everything else under ``metadata``; ends with a newline."""
    columns = row(pair)
    top = {"python_source", *pair.texts}
    document = {name: value for name, value in columns.items() if name in top}
    document["metadata"] = {name: value for name, value in columns.items() if name not in top}
    return readable(document)


def readable(document: Mapping[str, Any]) -> str:
    """A JSON object with a key a line and lists of numbers on one line; ends with a newline."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _NUMBERS.sub(lambda match: f"[{' '.join(match[1].split())}]", text) + "\n"


# No string of a JSON text holds a line end, so what is matched is never part of one.
_NUMBERS = re.compile(r"\[\n((?:\s+(?:-?[\d.eE+-]+|null),\n)*\s+(?:-?[\d.eE+-]+|null))\n\s+\]")
# By language; any other language is its own suffix.
_SUFFIXES = {"cuda": "cu", "llvm": "ll"}


def text_form(pair: Pair) -> dict[str, str]:
    """A pair as files of its own: suffix to content, ``.py`` and one for each level that has a text."""
    files = {".py": pair.spec.source}
    for level in levels_of(pair):
        text = pair.texts[level.name]
        if text is not None:
            files[f".{level.name}.{_SUFFIXES.get(level.language, level.language)}"] = text
    return files


def file_name(index: int, spec: KernelSpec) -> str:
    """``<index>_<name>.json``; the index has at least six digits, so that names sort as indices do."""
    return f"{index:06d}_{spec.name}.json"


def write_pair(folder: Path, index: int, pair: Pair, *, as_text: bool = False) -> None:
    """Write a pair into a folder: its JSON form, or each of its texts as a file.

    As text, the row without its texts goes to ``_irsmith/<index>_<name>.json``.

    Raises:
        OutputError: if the disk does not take it.
    """
    name = file_name(index, pair.spec)
    if not as_text:
        write_atomic(folder / name, json_form(pair))
        return
    for suffix, text in text_form(pair).items():
        write_atomic(folder / name.replace(".json", suffix), text)
    described = {column: value for column, value in row(pair).items() if column not in ("python_source", *pair.texts)}
    write_atomic(folder / SIDECAR / name, readable(described))


def write_figures(path: Path, pairs: Sequence[Pair]) -> None:
    """Write what verification measured of each pair, a JSON object a line; nothing of pairs that it did not look at.

    Raises:
        OutputError: if the disk does not take it.
    """
    lines = [
        json.dumps({"index": pair.spec.index, "kernel_name": pair.spec.name, **_rounded(pair.verdict.figures)}) + "\n"
        for pair in pairs
        if pair.verdict.figures
    ]
    if lines:
        make_folder(path.parent)
        write_atomic(path, "".join(lines))


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.3g}") for name, value in figures.items()}


def write_ledger(folder: Path, rejections: Sequence[Rejection]) -> None:
    """Write rejections, one JSON object a line, to ``_irsmith/rejections.jsonl``."""
    lines = [json.dumps(rejection.to_json(), ensure_ascii=False) + "\n" for rejection in rejections]
    write_atomic(folder / SIDECAR / "rejections.jsonl", "".join(lines))


@dataclass(frozen=True, slots=True)
class Document:
    """A pair as its file holds it."""

    document: Mapping[str, Any]
    texts: Mapping[str, str | None]
    """Level to text, in the file's order."""
    stem: str
    """The name of its files, up to the first dot: a number and the kernel's name."""

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.document["metadata"]["kernel_name"]

    @property
    def summary(self) -> str:
        """Front end, category and device in a few words."""
        metadata = self.document["metadata"]
        return f"{metadata['frontend']}, {metadata['category']}, {metadata['device']}"

    @property
    def source(self) -> str:
        """The Python source."""
        return self.document["python_source"]

    @property
    def spec(self) -> KernelSpec:
        """The kernel's record.

        Raises:
            TargetError: if the metadata lacks what determines the kernel's behaviour.
        """
        metadata = self.document["metadata"]
        try:
            return KernelSpec(
                frontend=metadata["frontend"],
                name=metadata["kernel_name"],
                category=metadata["category"],
                source=self.source,
                signature=Signature.from_json(metadata["signature"], metadata["options"]),
                recipe=metadata["recipe"],
                origin=metadata["origin"],
                self_contained=metadata["self_contained"],
                seed=metadata["seed"],
                index=metadata["index"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise TargetError(f"{self.stem}: the metadata of a pair lacks or misspells {error}") from error

    def only(self, levels: Sequence[str] | None, where: str) -> "Document":
        """The pair with the named levels alone.

        Raises:
            UnknownNameError: if it lacks one of them.
        """
        for name in levels or ():
            if name not in self.texts:
                raise UnknownNameError("level", name, self.texts, where=f"in {where}")
        kept = {name: text for name, text in self.texts.items() if levels is None or name in levels}
        return Document(self.document, kept, self.stem)

    def language(self, level: str) -> str:
        """The first or last word of a level's name, which tells its language: ``cpp``, ``cuda``, ``stablehlo`` …"""
        words = level.split("_")
        return words[0] if words[0] in ("cpp", "cuda") else words[-1]


def read_folder(folder: Path) -> Iterator[Document]:
    """The pairs that a run or an extraction wrote into a folder, in the order of their files.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
    """
    if not folder.is_dir():
        raise TargetError(f"no such folder: {folder}")
    files = sorted(folder.glob("*.json"))
    described = sorted((folder / SIDECAR).glob("[0-9]*.json"))
    if not files and not described:
        raise TargetError(f"no pairs in {folder}; expected a folder that irsmith generate or irsmith extract wrote")
    for file in files:
        yield read_pair(file)
    for file in described:
        yield _read_text_form(folder, file)


def _read_text_form(folder: Path, described: Path) -> Document:
    """A pair that was written as a file for each text."""
    metadata = json.loads(described.read_text(encoding="utf-8"))
    stem = described.stem
    texts: dict[str, str | None] = {}
    for level in get_frontend(metadata["frontend"]).levels:
        for file in folder.glob(f"{stem}.{level.name}.*"):
            texts[level.name] = file.read_text(encoding="utf-8")
    source = (folder / f"{stem}.py").read_text(encoding="utf-8")
    return Document({"python_source": source, **texts, "metadata": metadata}, texts, stem)


def find_pair(folder: Path, key: str, levels: Sequence[str] | None = None) -> Document:
    """The one pair of a folder whose id starts with a key, or whose number or kernel name it is.

    The number is the one that its file's name begins with, which is a drawn kernel's index.

    Raises:
        TargetError: if there is none, or there are several; the message says which.
        UnknownNameError: if the pair lacks a level that was named.
    """
    found: list[Document] = []
    for pair in read_folder(folder):
        metadata = pair.document["metadata"]
        number = pair.stem.partition("_")[0].lstrip("0") or "0"
        if key in (number, metadata["kernel_name"]) or (len(key) >= _SHORTEST_KEY and metadata["id"].startswith(key)):
            found.append(pair)
    if not found:
        raise TargetError(
            f"no pair {key!r} in {folder}; give an id or its first {_SHORTEST_KEY} characters, a number, or a name"
        )
    if len(found) > 1:
        listed = ", ".join(pair.document["metadata"]["id"][:12] for pair in found[:8])
        raise TargetError(f"{len(found)} pairs {key!r} in {folder}; give one of their ids: {listed}")
    return found[0].only(levels, str(folder))


_SHORTEST_KEY = 4


def read_pair(path: Path, levels: Sequence[str] | None = None) -> Document:
    """The pair in a file.

    Args:
        path: a JSON file that irsmith wrote.
        levels: the levels to keep; all if None.

    Raises:
        TargetError: if there is no such file, or it is not a pair.
        UnknownNameError: if the pair lacks a level that was named.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise TargetError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or "python_source" not in document or "metadata" not in document:
        raise TargetError(f"{path} is not a pair: it lacks python_source or metadata")
    columns: dict[str, Any] = dict(document)  # pyright: ignore[reportUnknownArgumentType]
    texts = {name: text for name, text in columns.items() if name not in ("python_source", "metadata")}
    return Document(columns, texts, path.stem).only(levels, str(path))
