"""Kernels that became no row: drawn again, with the ledger's words, in the split that they would be in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthesis import KernelGenerator, export, finalize, run_pipeline, view_records
from synthesis.core.identity.python import structure_hash
from synthesis.dataset.splits import SplitRule
from synthesis.dataset.storage.reading import read_folder

pytestmark = pytest.mark.needs("jax")
COUNT = 8


def run_of(folder: Path, seed: int, **settings: Any) -> Path:
    """A run of a few functions, of one cheap level."""
    run_pipeline(COUNT, folder, frontend="jax", seed=seed, level="jaxpr", verify="none", workers=1, **settings)
    return folder


def line_of(seed: int, number: int, **entries: Any) -> dict[str, Any]:
    """A line of a ledger: the function of an index became no row."""
    spec = KernelGenerator("jax", seed=seed).spec(number)
    line: dict[str, Any] = {
        "frontend": "jax", "index": number, "kernel_name": spec.name, "category": spec.category, "recipe": spec.recipe,
        "target": spec.target, "ops": list(spec.ops), "origin": "", "level": None, "stage": "verify",
        "symptom": "useless", "detail": "x changes nothing",
    }  # fmt: skip
    return {**line, **entries}


def tell(folder: Path, *lines: Mapping[str, Any]) -> None:
    """Write lines to a folder's ledger."""
    with (folder / "_irsmith" / "rejections.jsonl").open("a") as ledger:
        ledger.writelines(json.dumps(each) + "\n" for each in lines)


def kernels_in(folder: Path) -> list[Any]:
    """The records of a folder that are of no level."""
    return [each for each in view_records(folder, view="repair", errors=1) if not each["level"]]


def test_a_kernel_is_drawn_again_and_asked_about(tmp_path: Path) -> None:
    tell(run_of(tmp_path / "rows", 3), line_of(3, 4), line_of(3, 4, detail="said twice"))
    (record,) = kernels_in(tmp_path / "rows")
    spec = KernelGenerator("jax", seed=3).spec(4)
    assert spec.source.strip() in record["prompt"][-1]["content"]
    assert record["completion"][0]["content"] == "useless at verify: x changes nothing"
    assert (record["error"], record["symptom"], record["said"]) == ("refused", "useless", "x changes nothing")
    assert (record["kernel_name"], record["wrong_text"], record["right_text"]) == (spec.name, "", "")
    found = export(tmp_path / "rows", tmp_path / "out", view="repair", errors=1)
    assert (found.rows, found.directions["refused"], found.left_out["asked before"]) == (COUNT, 1, 1)
    assert not [each for each in view_records(tmp_path / "rows", view="repair", level="jaxpr") if not each["level"]]


def test_where_runs_were_merged_each_line_is_of_its_own_run(tmp_path: Path) -> None:
    runs = [run_of(tmp_path / str(seed), seed) for seed in (1, 2)]
    finalize(*runs, out=tmp_path / "both")
    for folder in (tmp_path / "both" / "_irsmith" / "runs").iterdir():
        seed = json.loads((folder / "_irsmith" / "run.json").read_text())["seed"]
        path = max((folder / "_irsmith" / "chunks").glob("*.json"))  # of the candidates from 5 on
        record = json.loads(path.read_text())
        path.unlink()  # it is the run's own file too
        path.write_text(json.dumps({**record, "rejections": [line_of(seed, 5)]}))
    sources = [KernelGenerator("jax", seed=seed).spec(5).source.strip() for seed in (1, 2)]
    prompts = [each["prompt"][-1]["content"] for each in kernels_in(tmp_path / "both")]
    assert [sum(source in each for each in prompts) for source in sources] == [1, 1]


@pytest.mark.parametrize("change", [{"kernel_name": "another"}, {"ops": ["sin"]}, {"index": None}])
def test_what_is_not_drawn_again_is_counted(tmp_path: Path, change: dict[str, Any]) -> None:
    tell(run_of(tmp_path / "rows", 3), line_of(3, 4, **change))
    found = export(tmp_path / "rows", tmp_path / "out", view="repair", errors=1, unverified=True)
    assert "refused" not in found.directions
    assert sum(count for why, count in found.left_out.items() if why.startswith("rejected kernels")) == 1


def test_another_version_draws_nothing_again(tmp_path: Path) -> None:
    tell(run_of(tmp_path / "rows", 3), line_of(3, 4))
    path = tmp_path / "rows" / "_irsmith" / "toolchain.json"
    path.write_text(path.read_text().replace('"irsmith": "', '"irsmith": "9.'))
    assert not kernels_in(tmp_path / "rows")


def test_a_kernel_is_in_the_split_of_its_structure(tmp_path: Path) -> None:
    """One whose structure rows of another split have is left out."""
    folder = run_of(tmp_path / "rows", 3, test=0.4, validation=0.2)
    rule = SplitRule(test=0.4, validation=0.2)
    splits = {each.metadata["index"]: each.split for each in read_folder(folder)}
    generator = KernelGenerator("jax", seed=3)
    fresh = {
        index: rule.split_of({"structure_hash": structure_hash(generator.spec(index).source)})
        for index in range(COUNT, COUNT + 12)
    }
    assert len({*fresh.values()}) == 3
    tell(folder, *(line_of(3, index) for index in (*splits, *fresh)))
    told = {each["kernel_name"]: each["split"] for each in kernels_in(folder)}
    expected = {generator.spec(index).name: split for index, split in (splits | fresh).items()}
    assert told == expected

    report = folder / "_irsmith" / "leaks.json"
    report.write_text(
        json.dumps({**json.loads(report.read_text()), "rule": SplitRule(test=1.0, validation=0.0).to_json()})
    )
    left = {each["kernel_name"] for each in kernels_in(folder)}
    assert left == {generator.spec(i).name for i, split in splits.items() if split == "test"} | {
        generator.spec(i).name for i in fresh
    }


def test_where_rows_were_held_against_others_data_kernels_that_were_not_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text("def f(x):\n    return x\n")
    folder = run_of(tmp_path / "rows", 3, against=[str(tmp_path / "theirs.py")], drop_overlap=True)
    tell(folder, line_of(3, 4))
    assert not kernels_in(folder)
