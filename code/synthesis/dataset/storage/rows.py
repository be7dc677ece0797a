"""Converts a pair to a row, and a row to its file formats."""

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
"""Size in bytes above which a JSON object is written on one line.

Arrow reads JSON in blocks that end at a line end. datasets 5.2 uses blocks of 320 KiB, and larger ones only if a single
line is longer, not if an object of several lines is.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is stored, in any kind of file."""

    source: str
    texts: Mapping[str, str | None]
    """The text of each level, in the order of the columns; None if there is none."""
    metadata: Mapping[str, Any]
    """All columns except the source and the texts. Values whose structure varies from row to row are JSON strings."""


def row_of(pair: Pair) -> Row:
    """Return a pair as a row."""
    return Row(pair.spec.source, pair.texts, packed_metadata(metadata_of(pair)))


def metadata_of(pair: Pair) -> dict[str, Any]:
    """Return all columns of a pair except its source and texts, by name, as Python values."""
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
        "compiled_from": spec.compiled_from,
        "self_contained": spec.self_contained,
        "seed": spec.seed,
        "index": spec.index,
        "config": spec.config,
        "device": pair.device,
        "line_map": {name: steps_of(runs) for name, runs in pair.line_map.items()},
        "signature": signature,
        "options": options,
        "verified": list(pair.verdict.verified),
        "proofs": {name: lowered_from(source) for name, source in pair.verdict.lowered.items()},
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


def lowered_from(source: str) -> str:
    """Return the proof, as stored in a row, of a text verified by lowering the text of level ``source`` again."""
    return f"lowered from {source}"


def document_of(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """Return the JSON form of a row: source and texts at the top level, everything else under ``metadata``.

    Args:
        row: the row.
        columns: the levels that every row of its folder has. The text of a level that the row lacks is empty.
    """
    texts = {name: row.texts.get(name) or "" for name in columns}
    return {"python_source": row.source, **texts, "metadata": dict(row.metadata)}


def packed_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns as they are stored: values that vary in structure become JSON strings."""
    return {
        column.name: _packed(values[column.name]) if column.kind is Kind.JSON else values[column.name]
        for column in METADATA
    }


def unpacked_metadata(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns as Python values, from their stored form.

    Raises:
        KeyError: if a column is missing.
        ValueError: if a JSON string or a value is invalid.
        TypeError: if a value has the wrong type.
    """
    return {column.name: _unpacked(column, stored[column.name]) for column in METADATA}


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: if it is not valid JSON, an object has a duplicate key, or a number is not finite.
        RecursionError: if it is nested too deeply.
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
        raise ValueError(f"a number must be finite, got {text[:40]}")
    return number


def _unpacked(column: Column, value: Any) -> Any:
    """Return a column's value from its stored form.

    Raises:
        ValueError: if a JSON string is invalid, or a value is not allowed.
        TypeError: if the value does not have its column's type.
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
    """Return the beginning of a value for an error message. An integer may be too long to be printed."""
    if type(value) is int and value.bit_length() > 128:
        return f"a number of {value.bit_length()} bits"
    return str(value)[:40]


def _packed(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def readable(document: Mapping[str, Any]) -> str:
    """Return a JSON object with one key a line, or on one line if it is long. It ends with a newline."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if len(text.encode()) > _BLOCK:
        text = _packed(document)
    return text + "\n"


def text_form(row: Row) -> dict[str, str]:
    """Return a row as separate files: content by suffix, ``.py`` and one for each level with a text."""
    files = {".py": row.source}
    for level in levels_of(row.metadata["frontend"]):
        text = row.texts.get(level.name)
        if text is not None:
            files[f".{level.name}.{level.language.suffix}"] = text
    return files


def figures_line(pair: Pair) -> str:
    """Return the rounded verification figures of a pair as a line of JSON; empty if it was not verified."""
    if not pair.verdict.figures:
        return ""
    rounded = {name: float(f"{value:.3g}") for name, value in pair.verdict.figures.items()}
    return json.dumps({"index": pair.spec.index, "kernel_name": pair.spec.name, **rounded}) + "\n"


def _levels(pair: Pair) -> tuple[Level, ...]:
    """Return the levels that a pair was made at, including failed ones, in the order of its columns."""
    return tuple(level for level in levels_of(pair.spec.frontend) if level.name in pair.texts)
