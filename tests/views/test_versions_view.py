"""The view of two versions: pairs of texts that differ, both verified, and what the difference touches."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from folders import documents, write_as_json

from synthesis import ConfigError, TargetError, export, run_pipeline, view_records
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

pytestmark = pytest.mark.needs("jax")
OTHER = {"jax": "99.0", "jaxlib": "99.0"}
UNPROVED = 2
"""The row whose old text is not verified."""


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Verified rows in several splits."""
    out = tmp_path_factory.mktemp("new") / "rows"
    run_pipeline(8, out, frontend="jax", seed=5, category="math", difficulty=2, validation=0.2, test=0.2)
    return out


@pytest.fixture(scope="module")
def rows(new: Path) -> list[Document]:
    return documents(new)


@pytest.fixture(scope="module")
def old(rows: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows but the first, with other jaxprs by other tools."""

    def age(number: int, document: dict[str, Any]) -> None:
        document["metadata"]["toolchain"] = OTHER
        document["jaxpr"] = document["jaxpr"].replace(" let\n", " let\n    zz:f32[] = old_thing 1.0:f32[]\n", 1)
        if number == UNPROVED - 1:
            document["metadata"]["verified"] = ["stablehlo"]

    place = tmp_path_factory.mktemp("old") / "rows"
    write_as_json(rows[1:], place, age)
    return place


def test_a_record_is_a_text_that_differs_and_is_verified_in_both(old: Path, new: Path, rows: list[Document]) -> None:
    records = list(view_records(new, view="versions", old=str(old)))
    by_id = {row.metadata["id"]: row for row in rows}
    wanted = [row.metadata["id"] for number, row in enumerate(rows) if number not in (0, UNPROVED)]
    assert sorted(each["id"] for each in records) == sorted(wanted)
    for each in records:
        row = by_id[each["id"]]
        assert each["level"] == "jaxpr"
        assert each["python_source"] == row.source
        assert each["new_text"] == row.texts["jaxpr"]
        assert each["old_text"].replace("    zz:f32[] = old_thing 1.0:f32[]\n", "") == each["new_text"]
        assert json.loads(each["old_toolchain"]) == OTHER
        assert json.loads(each["new_toolchain"]) == row.metadata["toolchain"]
        assert json.loads(each["operations"]) == ["old_thing"]
        assert (each["lines_removed"], each["lines_added"]) == (1, 0)
        assert each["split"] == row.split


def test_what_is_left_out_is_counted(old: Path, new: Path, rows: list[Document], tmp_path: Path) -> None:
    found = export(new, tmp_path / "out", view="versions", old=old)
    same = sum(row.texts["stablehlo"] is not None for row in rows[1:])
    assert found.left_out == {
        "not verified": 1,
        "rows that the old folder lacks": 1,
        "texts that are the same": same,
    }
    assert found.directions == {"jaxpr": len(rows) - 2}
    found = export(new, tmp_path / "all", view="versions", old=old, unverified=True)
    assert found.directions == {"jaxpr": len(rows) - 1}


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_loaders_read_every_split(form: str, old: Path, new: Path, tmp_path: Path) -> None:
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    found = export(new, tmp_path / "out", view="versions", old=old, format=form)
    data = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(split) for name, split in data.items()} == found.records
    records = list(view_records(new, view="versions", old=old))
    for name, split in data.items():
        assert [dict(row) for row in split] == [each for each in records if each["split"] == name]
    assert "by two versions of its tools" in (tmp_path / "out" / "README.md").read_text()


def test_the_same_again_changes_nothing_and_another_old_folder_is_refused(old: Path, new: Path, tmp_path: Path) -> None:
    first = export(new, tmp_path / "out", view="versions", old=old)
    assert export(new, tmp_path / "out", view="versions", old=old) == first
    with pytest.raises(ConfigError, match="holds another export: old was"):
        export(new, tmp_path / "out", view="versions", old=new)


def test_it_is_made_anew_where_the_old_rows_are_others(rows: list[Document], new: Path, tmp_path: Path) -> None:
    def age(number: int, document: dict[str, Any]) -> None:
        document["jaxpr"] += f"# {number}\n"

    write_as_json(rows, tmp_path / "old", age)
    assert sum(export(new, tmp_path / "out", view="versions", old=tmp_path / "old").records.values()) == len(rows)
    (tmp_path / "old" / "000000_row.json").unlink()
    assert sum(export(new, tmp_path / "out", view="versions", old=tmp_path / "old").records.values()) == len(rows) - 1


def test_what_makes_no_export_is_refused(old: Path, new: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the view versions needs old"):
        export(new, tmp_path / "out", view="versions")
    with pytest.raises(ConfigError, match="old is for the view versions, and the view is sft"):
        export(new, tmp_path / "out", old=str(old))
    with pytest.raises(TargetError, match="no such folder"):
        export(new, tmp_path / "out", view="versions", old=tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="needs another folder"):
        export(new, old, view="versions", old=old)
    with pytest.raises(
        ConfigError, match=r"nothing to export: of \d+ rows none has a record .* texts that are the same"
    ):
        export(new, tmp_path / "out", view="versions", old=new)
    assert not (tmp_path / "out").exists()
    assert len(list(read_folder(old))) > 0
