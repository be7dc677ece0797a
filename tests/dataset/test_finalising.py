"""Data sets of made-up runs: which rows stay, in which split, and what is said of the others."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_up import MadeUp, make_run

from synthesis import ConfigError, LeakError, finalize, run_pipeline
from synthesis.cli import run as irsmith
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

SPLITS = ("train", "validation", "test", "held_out")


def program(number: int, **entries: Any) -> MadeUp:
    """The program of a number; those of different numbers differ in structure, of source and of text."""
    names = random.Random(number).choices(["sin", "cos", "tan", "exp", "log", "sqrt"], k=12)
    source = "import jax.numpy as jnp\n\n\ndef f(x):\n" + "".join(f"    x = jnp.{name}(x)\n" for name in names)
    text = "{ lambda ; a:f32[4]. let\n" + "".join(f"    b:f32[4] = {name} a\n" for name in names) + "  in (b,) }"
    row = MadeUp(source=source + "    return x\n", text=text, ops=names)
    return replace(row, **entries)


def rows_of(folder: Path) -> list[Document]:
    return list(read_folder(folder))


def splits_of(folder: Path) -> dict[str, str]:
    """The id of each row to its split."""
    return {row.metadata["id"]: row.split for row in rows_of(folder)}


def ledger(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "_irsmith" / "rejections.jsonl").read_text().splitlines()]


def test_splits_have_about_their_shares_and_no_structure_is_in_two(tmp_path: Path) -> None:
    make_run(tmp_path, map(program, range(1000)), 1000)
    finalize(tmp_path, validation=0.1, test=0.2)
    rows = rows_of(tmp_path)
    counts = {split: sum(row.split == split for row in rows) for split in SPLITS}
    assert sum(counts.values()) == 1000
    assert 70 <= counts["validation"] <= 130
    assert 160 <= counts["test"] <= 240
    assert counts["held_out"] == 0
    for column in ("structure_hash", "ir_structure_hash"):
        homes = {row.metadata[column]: set[str]() for row in rows}
        for row in rows:
            homes[row.metadata[column]].add(row.split)
        assert all(len(home) == 1 for home in homes.values())


def test_no_row_moves_when_a_data_set_grows_or_is_merged(tmp_path: Path) -> None:
    small = make_run(tmp_path / "small", map(program, range(200)), 200)
    finalize(small)
    before = splits_of(small)
    make_run(small, map(program, range(500)), 500)
    finalize(small)
    grown = splits_of(small)
    other = make_run(tmp_path / "other", map(program, range(400, 900)), 500, seed=1)
    finalize(small, other, out=tmp_path / "both")
    both = splits_of(tmp_path / "both")
    assert before.items() <= grown.items() <= both.items()
    assert len(both) == 900


def test_merging_comes_to_the_same_in_any_order_and_step_by_step(tmp_path: Path) -> None:
    runs = [
        make_run(tmp_path / str(seed), map(program, range(90 * seed, 90 * seed + 100)), 100, seed=seed)
        for seed in (0, 1, 2)
    ]
    finalize(*runs, out=tmp_path / "at once")
    finalize(*reversed(runs), out=tmp_path / "backwards")
    for run in (runs[1], runs[0], runs[2]):
        finalize(run, out=tmp_path / "steps")
    whole = contents(tmp_path / "at once")
    assert contents(tmp_path / "backwards") == whole
    assert contents(tmp_path / "steps") == whole
    kept = [(row.metadata["seed"], row.metadata["index"]) for row in rows_of(tmp_path / "at once")]
    assert len(kept) == 280
    assert not [index for seed, index in kept if seed and index < 10]  # of a program that comes twice, the first stays
    said = [each for each in ledger(tmp_path / "at once") if each["symptom"] == "renamed_repeat"]
    assert len(said) == 20
    assert "of seed" in said[0]["detail"]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_data_set_that_grew_keeps_the_files_that_are_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthesis.dataset.finalising.ROWS_OF_A_FILE", 50)
    make_run(tmp_path / "a", map(program, range(120)), 120)
    finalize(tmp_path / "a", validation=0, test=0)
    full = {path.stat().st_ino for path in (tmp_path / "a" / "jax").glob("train-0000[01]-*")}
    make_run(tmp_path / "a", map(program, range(220)), 220)
    finalize(tmp_path / "a", validation=0, test=0)
    names = sorted(path.name for path in (tmp_path / "a" / "jax").iterdir())
    assert names == [f"train-{number:05d}-of-00005.parquet" for number in range(5)]
    assert full == {(tmp_path / "a" / "jax" / name).stat().st_ino for name in names[:2]}
    make_run(tmp_path / "b", map(program, range(220)), 220)
    finalize(tmp_path / "b", validation=0, test=0)
    assert contents(tmp_path / "a" / "jax") == contents(tmp_path / "b" / "jax")


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    make_run(tmp_path, map(program, range(30)), 30)
    first = finalize(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = finalize(tmp_path)
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(("first", "second"), [("parquet", "json"), ("json", "parquet"), ("text", "json")])
def test_another_form_in_the_same_folder_is_refused_and_deletes_nothing(
    tmp_path: Path, first: str, second: str
) -> None:
    make_run(tmp_path / "rows", map(program, range(30)), 30)
    finalize(tmp_path / "rows", format=first)
    before = contents(tmp_path / "rows")
    with pytest.raises(ConfigError, match=rf"in format {first}, and the requested format is {second}.*--out OTHER"):
        finalize(tmp_path / "rows", format=second)
    assert contents(tmp_path / "rows") == before
    assert finalize(tmp_path / "rows", out=tmp_path / "other", format=second).rows == 30
    assert contents(tmp_path / "rows") == before


def test_files_that_a_killed_process_finished_for_nothing_do_not_stay(tmp_path: Path) -> None:
    make_run(tmp_path, map(program, range(20)), 20)
    finalize(tmp_path)
    (file,) = (tmp_path / "jax").glob("train-*")
    stale = file.with_name("train-00001-of-00007.parquet")
    stale.write_bytes(file.read_bytes())
    (tmp_path / "jax" / "notes.parquet").write_text("mine")
    make_run(tmp_path, map(program, range(25)), 25)
    finalize(tmp_path)
    assert not stale.exists()
    assert (tmp_path / "jax" / "notes.parquet").exists()


def test_a_source_that_is_another_in_python_and_the_same_in_every_text_is_a_repeat(tmp_path: Path) -> None:
    one, two = program(1), program(2)
    renamed = one.text.replace("a:", "q:").replace(" a\n", " q\n")
    product = "{ lambda ; a:f32[4]. let b:f32[4] = mul a 2.0:f32[] in (b,) }"
    numbers = [program(3, text=product), program(4, text=product.replace("2.0", "3.0"))]
    make_run(tmp_path, [one, MadeUp(source=two.source, text=renamed), *numbers], 4)
    finalize(tmp_path, validation=0, test=0)
    assert [row.metadata["index"] for row in rows_of(tmp_path)] == [0, 2, 3]
    (said,) = ledger(tmp_path)
    assert (said["index"], said["symptom"], said["kernel_name"]) == (1, "renamed_ir_repeat", "f")


def test_a_row_whose_text_lives_in_another_split_is_left_out_and_the_ledger_says_so(tmp_path: Path) -> None:
    text = program(0).text
    rows = [replace(program(number), text=f"{text} {number}") for number in range(60)]
    make_run(tmp_path, rows, 60)
    finalize(tmp_path, validation=0.3, test=0.3)
    kept = rows_of(tmp_path)
    assert {row.split for row in kept} == {kept[0].split}
    assert len(kept) + len(ledger(tmp_path)) == 60
    assert {(each["stage"], each["symptom"]) for each in ledger(tmp_path)} == {("split", "other_split")}
    make_run(tmp_path / "flat", rows, 60)
    assert finalize(tmp_path / "flat", format="json").rows == 60  # where there are no splits, nothing is in another


def test_a_structure_that_is_held_out_is_in_no_other_split(tmp_path: Path) -> None:
    source = program(0).source
    rows = [
        MadeUp(
            source=source.replace("return x", f"return x * {number}"),
            text=program(number).text,
            difficulty=5 - number % 5,
        )
        for number in range(20)
    ]
    make_run(tmp_path, rows, 20)
    finalize(tmp_path, hold_out="difficulty:5", validation=0, test=0)
    assert [(row.metadata["index"], row.split) for row in rows_of(tmp_path)] == [
        (number, "held_out") for number in (0, 5, 10, 15)
    ]
    assert {each["symptom"] for each in ledger(tmp_path)} == {"other_split"}
    assert len(ledger(tmp_path)) == 16


def test_what_is_held_out_is_in_a_split_of_its_own_and_nowhere_else(tmp_path: Path) -> None:
    make_run(tmp_path, (program(each, difficulty=1 + each % 5, category="abc"[each % 3]) for each in range(300)), 300)
    finalize(tmp_path, hold_out=["ops:sin+log", "difficulty:5", "category:b"])
    for row in rows_of(tmp_path):
        is_out = {"sin", "log"} <= set(row.metadata["ops"]) or row.metadata["difficulty"] == 5
        assert (row.split == "held_out") == (is_out or row.metadata["category"] == "b")
    counts = json.loads((tmp_path / "_irsmith" / "leaks.json").read_text())["held_out"]
    assert counts["difficulty:5"] == 60
    assert counts["category:b"] == 100


@pytest.mark.parametrize(
    ("hold_out", "words"),
    [
        ("sin", "hold_out must be op:NAME"),
        ("ops:sin", "hold_out must be op:NAME"),
        ("difficulty:6", "a difficulty is 1 to 5"),
        ("op:sine", "no row has op:sine"),
    ],
)
def test_a_hold_out_that_would_hold_nothing_out_is_refused(tmp_path: Path, hold_out: str, words: str) -> None:
    make_run(tmp_path, map(program, range(5)), 5)
    with pytest.raises(ConfigError, match=words):
        finalize(tmp_path, hold_out=hold_out)


def test_what_is_nearly_the_same_is_told_of_and_left_out_when_asked(tmp_path: Path) -> None:
    long = "def f(x):\n" + "".join(f"    x = x + h{each}(x, {each})\n" for each in range(60)) + "    return x\n"
    near = long.replace("h30(x, 30)", "other(x)")
    rows = [MadeUp(source=long, text=program(0).text), MadeUp(source=near, text=program(1).text), program(2)]
    make_run(tmp_path, rows, 3)
    finalize(tmp_path, validation=0, test=0)
    assert json.loads((tmp_path / "_irsmith" / "leaks.json").read_text())["near"] == {"train": 1}
    assert len(rows_of(tmp_path)) == 3
    finalize(tmp_path, near="drop")
    assert [row.metadata["index"] for row in rows_of(tmp_path)] == [0, 2]
    assert [(each["symptom"], each["detail"]) for each in ledger(tmp_path)] == [
        ("near_repeat", "nearly the same as index 0")
    ]


@pytest.mark.parametrize("kind", ["py", "jsonl", "parquet", "folder", "ir"])
def test_rows_that_overlap_with_a_test_of_others_are_told_of_and_left_out_when_asked(tmp_path: Path, kind: str) -> None:
    run = make_run(tmp_path / "run", map(program, range(20)), 20)
    theirs = program(7).source.replace("def f(x)", "def solution(values)").replace("x = jnp", "values = jnp")
    theirs = theirs.replace("(x)", "(values)").replace("return x", "return values")
    place = tmp_path / f"test.{kind}"
    if kind == "py":
        place.write_text(f"# a comment\n{theirs}\n\nclass Other:\n    pass\n")
    elif kind == "jsonl":
        place.write_text(json.dumps({"id": 1, "answer": {"code": theirs}}) + "\n\n" + json.dumps("text") + "\n")
    elif kind == "parquet":
        import polars

        polars.DataFrame({"number": [1], "messages": [[{"content": theirs}]]}).write_parquet(place)
    elif kind == "ir":
        place = tmp_path / "text.jaxpr"
        place.write_text(program(7).text.replace("a:", "z:").replace(" a\n", " z\n"))
    else:
        (place / "deep").mkdir(parents=True)
        (place / "deep" / "a.py").write_text(theirs)
    summary = finalize(run, against=[str(place)])
    assert summary.rows == 20
    assert f"1 rows that overlap with `{place}` are among these rows" in (run / "README.md").read_text()
    finalize(run, against=[str(place)], drop_overlap=True)
    assert 7 not in [row.metadata["index"] for row in rows_of(run)]
    assert len(rows_of(run)) == 19
    (said,) = ledger(run)
    assert (said["index"], said["symptom"]) == (7, "contaminated")
    assert str(place) in said["detail"]


def test_others_data_that_is_not_there_is_refused(tmp_path: Path) -> None:
    make_run(tmp_path, map(program, range(2)), 2)
    with pytest.raises(ConfigError, match="no file, folder or installed package 'nowhere'"):
        finalize(tmp_path, against="nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="no texts in"):
        finalize(tmp_path, against=str(tmp_path / "empty"))
    (tmp_path / "bad.jsonl").write_text("{")
    with pytest.raises(ConfigError, match=r"cannot read .*bad\.jsonl"):
        finalize(tmp_path, against=str(tmp_path / "bad.jsonl"))


def find_nothing(*_: object) -> None:
    pass


def test_a_leak_is_found_whatever_let_it_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = program(0).text
    make_run(tmp_path, (replace(program(number), text=f"{text} {number}") for number in range(20)), 20)
    monkeypatch.setattr("synthesis.dataset.census._Judge._find_other_split", find_nothing)
    with pytest.raises(LeakError, match="programs are in train and in validation by ir structure"):
        finalize(tmp_path, validation=0.5, test=0.1)
    assert not (tmp_path / "_irsmith" / "files.jsonl").exists()


def test_a_card_that_somebody_has_written_on_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_run(tmp_path, map(program, range(5)), 5)
    finalize(tmp_path)
    card = tmp_path / "README.md"
    card.write_text(card.read_text() + "\nOur own words.\n")
    make_run(tmp_path, map(program, range(8)), 8)
    finalize(tmp_path)
    assert card.read_text().endswith("Our own words.\n")
    assert "8 pairs" in (tmp_path / "_irsmith" / "README.md").read_text()
    assert "has been edited, so it is kept" in caplog.text


def test_folders_that_cannot_be_merged_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", map(program, range(150)), 150)
    with pytest.raises(ConfigError, match="one folder, or several with out"):
        finalize(run, run)
    with pytest.raises(ConfigError, match="holds no run"):
        finalize(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    (run / "_irsmith" / "chunks" / "000000125-000000150.json").unlink()
    with pytest.raises(ConfigError, match="lacks 1 of 14 chunks"):
        finalize(run, out=tmp_path / "both")
    assert not (tmp_path / "both").exists()
    assert irsmith(["finalize", str(run), str(run)]) == 2


def test_a_data_set_may_be_anywhere_and_its_runs_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthesis.dataset.finalising.ROWS_OF_A_FILE", 20)
    runs = [
        make_run(tmp_path / str(seed), map(program, range(50 * seed, 50 * seed + 50)), 50, seed=seed) for seed in (0, 1)
    ]
    place = f"memory://data-{tmp_path.name}"
    finalize(runs[0], out=place, test=0, validation=0)
    summary = finalize(runs[1], out=place, test=0, validation=0)
    finalize(*runs, out=tmp_path / "here", test=0, validation=0)
    assert summary.rows == 100
    assert [row.raw for row in read_folder(place)] == [row.raw for row in rows_of(tmp_path / "here")]
    assert finalize(place, out=tmp_path / "back", test=0, validation=0).rows == 100
    assert contents(tmp_path / "back") == contents(tmp_path / "here")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hold_out", "sin", "hold_out must be op:NAME"),
        ("against", "nowhere", "no file, folder or installed package 'nowhere'"),
        ("tokenizer", "nowhere", r"no tokenizer\.json at nowhere"),
        ("near", "often", "near is one of report, drop, ignore"),
        ("test", 1.5, "test is a share between 0 and 1"),
    ],
)
def test_a_run_that_could_not_end_with_a_data_set_does_not_begin(
    tmp_path: Path, field: str, value: Any, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        run_pipeline(2, tmp_path / "out", frontend="jax", verify="none", **{field: value})
    assert not (tmp_path / "out").exists()
