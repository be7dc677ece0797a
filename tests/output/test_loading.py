"""Whatever reads JSON reads a folder whole, whichever kernels are in it and whatever of them is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from synthesis import run_pipeline
from synthesis.core.run_settings import Running
from synthesis.dataset.storage.reading import read_folder
from synthesis.dataset.storage.rows import readable
from synthesis.making.runs.extraction import extract_to_folder

# The first kernel has no derivative, and the function is of another front end, which comes up after some rows.
MIXED = {
    "a_kernels.py": """
import warp as wp


@wp.kernel(enable_backward=False)
def first(a: wp.array(dtype=float), eval: wp.array(dtype=float)):
    eval[wp.tid()] = a[wp.tid()] * 2.0


@wp.kernel
def test_split(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    b[wp.tid()] = wp.sin(a[wp.tid()])
""",
    "b_functions.py": """
import jax.numpy as jnp
from synthesis import example


@example("f32[4]")
def eval_field(x):
    return jnp.sin(x)
""",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("folders")
    run_pipeline(26, out / "drawn", frontend="warp", seed=3, verify="sample:0.5", format="json")
    for name, text in MIXED.items():
        (out / "code").mkdir(exist_ok=True)
        (out / "code" / name).write_text(text)
    extract_to_folder(str(out / "code"), out / "extracted", running=Running(format="json", progress="none"))
    return {name: out / name for name in ("drawn", "extracted")}


@pytest.fixture(params=["drawn", "extracted"])
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def sources(folder: Path) -> list[str]:
    return sorted(row["python_source"] for row in rows(folder))


def shape_of(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, type(value).__name__) for name, value in record.items())


def test_every_row_has_every_key_with_one_type(folder: Path) -> None:
    documents = rows(folder)
    metadata = [row["metadata"] for row in documents]
    for records in (documents, metadata, [row["origin"] for row in metadata]):
        assert len(set(map(shape_of, records))) == 1
    assert any(row["cpp_backward"] == "" for row in documents)


@pytest.mark.needs("jax")
def test_file_names_hold_no_word_that_loaders_take_for_a_split(folder: Path, folders: dict[str, Path]) -> None:
    if folder == folders["extracted"]:
        names = [path.stem for path in sorted(folder.glob("*.json"))]
        assert names == ["000000_first", "000001_ktest_split", "000002_keval_field"]
        assert [pair.name for pair in read_folder(folder)] == ["first", "test_split", "eval_field"]


def test_datasets_reads_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets: Any = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for given in (f"{folder}/*.json", [str(path) for path in sorted(folder.glob("*.json"))]):
        table = datasets.load_dataset("json", data_files=given, split="train", cache_dir=str(tmp_path / "cache"))
        assert sorted(table["python_source"]) == sources(folder)
        assert all(json.loads(row["signature"])["arguments"] for row in table["metadata"])


def test_datasets_reads_long_rows(folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets: Any = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    more = [12_000 << 2 * number for number, _ in enumerate(rows(folders["extracted"]))]
    for document, count in zip(rows(folders["extracted"]), more, strict=True):
        long = document | {"python_source": "# as before\n" * count}
        (tmp_path / f"{count}.json").write_text(readable(long))
    sizes = sorted(path.stat().st_size for path in tmp_path.glob("*.json"))
    assert sizes[0] < 1 << 18 < 1 << 20 < sizes[-1]
    table = datasets.load_dataset("json", data_files=f"{tmp_path}/*.json", split="train", cache_dir=f"{tmp_path}/cache")
    assert sorted(map(len, table["python_source"])) == [12 * count for count in more]


def test_pandas_polars_and_duckdb_read_it(folder: Path) -> None:
    pandas: Any = pytest.importorskip("pandas")
    polars: Any = pytest.importorskip("polars")
    duckdb: Any = pytest.importorskip("duckdb")
    frame = pandas.json_normalize(rows(folder))
    assert sorted(frame["python_source"]) == sources(folder)
    assert frame["metadata.id"].is_unique
    table = polars.concat([polars.read_json(path) for path in sorted(folder.glob("*.json"))])
    assert sorted(table["python_source"]) == sources(folder)
    found = duckdb.sql(f"select python_source, metadata.verified from read_json('{folder}/*.json')").fetchall()
    assert sorted(source for source, _ in found) == sources(folder)
