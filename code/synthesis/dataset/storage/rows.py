"""A pair as a row, and the row in its forms."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import ir_structure_hash
from synthesis.core.records import Pair
from synthesis.core.version import __version__
from synthesis.dataset.storage.schema import METADATA, Column, Kind
from synthesis.frontends.base import Level
from synthesis.frontends.linemap import steps_of
from synthesis.frontends.registry import levels_of

_BLOCK = 1 << 18
"""Bytes from which a JSON object is one line. Arrow reads JSON in blocks, which end at the end of a line; datasets 5.2
hands it blocks of 320 KiB, and larger ones where a line is longer but not where an object is."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as files have it, whichever kind of file."""

    source: str
    texts: Mapping[str, str | None]
    """Level to text, in the order of the columns; None where there is none."""
    metadata: Mapping[str, Any]
    """Every other column; what varies in shape is a text that holds JSON."""


def row_of(pair: Pair) -> Row:
    """A pair as a row."""
    return Row(pair.spec.source, pair.texts, packed_metadata(metadata_of(pair)))


def metadata_of(pair: Pair) -> dict[str, Any]:
    """Every column of a pair but its source and its texts, by name, as Python has the values."""
    spec = pair.spec
    signature, options = spec.signature.to_json(), dict(spec.signature.options)
    levels = _levels(pair)
    first = next((level for level in levels if pair.texts[level.name] is not None), None)
    first_text = pair.texts[first.name] if first is not None else None
    values: dict[str, Any] = {
        "id": program_id(spec.frontend, spec.source, signature, options),
        "frontend": spec.frontend,
        "kernel_name": spec.name,
        "category": spec.category,
        "recipe": spec.recipe,
        "target": spec.target,
        "description": spec.description,
        "difficulty": spec.difficulty,
        "ops": list(spec.ops),
        "origin": spec.origin.to_json(),
        "licence": spec.licence,
        "self_contained": spec.self_contained,
        "seed": spec.seed,
        "index": spec.index,
        "config": spec.config,
        "device": pair.device,
        "line_map": {name: steps_of(runs) for name, runs in pair.line_map.items()},
        "signature": signature,
        "options": options,
        "verified": list(pair.verdict.verified),
        "reached": round(pair.verdict.reached, 4),
        "gradient": str(pair.verdict.gradient),
        "unverified": {name: str(reason) for name, reason in pair.verdict.unverified.items()},
        "version": __version__,
        "toolchain": dict(pair.toolchain),
        "renamed_hash": renamed_hash(spec.source),
        "structure_hash": structure_hash(spec.source),
        "ir_structure_hash": ir_structure_hash(first_text, first.language) if first and first_text else "",
    }
    return {column.name: values[column.name] for column in METADATA}


def document_of(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """The JSON form: source and level texts on top, everything else under ``metadata``.

    Args:
        row: the row.
        columns: the levels that every row of its folder has; the text of one that the row lacks is empty.
    """
    texts = {name: row.texts.get(name) or "" for name in columns}
    return {"python_source": row.source, **texts, "metadata": dict(row.metadata)}


def packed_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as a file has them: what varies in shape as a text that holds JSON."""
    return {
        column.name: _packed(values[column.name]) if column.kind is Kind.JSON else values[column.name]
        for column in METADATA
    }


def unpacked_metadata(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as Python has the values, of what a file has.

    Raises:
        KeyError: if a column is missing.
        ValueError: if what should hold JSON does not.
        TypeError: likewise.
    """
    return {column.name: _unpacked(column, stored[column.name]) for column in METADATA}


def read_json(text: str | bytes) -> Any:
    """The value that a text of JSON holds.

    Raises:
        ValueError: if it is no JSON, an object has a key twice, or a number is not finite.
        RecursionError: if it is too deep.
    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_finite, parse_float=_finite)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the key {twice[:40]!r} twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"a number has to be finite, got {text[:40]}")
    return number


def _unpacked(column: Column, value: Any) -> Any:
    """A column's value, of what a file has.

    Raises:
        ValueError: if what should hold JSON does not, or holds what is not allowed.
        TypeError: if it is not of its column's type.
    """
    kinds: dict[Kind, Any] = {
        Kind.INTEGER: (int, type(None)),
        Kind.NUMBER: (int, float),
        Kind.FLAG: bool,
        Kind.RECORD: dict,
    }
    if isinstance(value, bool) != (column.kind is Kind.FLAG) or not isinstance(value, kinds.get(column.kind, str)):
        raise TypeError(f"{column.name}: {column.kind} expected, got {_start(value)!r}")
    found = read_json(value) if column.kind is Kind.JSON else value
    if not column.allowed.test(found):
        raise ValueError(f"{column.name}: {column.allowed.words} expected, got {_start(value)}")
    return found


def _start(value: Any) -> str:
    """The beginning of a value as an error tells it; a whole number may be too long to be printed."""
    if type(value) is int and value.bit_length() > 128:
        return f"a number of {value.bit_length()} bits"
    return str(value)[:40]


def _packed(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def readable(document: Mapping[str, Any]) -> str:
    """A JSON object with a key a line, or all in one line where it is long; ends with a newline."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if len(text.encode()) > _BLOCK:
        text = _packed(document)
    return text + "\n"


def text_form(row: Row) -> dict[str, str]:
    """A row as files of its own: suffix to content, ``.py`` and one for each level that has a text."""
    files = {".py": row.source}
    for level in levels_of(row.metadata["frontend"]):
        text = row.texts.get(level.name)
        if text is not None:
            files[f".{level.name}.{level.language.suffix}"] = text
    return files


def figures_line(pair: Pair) -> str:
    """What verification measured of a pair, rounded, as a line of JSON; empty if it left the pair out."""
    if not pair.verdict.figures:
        return ""
    rounded = {name: float(f"{value:.3g}") for name, value in pair.verdict.figures.items()}
    return json.dumps({"index": pair.spec.index, "kernel_name": pair.spec.name, **rounded}) + "\n"


def _levels(pair: Pair) -> tuple[Level, ...]:
    """The levels that a pair was made at, those that failed included, in the order of its columns."""
    return tuple(level for level in levels_of(pair.spec.frontend) if level.name in pair.texts)
