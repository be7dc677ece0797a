"""Two folders compared: which rows they share, which texts differ, and how that is told."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from folders import documents, leave_out, write_as_json

from synthesis import TargetError, UnknownNameError
from synthesis.cli import run
from synthesis.dataset.comparing.folders import compare
from synthesis.dataset.comparing.pairs import compare_row
from synthesis.dataset.storage.documents import Document

pytestmark = pytest.mark.needs("jax")
OTHER = {"jax": "99.0", "jaxlib": "99.0"}
CHANGED = range(3, 8)
"""Rows with another StableHLO."""
LEFT_OUT = (0, 1)


def age(number: int, document: dict[str, Any]) -> None:
    document["metadata"]["toolchain"] = OTHER
    if number in CHANGED:
        document["stablehlo"] = document["stablehlo"].replace("stablehlo.", "old.")
    if number == CHANGED[0]:
        leave_out(document, "hlo")


@pytest.fixture(scope="module")
def rows(jax_rows: Path) -> list[Document]:
    return documents(jax_rows)


@pytest.fixture(scope="module")
def old(rows: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows as other tools made them: five texts differ, one is missing; two rows are gone."""
    place = tmp_path_factory.mktemp("old") / "rows"
    write_as_json(rows, place, age)
    for number in LEFT_OUT:
        (place / f"{number:06d}_row.json").unlink()
    return place


def test_a_folder_is_the_same_as_itself(jax_rows: Path, rows: list[Document]) -> None:
    found = compare(jax_rows, jax_rows)
    assert found.both == len(rows)
    assert (found.only_old, found.only_new, found.different, found.other_split, found.repeats) == (0, 0, 0, 0, 0)
    for name, each in found.levels.items():
        assert each.same == sum(row.texts[name] is not None for row in rows) > 0
        assert (each.different, each.only_old, each.only_new) == (0, 0, 0)
    assert not found.ops_different.total()


def test_rows_and_texts_are_counted(old: Path, jax_rows: Path, rows: list[Document]) -> None:
    found = compare(old, jax_rows)
    assert (found.both, found.only_old, found.only_new) == (len(rows) - 2, 0, 2)
    assert found.different == len(CHANGED)
    assert found.levels["stablehlo"].different == len(CHANGED)
    assert found.levels["stablehlo"].same == len(rows) - 2 - len(CHANGED)
    assert (found.levels["hlo"].different, found.levels["hlo"].only_new) == (0, 1)
    assert found.levels["jaxpr"].same == len(rows) - 2
    assert [json.loads(each) for each in found.toolchains[0]] == [OTHER]
    assert found.toolchains[1].total() == len(rows)
    back = compare(jax_rows, old)
    assert (back.both, back.only_old, back.only_new) == (len(rows) - 2, 2, 0)
    assert (back.levels["hlo"].only_old, back.levels["hlo"].only_new) == (1, 0)


def test_operations_are_those_of_the_rows_that_differ(old: Path, jax_rows: Path, rows: list[Document]) -> None:
    found = compare(old, jax_rows)
    shared = [set(row.metadata["ops"]) for row in rows[2:]]
    changed = [set(rows[number].metadata["ops"]) for number in CHANGED]
    for name, count, different in found.ops_by_difference():
        assert count == sum(name in each for each in shared)
        assert different == sum(name in each for each in changed)


def test_only_levels_that_are_named_count(old: Path, jax_rows: Path) -> None:
    found = compare(old, jax_rows, level=["jaxpr"])
    assert list(found.levels) == ["jaxpr"]
    assert found.different == 0
    with pytest.raises(UnknownNameError, match="unknown level 'ptx'"):
        compare(old, jax_rows, level=["ptx"])


def test_rows_whose_id_came_before_are_not_compared(rows: list[Document], jax_rows: Path, tmp_path: Path) -> None:
    write_as_json([rows[2], rows[2], rows[3]], tmp_path / "twice", age)
    found = compare(tmp_path / "twice", jax_rows)
    assert (found.both, found.repeats) == (2, 1)
    found = compare(jax_rows, tmp_path / "twice")
    assert (found.both, found.repeats, found.only_old) == (2, 1, len(rows) - 2)


@pytest.mark.needs("warp")
def test_folders_without_a_common_row_are_refused(jax_rows: Path, warp_rows: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"no row of .*jax is in .*warp"):
        compare(jax_rows, warp_rows)
    with pytest.raises(TargetError, match="no such folder"):
        compare(jax_rows, tmp_path / "nowhere")
    assert run(["compare", str(jax_rows), str(warp_rows)]) == 2


def lines_of(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, ...], int]:
    listed = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    return {tuple(words): int(count) for *words, count in listed}


def test_a_pipe_gets_a_count_a_line(old: Path, jax_rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", str(old), str(jax_rows), "--progress", "none"]) == 0
    found = lines_of(capsys)
    assert found["rows", "different"] == found["level", "stablehlo", "different"] == len(CHANGED)
    assert found["toolchain", "old", "jax 99.0, jaxlib 99.0"] == found["rows", "both"]


def test_json_has_all_counts(old: Path, jax_rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", str(old), str(jax_rows), "--json"]) == 0
    told: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    assert told == compare(old, jax_rows).to_json()
    assert told["levels"]["stablehlo"]["different"] == len(CHANGED)


@pytest.mark.parametrize("kind", ["id", "beginning", "name"])
def test_a_row_is_found_as_show_finds_it(kind: str, old: Path, jax_rows: Path, rows: list[Document]) -> None:
    row = next(each for each in rows[3:8] if sum(other.name == each.name for other in rows) == 1)
    key = {"id": row.metadata["id"], "beginning": row.metadata["id"][:12], "name": row.name}[kind]
    found = compare_row(old, jax_rows, key)
    assert found.new.metadata["id"] == row.metadata["id"]
    assert "stablehlo" in [each.level for each in found.changes]


def test_the_difference_of_a_row_is_shown_by_level(
    old: Path, jax_rows: Path, rows: list[Document], capsys: pytest.CaptureFixture[str]
) -> None:
    row = rows[CHANGED[1]]
    key = row.metadata["id"]
    assert run(["compare", str(old), str(jax_rows), "--id", key]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("--- stablehlo, jax 99.0")
    assert shown[1].startswith("+++ stablehlo, jax ")
    count = str(row.texts["stablehlo"]).count("\n")
    assert 0 < sum(line.startswith("-") and "old." in line for line in shown) <= count
    assert any(line.startswith("+") and "stablehlo." in line for line in shown)
    assert run(["compare", str(old), str(jax_rows), "--id", key, "--json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["diff"].splitlines() == shown
    assert {each.partition(".")[0] for each in change["touched"]["operations"]} >= {"old", "stablehlo"}
    assert run(["compare", str(old), str(jax_rows), "--id", key, "--level", "jaxpr"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{row.name}: no text differs\n")


def test_a_text_that_one_folder_has_alone_is_named(
    old: Path, jax_rows: Path, rows: list[Document], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", str(old), str(jax_rows), "--id", rows[CHANGED[0]].metadata["id"], "--level", "hlo"]) == 0
    assert capsys.readouterr().out == "hlo: no text of jax 99.0, jaxlib 99.0\n"


def test_a_row_that_is_not_in_both_is_refused(old: Path, jax_rows: Path, rows: list[Document]) -> None:
    key = rows[LEFT_OUT[0]].metadata["id"]
    with pytest.raises(TargetError, match=r"row .* of .*jax is not in"):
        compare_row(jax_rows, old, key)
    with pytest.raises(TargetError, match="no pair"):
        compare_row(old, jax_rows, key)
    with pytest.raises(UnknownNameError, match="unknown level 'ptx'"):
        compare_row(old, jax_rows, rows[5].metadata["id"], level=["ptx"])


def test_nothing_in_a_text_steers_a_terminal(
    rows: list[Document], jax_rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(number: int, document: dict[str, Any]) -> None:
        del number
        document["jaxpr"] += "\x1b[2J"
        document["metadata"]["toolchain"] = {"\x1b]0;owned": "1"}

    write_as_json(rows[2:4], tmp_path / "rows", edit)
    key = rows[2].metadata["id"]
    for words in ([], ["--id", key]):
        assert run(["compare", str(tmp_path / "rows"), str(jax_rows), *words, "--progress", "none"]) == 0
        assert "\x1b" not in capsys.readouterr().out
