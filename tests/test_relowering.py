"""Rows of a finished folder, lowered again: which columns stay, which are new, and which attacks fail."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folders import contents, documents, write_as_json

from synthesis import finalize, run_pipeline
from synthesis.cli import run
from synthesis.core.errors import ConfigError, Stage, Symptom, TargetError, UnknownNameError
from synthesis.core.records import Rejection
from synthesis.dataset.ledger import read_ledger
from synthesis.dataset.storage.layout import CHUNKS, SETTINGS
from synthesis.making.runs.relowering import relower
from synthesis.making.runs.reverification import verify_folder
from synthesis.views.explorer.site import explore

pytestmark = pytest.mark.needs("jax", "warp")
OTHER = {"jax": "0.0.1", "jaxlib": "0.0.1"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data set of two front ends, whose rows have several levels."""
    place = tmp_path_factory.mktemp("mixed")
    levels = {"jax": ["jaxpr", "stablehlo"], "warp": ["cpp_forward"]}
    for frontend, names in levels.items():
        run_pipeline(5, place / frontend, frontend=frontend, seed=5, level=names, category="math", difficulty=2)
    finalize(place / "jax", place / "warp", out=place / "both")
    return place / "both"


@pytest.fixture(scope="module")
def relowered(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("relowered") / "out"
    relower(mixed, out, workers=1)
    return out


def by_id(folder: Path) -> dict[str, Any]:
    return {each.metadata["id"]: each for each in documents(folder)}


def rejected(folder: Path) -> list[Rejection]:
    return [each.rejection for each in read_ledger(folder)]


def test_the_same_tools_make_the_same_rows(mixed: Path, relowered: Path) -> None:
    before, after = by_id(mixed), by_id(relowered)
    assert len(before) == len(after) >= 8
    for key, row in after.items():
        assert row.source == before[key].source
        assert row.texts == before[key].texts
        assert row.metadata == before[key].metadata
        assert row.split == before[key].split


def test_what_it_wrote_is_verified(relowered: Path) -> None:
    found = verify_folder(relowered, workers=1)
    assert found.failures == []
    assert found.rows == len(documents(relowered))
    assert found.status == 0


@pytest.mark.parametrize("form", ["json", "text"])
def test_any_form_is_read_and_written(form: str, mixed: Path, tmp_path: Path) -> None:
    relower(mixed, tmp_path / "files", format=form, workers=1, verify="none")
    relower(tmp_path / "files", tmp_path / "tables", workers=1, verify="none")
    first, second = by_id(tmp_path / "files"), by_id(tmp_path / "tables")
    assert first.keys() == second.keys() == by_id(mixed).keys()
    for key, row in second.items():
        assert row.texts == by_id(mixed)[key].texts
        assert {name: text for name, text in first[key].texts.items() if text} == row.texts


def test_rows_of_other_tools_become_rows_of_those_that_are_here(mixed: Path, tmp_path: Path) -> None:
    def age(number: int, document: dict[str, Any]) -> None:
        del number
        if document["metadata"]["frontend"] == "jax":
            document["metadata"]["toolchain"] = OTHER
            document["jaxpr"] = document["jaxpr"].replace("add", "plus")

    write_as_json(documents(mixed), tmp_path / "old", age)
    relower(tmp_path / "old", tmp_path / "new", workers=1)
    before, after = by_id(mixed), by_id(tmp_path / "new")
    assert before.keys() == after.keys()
    for key, row in after.items():
        assert row.metadata["toolchain"] == before[key].metadata["toolchain"] != OTHER
        assert row.texts == before[key].texts
        assert row.metadata["verified"] == before[key].metadata["verified"] != []


HOSTILE: dict[str, Callable[[dict[str, Any], Path], object]] = {
    "writes a file": lambda row, canary: row.update(
        python_source=f"import os\nos.system('touch {canary}')\n" + row["python_source"]
    ),
    "opens a file": lambda row, canary: row.update(
        python_source=row["python_source"] + f"\nopen({str(canary)!r}, 'w').close()\n"
    ),
    "is no Python": lambda row, canary: row.update(python_source="def ("),
    "is deep": lambda row, canary: row.update(python_source="x = " + "(" * 5000 + ")" * 5000),
    "has half a character": lambda row, canary: row.update(python_source=row["python_source"] + "# \ud800\n"),
    "has a name that leads out": lambda row, canary: row["metadata"].update(kernel_name=f"../../{canary.name}"),
    "has a long name": lambda row, canary: row["metadata"].update(kernel_name="a" * 5000),
    "has another front end": lambda row, canary: row["metadata"].update(frontend="os\ud800"),
    "has another device": lambda row, canary: row["metadata"].update(device="toaster"),
    "has a huge index": lambda row, canary: row["metadata"].update(index=10**30),
    "has a huge seed": lambda row, canary: row["metadata"].update(seed=10**30),
    "has no names of operations": lambda row, canary: row["metadata"].update(ops=[{}, 3]),
    "has half a category": lambda row, canary: row["metadata"].update(category="\ud800"),
    "has one value as its domain": lambda row, canary: (
        [each.update(domain=[0.5, 0.5]) for each in row["metadata"]["signature"]["arguments"]] and None
    ),
    "has no text of a level that there is": lambda row, canary: row.update(nonsense="text"),
}


@pytest.fixture(scope="module")
def attacked(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int]:
    """Lower a folder of good and hostile rows again, and return it, a file that they must not touch, and a count."""
    place = tmp_path_factory.mktemp("attacked")
    canary = place / "canary"
    good = [each for each in documents(mixed) if each.frontend == "jax"]
    edits = [None, *HOSTILE.values(), None]
    rows = [good[0], *([good[2]] * len(HOSTILE)), good[1]]

    def attack(number: int, document: dict[str, Any]) -> None:
        edit = edits[number]
        if edit is not None:
            edit(document, canary)

    write_as_json(rows, place / "rows", attack)
    (place / "rows" / "000099_row.json").write_text("{")
    relower(place / "rows", place / "out", workers=1, format="json", sandbox="auto")
    return place / "out", canary, len(HOSTILE) + 1


def test_a_hostile_row_is_a_line_of_the_ledger_and_touches_nothing(attacked: tuple[Path, Path, int]) -> None:
    out, canary, hostile = attacked
    assert not canary.exists()
    assert len(documents(out)) == 2
    lines = rejected(out)
    assert len(lines) == hostile
    assert {each.stage for each in lines} <= {Stage.LOAD, Stage.LOWER}
    assert verify_folder(out, workers=1).failing_rows == 0


def test_the_ledger_says_which_row_it_was_where_nothing_of_it_can_be_kept(attacked: tuple[Path, Path, int]) -> None:
    details = [each.detail for each in rejected(attacked[0])]
    assert any(each.startswith("row 8: 000008_row: unknown front end") for each in details), details
    assert any("000099_row.json is not JSON" in each for each in details)


def test_a_level_is_made_that_the_folder_has_not(mixed: Path, tmp_path: Path) -> None:
    found = relower(mixed, tmp_path / "out", level="hlo", verify="none", workers=1)
    rows = documents(tmp_path / "out")
    assert {each.frontend for each in rows} == {"jax"}
    assert all(list(each.texts) == ["hlo"] and each.texts["hlo"] for each in rows)
    lines = rejected(tmp_path / "out")
    assert len(lines) == found.candidates - len(rows) > 0
    assert {each.symptom for each in lines} == {Symptom.NOT_AVAILABLE}


def test_what_cannot_be_asked_for_is_refused(mixed: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown level 'jaxprs'"):
        relower(mixed, tmp_path / "out", level="jaxprs")
    with pytest.raises(ConfigError, match="needs another folder"):
        relower(mixed, mixed)
    with pytest.raises(TargetError, match="no such folder"):
        relower(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_other_rows_or_settings_are_another_run(mixed: Path, tmp_path: Path) -> None:
    write_as_json(documents(mixed), tmp_path / "rows", lambda number, document: None)
    relower(tmp_path / "rows", tmp_path / "out", verify="none", workers=1)
    with pytest.raises(ConfigError, match="verify was 'none', now 'all'"):
        relower(tmp_path / "rows", tmp_path / "out", workers=1)
    path = tmp_path / "rows" / "000000_row.json"
    path.write_text(path.read_text() + " ")
    with pytest.raises(ConfigError, match=r"the rows of .* are not those that the run in .* began with"):
        relower(tmp_path / "rows", tmp_path / "out", verify="none", workers=1)


def many(mixed: Path, folder: Path) -> int:
    """Write a folder of 210 rows, which are copies with other numbers and names, so that they are different kernels."""
    folder.mkdir()
    rows = [each for each in documents(mixed) if each.frontend == "jax"]
    for number in range(210):
        row = rows[number % len(rows)]
        document = json.loads(json.dumps(row.raw))
        document["python_source"] = row.source.replace("0.", f"{number}.")
        document["metadata"]["index"] = number
        (folder / f"{number:06d}_row.json").write_text(json.dumps(document))
    return 210


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(mixed: Path, tmp_path: Path) -> None:
    many(mixed, tmp_path / "rows")
    out, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-m", "synthesis", "relower", str(tmp_path / "rows"), "--verify", "none"]
    command += ["--level", "jaxpr"]
    options = ["--workers", "1", "--progress", "none"]
    process = subprocess.Popen([*command, *options, "--out", str(out)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not list((out / CHUNKS).glob("*.json")) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = {path.name: path.stat().st_mtime_ns for path in (out / CHUNKS).glob("*.json")}
    assert 1 <= len(made) < 17
    assert subprocess.run([*command, *options, "--out", str(out)], capture_output=True, check=False).returncode == 0
    assert all((out / CHUNKS / name).stat().st_mtime_ns == when for name, when in made.items())
    assert len(list((out / CHUNKS).glob("*.json"))) == 17
    options[1] = "2"
    subprocess.run([*command, *options, "--out", str(whole)], capture_output=True, check=True)
    assert contents(out) == contents(whole)


def test_a_row_whose_program_came_before_is_a_line_of_the_ledger(mixed: Path, tmp_path: Path) -> None:
    count = len(documents(mixed))
    write_as_json(documents(mixed), tmp_path / "rows", lambda number, document: None)
    shutil.copy(tmp_path / "rows" / "000000_row.json", tmp_path / "rows" / "000077_row.json")
    found = relower(tmp_path / "rows", tmp_path / "out", verify="none", workers=1)
    assert (found.candidates, found.rows) == (count + 1, count)
    assert [each.symptom for each in rejected(tmp_path / "out")] == [Symptom.RENAMED_REPEAT]


def test_every_other_command_takes_the_folder(
    mixed: Path, relowered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = documents(relowered)[0].metadata["id"]
    assert run(["stats", str(relowered)]) == 0
    assert run(["show", str(relowered), "--id", key, "--json"]) == 0
    assert run(["rejections", str(relowered)]) == 0
    assert run(["finalize", str(relowered), "--progress", "none"]) == 0
    capsys.readouterr()
    explore(relowered, out=tmp_path / "site", runs=0)
    assert (tmp_path / "site" / "index.html").exists()
    merged = finalize(mixed, relowered, out=tmp_path / "merged")
    assert merged.rows == len(documents(mixed))  # a data set has each program once
    assert "irsmith relower" in (relowered / "README.md").read_text()
    assert json.loads((relowered / SETTINGS).read_text())["folder"] == str(mixed)
