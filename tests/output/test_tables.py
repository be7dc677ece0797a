"""Tables of rows: what is written is read, a few rows at a time, and whatever else a file holds is refused."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]
import pytest
from folders import documents

from synthesis import run_pipeline
from synthesis.core.sandbox.confinement import Confinement, Limits
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.confined import ConfinedTables
from synthesis.dataset.storage.documents import BrokenFile
from synthesis.dataset.storage.manifest import read_manifest
from synthesis.dataset.storage.reading import scan_folder
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.schema import METADATA
from synthesis.dataset.storage.tables import GROUP, TableError, array_of, read_rows, schema_of, write_rows
from synthesis.making.runs.reverification import Failure, verify_folder

pa: Any = _pyarrow
parquet: Any = _parquet
LEVELS = ("jaxpr", "stablehlo")
NAME = "train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rows")
    run_pipeline(6, out, frontend="jax", seed=4, category=["math", "linalg"], validation=0, test=0)
    return out


@pytest.fixture(scope="module")
def row(folder: Path) -> Row:
    return next(read_rows(str(folder / "jax" / NAME)))


def table_of(rows: Iterator[Row] | list[Row]) -> bytes:
    file = io.BytesIO()
    write_rows(file, rows, LEVELS)
    return file.getvalue()


def test_what_is_written_is_read_and_gives_the_same_bytes_again(row: Row) -> None:
    rows = [replace(row, texts={"jaxpr": f"{number}", "stablehlo": None}) for number in range(2 * GROUP + 3)]
    table = table_of(rows)
    assert list(read_rows(io.BytesIO(table))) == rows
    assert table_of(iter(rows)) == table
    assert parquet.ParquetFile(io.BytesIO(table)).num_row_groups == 3
    assert list(read_rows(io.BytesIO(table_of([])))) == []


ORIGINS = pa.struct([("file", pa.string()), ("line", pa.int64())])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], pa.string()),
        (["a", None, "", "Äß→", "x" * 70_000] * 5, pa.string()),
        ([None, None], pa.string()),
        ([0, None, -5, 2**62], pa.int64()),
        ([1.5, 2, -0.0, None], pa.float64()),
        ([True, False, None, True, True] * 5, pa.bool_()),
        ([{"file": None, "line": 3}, {"file": "a.py", "line": None}], ORIGINS),
        ([{"file": None, "line": 3}, None], ORIGINS),
    ],
)
def test_an_array_is_the_one_that_arrow_makes(values: list[Any], kind: Any) -> None:
    found = array_of(values, kind)
    found.validate(full=True)
    assert found.equals(pa.array(values, kind))


def test_rows_are_written_and_read_without_pandas(tmp_path: Path, row: Row) -> None:
    (tmp_path / "row.json").write_text(json.dumps([row.source, row.texts, row.metadata]))
    program = """
import json, sys
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import read_rows, write_rows
row = Row(*json.load(open("row.json")))
with open("row.parquet", "wb") as file:
    write_rows(file, [row], tuple(row.texts))
assert list(read_rows("row.parquet")) == [row]
print("pandas" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_every_column_has_one_type_and_few_may_be_null() -> None:
    schema = schema_of(LEVELS)
    assert [field.name for field in schema] == [*(each.name for each in METADATA), "python_source", *LEVELS]
    assert {field.name for field in schema if field.nullable} == {"seed", "index", "difficulty", *LEVELS}


def test_whatever_reads_tables_reads_a_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets: Any = pytest.importorskip("datasets")
    pandas: Any = pytest.importorskip("pandas")
    polars: Any = pytest.importorskip("polars")
    duckdb: Any = pytest.importorskip("duckdb")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    sources = [each.source for each in documents(folder)]
    files = f"{folder}/jax/*.parquet"
    for streaming in (False, True):
        table = datasets.load_dataset(
            "parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"), streaming=streaming
        )
        assert [each["python_source"] for each in table] == sources
    assert list(pandas.read_parquet(folder / "jax")["python_source"]) == sources
    assert list(polars.read_parquet(files)["python_source"]) == sources
    found = duckdb.sql(f"select python_source, verified, origin.kind from '{files}'").fetchall()
    assert [(source, json.loads(verified), kind) for source, verified, kind in found] == [
        (source, list(LEVELS), "synthetic") for source in sources
    ]


def changed(row: Row, **columns: Any) -> bytes:
    """A table of one row with other columns, of whatever types they are."""
    entry = {**row.metadata, "python_source": row.source, **row.texts, **columns}
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([{name: each for name, each in entry.items() if each is not ...}]), file)
    return file.getvalue()


STRANGE: dict[str, tuple[Callable[[Row], bytes], str]] = {
    "nothing": (lambda row: b"", "not a Parquet file"),
    "half": (lambda row: table_of([row])[:2000], "not a Parquet file"),
    "garbage": (lambda row: b"PAR1" + bytes(range(256)) * 9 + b"PAR1", "not a Parquet file"),
    "torn pages": (lambda row: table_of([row])[:900] + bytes(400) + table_of([row])[1300:], ""),
    "other columns": (lambda row: changed(row, signature=...), "it lacks the column signature"),
    "another type": (lambda row: changed(row, index="three"), "index"),
    "no text": (lambda row: changed(row, jaxpr=3), "its jaxpr is no text"),
    "no source": (lambda row: changed(row, python_source=b"\xff\xfe"), ""),
    "no JSON": (lambda row: changed(row, verified="["), "metadata lacks or misspells"),
}


@pytest.mark.parametrize("case", STRANGE)
@pytest.mark.parametrize("confined", [False, True])
def test_a_file_that_is_no_table_of_rows_is_named(case: str, confined: bool, row: Row, tmp_path: Path) -> None:
    make, why = STRANGE[case]
    (tmp_path / "jax").mkdir()
    (tmp_path / "jax" / NAME).write_bytes(make(row))
    with ConfinedTables(Confinement()) as tables:
        found = list(scan_folder(tmp_path, tables.read if confined else None))
    assert [isinstance(each, BrokenFile) for each in found] == [True]
    assert NAME in found[0].why  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    assert why in found[0].why  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def test_a_small_file_of_a_gigabyte_costs_its_process_and_no_more(row: Row, tmp_path: Path) -> None:
    bomb = replace(row, texts={"jaxpr": "x" * (1 << 30), "stablehlo": None})
    (tmp_path / NAME).write_bytes(table_of([bomb]))
    assert (tmp_path / NAME).stat().st_size < 1 << 20
    with ConfinedTables(Confinement(limits=Limits(memory=512))) as tables:
        with pytest.raises(TableError):
            list(tables.read(tmp_path / NAME))
        (tmp_path / "small.parquet").write_bytes(table_of([row]))
        assert list(tables.read(tmp_path / "small.parquet")) == [row]


def test_a_reader_of_tables_reads_one_folder_after_the_other(row: Row, tmp_path: Path) -> None:
    for name in ("mine", "yours"):
        (tmp_path / name).mkdir()
        (tmp_path / name / NAME).write_bytes(table_of([row]))
    with ConfinedTables(Confinement()) as tables:
        assert list(tables.read(tmp_path / "yours" / NAME)) == [row]
        assert list(tables.read(tmp_path / "mine" / NAME)) == [row]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../other/file.json", "a/b/c.json", ".hidden.json", "_irsmith/run.json", 3]
)
def test_a_record_of_files_that_names_others_is_none(name: object, folder: Path, tmp_path: Path) -> None:
    lines = [{"of": "x"}, {"name": name, "rows": 1, "hash": "0"}]
    (tmp_path / "_irsmith").mkdir()
    (tmp_path / "_irsmith" / "files.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    assert read_manifest(store_of(tmp_path)) is None
    assert read_manifest(store_of(folder)) is not None


@pytest.mark.needs("jax")
def test_rows_that_were_changed_or_taken_out_of_a_data_set_are_named(folder: Path, tmp_path: Path) -> None:
    rows = list(read_rows(str(folder / "jax" / NAME)))
    (tmp_path / "jax").mkdir()
    (tmp_path / "_irsmith").mkdir()
    for name in ("files.jsonl", "run.json"):
        (tmp_path / "_irsmith" / name).write_bytes((folder / "_irsmith" / name).read_bytes())
    wrong = {**rows[1].texts, "jaxpr": (rows[1].texts["jaxpr"] or "").replace("add", "sub").replace("mul", "add")}
    told: list[Failure] = []
    (tmp_path / "jax" / NAME).write_bytes(table_of([rows[0], replace(rows[1], texts=wrong), *rows[2:5]]))
    found = verify_folder(tmp_path, on_failure=told.append)
    assert (found.rows, found.failing_rows) == (6, 6)
    assert [each.symptom for each in told].count("altered") == 5
    assert [(each.file, each.level) for each in told if each.symptom == "other_bytes"] == [
        (f"{rows[1].metadata['index']:06d}_{rows[1].metadata['kernel_name']}", "jaxpr")
    ]
    assert next(each.detail for each in told if each.symptom == "missing").endswith(
        "had 6 rows when it was written, and has 5"
    )
