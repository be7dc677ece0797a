"""Whatever reads data sets reads a finished folder as it is: every split, every row, each column with one type."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from synthesis import finalize, run_pipeline
from synthesis.dataset.storage.reading import read_folder

pytestmark = pytest.mark.xdist_group("loading")
COUNTS = {"warp": 40, "jax": 40}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sets")
    for name, count in COUNTS.items():
        run_pipeline(count, out / name, frontend=name, seed=11, verify="none", no_finalize=True)
    finalize(out / "warp", out / "jax", out=out / "data", validation=0.2, test=0.2, hold_out="difficulty:5")
    return out / "data"


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Front end to split to the sources of its rows, in order."""
    found: dict[str, dict[str, list[str]]] = {name: {} for name in COUNTS}
    for row in read_folder(folder):
        found[row.frontend].setdefault(row.split, []).append(row.source)
    for name, count in COUNTS.items():
        assert sum(map(len, found[name].values())) == count
        assert set(found[name]) == {"train", "validation", "test", "held_out"}
    return found


Sources = dict[str, dict[str, list[str]]]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", COUNTS)
def test_datasets_loads_each_front_end_by_its_name(
    name: str,
    folder: Path,
    expected: Sources,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    datasets: Any = pytest.importorskip("datasets")
    monkeypatch.setattr(logging.getLogger("datasets"), "propagate", True)
    found = datasets.load_dataset(str(folder), name, cache_dir=str(tmp_path))
    assert {split: list(rows["python_source"]) for split, rows in found.items()} == expected[name]
    features = found["train"].features
    assert features["difficulty"].dtype == "int64"
    assert features["signature"].dtype == "string"
    assert all(json.loads(row)["arguments"] for row in found["train"]["signature"])
    assert found["train"].info.splits["train"].num_examples == len(expected[name]["train"])
    assert "Ignoring" not in caplog.text


def test_datasets_knows_which_front_ends_there_are(folder: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    assert datasets.get_dataset_config_names(str(folder)) == ["jax", "warp"]
    assert datasets.get_dataset_split_names(str(folder), "jax") == ["train", "validation", "test", "held_out"]


def test_of_two_front_ends_one_has_to_be_named(folder: Path, tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    with pytest.raises(ValueError, match=r"Config name is missing[\s\S]*jax[\s\S]*warp"):
        datasets.load_dataset(str(folder), cache_dir=str(tmp_path))


def test_both_front_ends_are_one_table_with_the_columns_of_either(folder: Path) -> None:
    polars: Any = pytest.importorskip("polars")
    duckdb: Any = pytest.importorskip("duckdb")
    both = polars.concat([polars.read_parquet(f"{folder}/{name}/*.parquet") for name in COUNTS], how="diagonal")
    assert both.height == sum(COUNTS.values())
    assert {"cuda_forward", "stablehlo"} < set(both.columns)
    found = duckdb.sql(
        f"select frontend, count(stablehlo) from read_parquet('{folder}/*/*.parquet', union_by_name=true) "
        "group by frontend order by frontend"
    )
    assert found.fetchall() == [("jax", COUNTS["jax"]), ("warp", 0)]


def test_a_file_that_is_gone_is_missed_by_datasets(folder: Path, tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    shutil.copytree(folder, tmp_path / "copy")
    other = next((tmp_path / "copy" / "jax").glob("test-*"))
    shutil.copyfile(other, tmp_path / "copy" / "jax" / "train-00000-of-00001.parquet")
    with pytest.raises(Exception, match=r"num_examples|SplitInfo"):
        datasets.load_dataset(str(tmp_path / "copy"), "jax", cache_dir=str(tmp_path / "cache"))


def test_datasets_streams_it(folder: Path, expected: Sources) -> None:
    datasets: Any = pytest.importorskip("datasets")
    for split, sources in expected["jax"].items():
        rows = datasets.load_dataset(str(folder), "jax", split=split, streaming=True)
        assert [row["python_source"] for row in rows] == sources


def test_pandas_polars_duckdb_and_pyarrow_read_it(folder: Path, expected: Sources) -> None:
    pandas: Any = pytest.importorskip("pandas")
    polars: Any = pytest.importorskip("polars")
    duckdb: Any = pytest.importorskip("duckdb")
    arrow: Any = pytest.importorskip("pyarrow.dataset")
    for split, sources in expected["warp"].items():
        pattern = f"{folder}/warp/{split}-*.parquet"
        files = sorted((folder / "warp").glob(f"{split}-*.parquet"))
        assert list(pandas.read_parquet(files[0])["python_source"]) == sources
        assert polars.scan_parquet(pattern).select("python_source").collect().to_series().to_list() == sources
        found = duckdb.sql(f"select python_source, origin.kind from read_parquet('{pattern}')").fetchall()
        assert sorted(source for source, _ in found) == sorted(sources)
        assert arrow.dataset([str(each) for each in files]).to_table()["python_source"].to_pylist() == sources


def test_a_data_loader_of_torch_takes_batches_of_it(folder: Path, expected: Sources, tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch.utils.data")
    datasets: Any = pytest.importorskip("datasets")
    rows = datasets.load_dataset(str(folder), "jax", split="train", cache_dir=str(tmp_path))
    batches = torch.DataLoader(rows.select_columns(["python_source", "stablehlo"]), batch_size=4)
    assert [source for batch in batches for source in batch["python_source"]] == expected["jax"]["train"]


def test_the_card_is_read_by_the_hubs_own_library(folder: Path) -> None:
    hub: Any = pytest.importorskip("huggingface_hub")
    card = hub.DatasetCard.load(folder / "README.md")
    assert card.data.license == "apache-2.0"
    assert [each["config_name"] for each in card.data.configs] == ["jax", "warp"]
    assert card.data.size_categories == ["n<1K"]
    assert "irsmith generate --config _irsmith/runs/jax-11-" in card.text
