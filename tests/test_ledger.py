"""The ledger: each line can be found by its printed id, and a candidate that is made again fails in the same way."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from synthesis import finalize, run_pipeline
from synthesis.cli import run
from synthesis.core.errors import Stage, Symptom, TargetError
from synthesis.core.records import Rejection
from synthesis.dataset.ledger import Choice, Entry, counts, find_entries, id_of, read_ledger
from synthesis.dataset.storage.reading import find_pair
from synthesis.workbench.replaying import Replay, replay


def told(index: int | None, level: str | None = None, origin: str = "") -> Rejection:
    return Rejection(stage=Stage.VERIFY, symptom=Symptom.WRONG_RESULT, detail="off", frontend="warp", index=index,
                     level=level, kernel_name=f"k{index}", origin=origin)  # fmt: skip


LINES = [
    told(3, "cpp_forward"),
    told(3, "cuda_forward"),
    told(31),
    told(None, origin="a.py"),
    told(None, origin="b.py"),
]
ENTRIES = [Entry(id_of(each), each) for each in LINES]


def test_levels_of_one_candidate_have_one_id_and_candidates_of_their_own() -> None:
    ids = [each.id for each in ENTRIES]
    assert ids[0] == ids[1] == "warp-3"
    assert len(set(ids)) == 4


@pytest.mark.parametrize("key", ["warp-3", "3", "k3"])
def test_a_candidate_is_found_by_id_index_and_name(key: str) -> None:
    assert find_entries(ENTRIES, key) == ENTRIES[:2]


def test_a_hash_is_found_by_its_beginning_and_a_name_of_two_is_refused() -> None:
    assert find_entries(ENTRIES, ENTRIES[3].id[:6]) == [ENTRIES[3]]
    with pytest.raises(TargetError, match="2 candidates"):
        find_entries(ENTRIES, "kNone")


def test_a_choice_takes_what_fits_in_every_field() -> None:
    assert Choice(level=("cpp_forward", "cuda_forward")).of(ENTRIES) == ENTRIES[:2]
    assert Choice(level=("cpp_forward",), symptom=("crash",)).of(ENTRIES) == []
    assert Choice().of(ENTRIES) == ENTRIES


def test_counts_are_by_symptom_and_by_recipe_or_origin() -> None:
    symptoms, recipes = counts(ENTRIES)
    assert symptoms == {"wrong_result": 5}
    assert recipes == {"(extracted)": 3, "a.py": 1, "b.py": 1}


def test_a_replay_is_the_same_where_stage_symptom_and_words_are_level_by_level() -> None:
    assert Replay(id="x", before=(LINES[0], LINES[1]), after=(LINES[1], LINES[0])).same
    assert not Replay(id="x", before=(LINES[0],), after=(LINES[1],)).same
    assert not Replay(id="x", before=(LINES[0],), after=()).same
    assert not Replay(id="x", before=(), after=(), changed=("jaxpr",)).same


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    run_pipeline(1, out, frontend="warp", recipe="break", difficulty=2, level=["cpp_forward", "cpp_backward"])
    return out


@pytest.mark.needs("warp")
def test_a_drawn_candidate_is_made_again_and_fails_as_it_did(folder: Path) -> None:
    (entry,) = read_ledger(folder)
    found = replay(folder, entry.id)
    assert entry.rejection.symptom is Symptom.WRONG_GRADIENT
    assert found.before == (entry.rejection,)
    assert found.after == (entry.rejection,)
    assert found.same


@pytest.mark.needs("warp")
def test_a_ledger_that_says_something_else_is_told_of(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    ledger = copied / "_irsmith" / "rejections.jsonl"
    ledger.write_text(ledger.read_text().replace("the text gives", "?"))
    (entry,) = read_ledger(copied)
    assert run(["replay", str(copied), "--id", entry.id]) == 1
    assert "the result is different" in capsys.readouterr().out


@pytest.mark.needs("warp")
def test_a_folder_of_two_seeds_has_a_short_id_for_each_kernel(folder: Path, tmp_path: Path) -> None:
    other, merged = tmp_path / "other", tmp_path / "merged"
    levels = ["cpp_forward", "cpp_backward"]
    run_pipeline(1, other, frontend="warp", recipe="break", difficulty=2, level=levels, seed=5)
    finalize(folder, other, out=merged)
    entries = read_ledger(merged)
    assert [each.id for each in entries] == [f"warp-{each.rejection.seed}-{each.rejection.index}" for each in entries]
    assert {each.rejection.seed for each in entries} == {0, 5}
    for each in entries:
        found = replay(merged, each.id)
        assert (found.id, found.same) == (each.id, True)
        row = find_pair(merged, each.id)
        assert (row.metadata["seed"], row.metadata["index"]) == (each.rejection.seed, each.rejection.index)
        assert find_entries(entries, each.id) == [each]


def test_a_ledger_without_seeds_is_read() -> None:
    line = told(3).to_json()
    del line["seed"]
    assert id_of(Rejection.from_json(line)) == "warp-3"
    assert id_of(told(3), several={"warp"}) == "warp-3"
    assert id_of(replace(told(3), seed=-1), several={"warp"}) == "warp--1-3"


@pytest.mark.needs("warp")
def test_a_listing_in_a_pipe_is_a_line_each_with_fields_parted_by_tabs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rejections", str(folder), "--stage", "verify"]) == 0
    shown = capsys.readouterr()
    (line,) = shown.out.splitlines()
    (entry,) = read_ledger(folder)
    assert line.split("\t")[0] == entry.id
    assert line.split("\t")[5] == "wrong_gradient"
    assert "by symptom: wrong_gradient 1" in shown.err
    assert run(["rejections", str(folder), "--stage", "load", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rejections"] == []


def test_a_folder_that_irsmith_did_not_write_has_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rejections", str(tmp_path)]) == 2
    assert "no ledger" in capsys.readouterr().err
