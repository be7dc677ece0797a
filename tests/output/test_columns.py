"""What each column of a row may hold: a row that holds anything else is no row, whatever kind of file it is in."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthesis.core.errors import TargetError
from synthesis.core.stores.local import Folder
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.reading import read_file, scan_folder
from synthesis.dataset.storage.rows import Row, packed_metadata, read_json, unpacked_metadata
from synthesis.dataset.storage.schema import METADATA, Kind
from synthesis.dataset.storage.tables import write_rows

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
HUGE = 10**400
ARGUMENT = {"name": "x", "type": "float", "dtype": "float32", "element": [], "shape": [4], "role": "input"}
WRONG: dict[str, list[Any]] = {
    "id": [""],
    "frontend": [""],
    "kernel_name": [""],
    "category": [None],
    "recipe": [None],
    "target": [None],
    "description": [None],
    "difficulty": [0, 6, HUGE, None, -1],
    "ops": [["sin", "sin"], [3], [""], {}],
    "origin": [
        {"kind": "extracted", "package": "", "version": "", "file": "", "line": 0},
        {"kind": "synthetic", "package": "", "version": "", "file": "a.py", "line": 3},
        {"kind": "synthetic", "package": "", "version": "", "file": "", "line": 7},
        {"kind": "extracted", "package": "", "version": "", "file": "a.py", "line": -1},
        {"kind": "x", "package": "", "version": "", "file": "", "line": 0},
    ],
    "licence": [None],
    "compiled_from": [None],
    "self_contained": [None],
    "seed": [HUGE, None, 2**63],
    "index": [-1, HUGE, None],
    "config": [None],
    "device": [""],
    "line_map": [{"cpp_forward": [[1, 0]]}, {"cpp_forward": [[1, 0, 10**6]]}, {"cpp_forward": [[9999, 0, 1]]},
                 {"nothing": []}, {"cpp_forward": [[1, -3, 1]]}, {"cpp_forward": [[1.0, 0, 1]]}],
    "signature": [
        {"arguments": []},
        {"tiled": 1},
        {"launch": ["8"]},
        {"launch": [8.0]},
        {"differentiable": ["x", "x"]},
        {"arguments": [{**ARGUMENT, "domain": [0, HUGE]}]},
        {"arguments": [{**ARGUMENT, "domain": [1, 0]}]},
        {"arguments": [{**ARGUMENT, "domain": ["a", "b"]}]},
        {"arguments": [{**ARGUMENT, "domain": None, "trusted": True}]},
        {"arguments": [{**ARGUMENT, "domain": None, "shape": ["4"]}]},
        {"arguments": [{**ARGUMENT, "domain": None, "base": [None]}]},
        {"more": 1},
    ],
    "options": [{"mode": "debug"}, {"max_unroll": 10**9}, {"max_unroll": True}, {"block_dim": 0}, {"fast_math": 1},
                {"module": "os"}, {"verify_fp": None}],
    "verified": [["cpp_forward", "cpp_forward"], ["nothing"], [1], ["ptx"]],
    "proofs": [{"ptx": "lowered from cpp_forward"}, {"nothing": "x"}, {"cpp_forward": ""}, {"cpp_forward": 1},
               []],
    "reached": [-0.1, 1.1, 2, HUGE],
    "gradient": ["agrees: by oath", "", "none: 1", "not_checked: yet", "not_applicable", "right", "not_checked",
                 "absent", "none", "not_applicable: by oath"],
    "unverified": [{"cpp_forward": "needs a GPU"}, {"nothing": "x"}, {"cpp_forward": ""}, {"cpp_forward": 1}],
    "version": [""],
    "toolchain": [{"warp-lang": 1}, {"": "1"}, {"warp-lang": ""}, []],
    "renamed_hash": [""],
    "structure_hash": [""],
    "ir_structure_hash": [None],
}  # fmt: skip
"""Of each column values that it may not have; of signature and options parts, put in place of the row's own."""


def good_row() -> Document:
    """A sample whose derivatives agree."""
    for path in sorted((SAMPLES / "warp").glob("*.json")):
        document = read_file(Folder(path.parent), path.name)
        if document.metadata["gradient"] == "agrees" and document.texts["cpp_backward"]:
            return document
    raise AssertionError("no sample agrees")


def wrong_rows() -> Iterator[Any]:
    for column in METADATA:
        for value in WRONG[column.name]:
            yield pytest.param(column.name, value, id=f"{column.name}={str(value)[:40] if value != HUGE else 'huge'}")


def told_otherwise(document: Document, column: str, value: Any) -> dict[str, Any]:
    """The columns of a row as a file has them, with another value of one."""
    given: Any = value
    if column in ("signature", "options"):
        given = {**document.metadata[column], **value}
        if value == {"arguments": []}:
            given.pop("results")
    packed = packed_metadata(document.metadata)
    kind = next(each.kind for each in METADATA if each.name == column)
    return packed | {column: json.dumps(given) if kind is Kind.JSON else given}


def test_the_table_has_every_column() -> None:
    assert WRONG.keys() == {each.name for each in METADATA}


@pytest.mark.parametrize(("column", "value"), list(wrong_rows()))
def test_a_value_that_is_not_allowed_is_refused(column: str, value: Any, tmp_path: Path) -> None:
    document = good_row()
    metadata = told_otherwise(document, column, value)
    raw = {"python_source": document.source, **{k: v or "" for k, v in document.texts.items()}, "metadata": metadata}
    (tmp_path / "000000_x.json").write_text(json.dumps(raw))
    (found,) = scan_folder(tmp_path)
    assert isinstance(found, BrokenFile), found.metadata[column]
    assert column in found.why
    with pytest.raises(TargetError, match="is not a pair"):
        read_file(Folder(tmp_path), "000000_x.json")

    if value in (HUGE, 2**63, None):
        return  # a table cannot hold it
    folder = tmp_path / "table"
    (folder / "warp").mkdir(parents=True)
    with (folder / "warp" / "train-00000-of-00001.parquet").open("wb") as file:
        write_rows(file, [Row(document.source, document.texts, metadata)], list(document.texts))
    (read,) = scan_folder(folder)
    assert isinstance(read, BrokenFile)
    assert column in read.why


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_are_finite_in_files_of_any_kind(number: float, tmp_path: Path) -> None:
    document = good_row()
    metadata = packed_metadata(document.metadata) | {"reached": number}
    raw = {"python_source": document.source, **{k: v or "" for k, v in document.texts.items()}, "metadata": metadata}
    (tmp_path / "000000_x.json").write_text(json.dumps(raw))
    (tmp_path / "warp").mkdir()
    with (tmp_path / "warp" / "train-00000-of-00001.parquet").open("wb") as file:
        write_rows(file, [Row(document.source, document.texts, metadata)], list(document.texts))
    broken = list(scan_folder(tmp_path))
    assert len(broken) == 2
    assert all(isinstance(each, BrokenFile) for each in broken)


@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", "1e999", '{"a": [Infinity]}', '{"a": 1, "a": 1}', '[{"b": {"a": 1, "a": 2}}]']
)
def test_json_of_a_row_has_no_key_twice_and_finite_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"finite|twice"):
        read_json(text)


@pytest.mark.parametrize("inside", ["python_source", "cpp_forward", "metadata", "id", "options"])
def test_a_key_twice_is_refused_wherever_it_stands(inside: str, tmp_path: Path) -> None:
    document = good_row()
    raw = {"python_source": document.source, **{k: v or "" for k, v in document.texts.items()}}
    text = json.dumps(raw | {"metadata": packed_metadata(document.metadata)})
    if inside == "options":
        text = text.replace(r"{\"block_dim\"", r"{\"block_dim\": 256, \"block_dim\"", 1)
    else:
        text = text.replace(f'"{inside}": ', f'"{inside}": "wrong", "{inside}": ', 1)
    (tmp_path / "000000_x.json").write_text(text)
    (found,) = scan_folder(tmp_path)
    assert isinstance(found, BrokenFile)
    assert "twice" in found.why


def test_every_sample_passes() -> None:
    for place in ("warp", "jax"):
        for found in scan_folder(SAMPLES / place):
            assert isinstance(found, Document), found
            assert unpacked_metadata(packed_metadata(found.metadata)) == found.metadata
