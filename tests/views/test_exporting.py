"""Files of an export: whole or not there, split by split, and what loaders make of them."""

import json
import os
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from synthesis import (
    ConfigError,
    Export,
    OutputError,
    TargetError,
    UnknownNameError,
    UsageError,
    export,
    view_records,
)
from synthesis.core.stores.local import Folder
from synthesis.dataset.storage.reading import read_folder
from synthesis.views import exporting, writing
from synthesis.views.columns import SFT, raw_columns
from synthesis.views.writing import Spool

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
FORMATS = ("parquet", "jsonl")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def loaded(folder: Path, cache: Path) -> Any:
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    datasets.disable_progress_bars()
    return datasets.load_dataset(str(folder), cache_dir=str(cache))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("view", ["sft", "pretrain", "raw"])
@pytest.mark.needs("jax")
def test_all_splits_are_loaded_at_once_with_what_the_view_says(
    split_rows: Path, tmp_path: Path, view: str, form: str
) -> None:
    found = export(split_rows, tmp_path / "out", view=view, format=form, unverified=True)
    data = loaded(tmp_path / "out", tmp_path / "cache")
    assert {name: len(split) for name, split in data.items()} == found.records
    assert set(found.records) == {"train", "test"}
    records = list(view_records(split_rows, view=view, unverified=True))
    for name, split in data.items():
        assert [dict(row) for row in split] == [each for each in records if each["split"] == name]


@pytest.mark.needs("jax")
def test_no_question_is_in_two_splits(split_rows: Path) -> None:
    splits: dict[str, set[str]] = {}
    for record in view_records(split_rows, unverified=True):
        splits.setdefault(record["prompt"][0]["content"], set()).add(record["split"])
    assert all(len(each) == 1 for each in splits.values())


@pytest.mark.needs("jax")
def test_the_same_rows_twice_are_asked_once(split_rows: Path, tmp_path: Path) -> None:
    (tmp_path / "jax").mkdir()
    for name in ("train", "validation"):
        path = split_rows / "jax" / "train-00000-of-00001.parquet"
        (tmp_path / "jax" / f"{name}-00000-of-00001.parquet").write_bytes(path.read_bytes())
    found = export(tmp_path, tmp_path / "out", unverified=True)
    assert set(found.records) == {"train"}
    assert found.left_out == {"asked before": found.records["train"]}


def test_many_records_are_several_files_named_as_rows_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "RECORDS_OF_A_FILE", 300)
    monkeypatch.setattr(Spool.__init__, "__defaults__", (300,))
    found = export(SAMPLES / "jax", tmp_path / "out")
    names = [each.name for each in found.files]
    assert names == [f"train-{number:05d}-of-{len(names):05d}.parquet" for number in range(len(names))]
    assert [each.rows for each in found.files] == [300, 300, sum(found.records.values()) - 600]
    assert len(loaded(tmp_path / "out", tmp_path / "cache")["train"]) == sum(found.records.values())


def test_raw_rows_are_the_stored_columns_and_a_text_that_is_not_verified_is_null() -> None:
    stored = {each.metadata["id"]: each for each in read_folder(SAMPLES / "warp")}
    levels = ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")
    left = 0
    for record in view_records(SAMPLES / "warp", view="raw"):
        document = stored[record["id"]]
        assert list(record) == [each.name for each in raw_columns(levels)]
        assert record["python_source"] == document.source
        for name in levels:
            proved = name in document.metadata["verified"]
            left += not proved and document.texts[name] is not None
            assert record[name] == (document.texts[name] if proved else None)
        assert {name: record[name] for name in document.raw["metadata"]} == document.raw["metadata"]
    assert left


def test_a_document_has_its_python_and_each_level_in_a_fence_in_order() -> None:
    stored = {each.metadata["id"]: each for each in read_folder(SAMPLES / "jax")}
    for record in view_records(SAMPLES / "jax", view="pretrain", level=["stablehlo", "jaxpr"]):
        document = stored[record["id"]]
        assert record["levels"] == "stablehlo jaxpr"
        fences = re.findall(r"^```(\w+)\n(.*?)^```$", record["text"], re.MULTILINE | re.DOTALL)
        assert fences == [
            ("python", document.source), ("mlir", document.texts["stablehlo"]), ("jaxpr", document.texts["jaxpr"]),
        ]  # fmt: skip
        assert record["text"].startswith(f"# {document.name}\n")


def test_the_same_again_changes_nothing_and_other_settings_are_refused(tmp_path: Path) -> None:
    first = export(SAMPLES / "jax", tmp_path / "out", direction="python-to-jaxpr")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert export(SAMPLES / "jax", tmp_path / "out", direction="python-to-jaxpr") == first
    assert {path: path.stat().st_mtime_ns for path in before} == before
    with pytest.raises(ConfigError, match="holds another export: direction was"):
        export(SAMPLES / "jax", tmp_path / "out", direction="python-to-stablehlo")


def test_other_rows_with_the_same_settings_take_the_place_of_the_earlier_ones(tmp_path: Path) -> None:
    export(SAMPLES / "jax", tmp_path / "out", direction="python-to-*")
    found = export(SAMPLES / "warp", tmp_path / "out", direction="python-to-*")
    assert set(found.directions) >= {"python-to-cpp_forward"}
    assert len(loaded(tmp_path / "out", tmp_path / "cache")["train"]) == sum(found.records.values())


def test_files_name_no_place_of_this_machine(tmp_path: Path) -> None:
    wordings = tmp_path / "wordings.toml"
    wordings.write_text('[[prompt]]\ntext = "{facts} {code}"\n')
    export(SAMPLES / "jax", tmp_path / "out", templates=wordings, format="jsonl", direction="python-to-jaxpr")
    assert not [name for name, content in contents(tmp_path / "out").items() if str(tmp_path).encode() in content]
    assert "wordings.toml" in (tmp_path / "out" / "README.md").read_text()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(OutputError, match="holds files that are not an export"):
        export(SAMPLES / "jax", tmp_path)
    assert contents(tmp_path) == {"thesis.tex": b"years"}


def test_a_folder_is_not_exported_into_itself() -> None:
    with pytest.raises(ConfigError, match="needs another folder"):
        export(SAMPLES / "jax", SAMPLES / "jax")


def test_an_export_that_was_stopped_has_no_data_files_and_is_made_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(SAMPLES / "jax", tmp_path / "whole")
    read = exporting.read_folder

    def stopped(folder: Any) -> Any:
        yield from islice(read(folder), 40)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "read_folder", stopped)
        with pytest.raises(KeyboardInterrupt):
            export(SAMPLES / "jax", tmp_path / "out")
    assert set(contents(tmp_path / "out")) == {"_irsmith/export.json"}
    spool = tmp_path / "out" / "_irsmith" / "spool"
    spool.mkdir()
    (spool / "train-00000.parquet").write_bytes(b"what a kill -9 leaves")
    again = export(SAMPLES / "jax", tmp_path / "out")
    assert again.files == whole.files
    assert contents(tmp_path / "out").keys() == contents(tmp_path / "whole").keys()


def test_an_export_goes_to_a_url(tmp_path: Path) -> None:
    found = export(SAMPLES / "jax", "memory://exports/jax", direction="python-to-jaxpr")
    local = export(SAMPLES / "jax", tmp_path / "out", direction="python-to-jaxpr")
    assert found.files == local.files


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"view": "tabular"}, ConfigError, "view is one of sft, pretrain, raw, repair, versions, got 'tabular'"),
        ({"format": "csv"}, ConfigError, "format is one of parquet, jsonl, got 'csv'"),
        ({"direction": "python-to-fortran"}, UnknownNameError, "unknown direction 'python-to-fortran'"),
        ({"direction": ()}, ConfigError, "direction must be a list of texts"),
        ({"view": "raw", "level": "assembler"}, UnknownNameError, "unknown level 'assembler'"),
        ({"view": "raw", "direction": "python-to-jaxpr"}, ConfigError, "direction is for the view sft"),
        ({"level": "jaxpr"}, ConfigError, "level is for the view pretrain or raw or repair"),
        ({"view": "raw", "examples": 2}, ConfigError, "examples is for the view sft"),
        ({"examples": -1}, ConfigError, "examples must be an integer from 0, got -1"),
        ({"view": "repair", "errors": 0}, ConfigError, "errors must be an integer from 1, got 0"),
        ({"templates": "/nowhere.toml"}, ConfigError, "cannot read /nowhere.toml"),
        ({"direction": "python-to-cuda_forward"}, ConfigError, "of 138 rows none has a record"),
        ({"nonsense": 1}, ConfigError, "no such setting: nonsense"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_allowed(
    tmp_path: Path, settings: dict[str, Any], error: type[UsageError], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        export(SAMPLES / "jax", tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("field", ["args", "kwargs", "domain"])
def test_a_row_whose_signature_is_none_is_named(tmp_path: Path, field: str) -> None:
    path = next(path for path in sorted((SAMPLES / "jax").glob("*.json")) if r"\"kwargs\"" in path.read_text())
    entry = json.loads(path.read_text())
    assert f'"{field}"' in entry["metadata"]["signature"]
    entry["metadata"]["signature"] = entry["metadata"]["signature"].replace(f'"{field}"', '"other"')
    (tmp_path / path.name).write_text(json.dumps(entry))
    with pytest.raises(TargetError, match=rf"{path.stem}.* lacks or misspells"):
        export(tmp_path, tmp_path / "out")


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no such folder"):
        export(tmp_path / "nowhere", tmp_path / "out")


def test_settings_that_files_do_not_depend_on_are_not_kept() -> None:
    assert set(Export().lasting) == {
        "view", "format", "direction", "level", "unverified", "templates", "system", "examples", "errors",
        "seed", "old",
    }  # fmt: skip


def test_memory_does_not_grow_with_records(tmp_path: Path) -> None:
    import tracemalloc

    record = next(view_records(SAMPLES / "jax"))

    def peak(count: int) -> int:
        tracemalloc.start()
        with Spool(Folder(tmp_path / str(count)), SFT, "parquet") as spool:
            for number in range(count):
                spool.write("train", {**record, "id": str(number)})
            assert sum(each.rows for each in spool.settle()) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # which imports what later ones use
    assert peak(12_000) < 1.5 * peak(3_000)
