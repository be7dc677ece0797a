"""Rows from wherever users have them, and files of candidates that are scored line by line."""

import io
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from scored_rows import SAMPLES, named_otherwise

from synthesis import Answer, RowIndex, Scorer, Scoring, generate, row_of
from synthesis.cli import run
from synthesis.core.errors import TargetError
from synthesis.dataset.storage.documents import Document
from synthesis.scoring.evaluation.settings import Evaluating
from synthesis.scoring.lines import Counts, score_lines


def test_a_row_is_the_same_whatever_holds_it(warp_samples: list[Document]) -> None:
    row = warp_samples[0]
    flat = {"python_source": row.source, **row.texts, **row.raw["metadata"], "hlo": None}
    for given in (row, row.raw, flat):
        found = row_of(given)
        assert (found.source, dict(found.metadata)) == (row.source, dict(row.metadata))
        assert {name: text for name, text in found.texts.items() if text} == dict(row.texts)


@pytest.mark.needs("jax")
def test_a_pair_in_memory_is_a_row(scorer: Scorer) -> None:
    pair = next(generate("jax", 1, verify="none"))
    row = row_of(pair)
    assert row.metadata["id"]
    assert row.texts == dict(pair.texts)


@pytest.mark.parametrize(
    "given", [{}, {"python_source": ""}, {"metadata": {}}, {"metadata": 3, "python_source": ""}, 3]
)
def test_what_is_no_row_is_refused_by_name(given: Any) -> None:
    with pytest.raises(TargetError, match="row"):
        row_of(given)


def lines_of(rows: list[Document]) -> list[bytes]:
    row, other = rows[:2]
    entries: list[Any] = [
        {"id": row.metadata["id"], "level": "stablehlo", "text": row.texts["stablehlo"]},
        {"id": other.metadata["id"], "level": "stablehlo", "text": named_otherwise(other, "stablehlo")},
        {"id": row.metadata["id"], "level": "python", "text": row.source, "given": "stablehlo"},
        {"id": row.metadata["id"], "level": "jaxpr", "text": "nothing"},
        {"id": row.metadata["id"], "level": "jaxpr", "text": ["no", "text"]},
        {"id": "nobody", "level": "jaxpr", "text": ""},
        {"id": row.metadata["id"], "level": "ptx", "text": ""},
        {"id": row.metadata["id"], "level": "jaxpr"},
        {"id": 3, "level": "jaxpr", "text": ""},
        ["no", "object"],
    ]
    return [
        *(json.dumps(each).encode() + b"\n" for each in entries),
        b"\n",
        b"{no json\n",
        b"\xff\xfe\n",
        b"[" * 100_000,
    ]


@pytest.mark.needs("jax")
def test_every_line_has_a_score_or_an_error_that_names_it(jax_samples: list[Document], scorer: Scorer) -> None:
    counts, lines = Counts(), lines_of(jax_samples)
    found = list(score_lines(scorer, RowIndex(SAMPLES / "jax"), lines, name="FILE", seed=4, counts=counts))
    assert len(found) == 13
    assert [each["accepted"] for each in found[:5]] == [True, True, True, False, False]
    assert [each["same_text"] for each in found[:3]] == [True, False, True]
    assert [each["error"].partition(": ")[0] for each in found[5:]] == [
        "FILE:6", "FILE:7", "FILE:8", "FILE:9", "FILE:10", "FILE:12", "FILE:13", "FILE:14"
    ]  # fmt: skip
    assert found[7]["error"] == "FILE:8: it lacks text; a line has id, level and text"
    assert found[8]["error"] == "FILE:9: its id must be a string, got int"
    assert all(list(each)[:2] == ["id", "level"] for each in found)
    assert (counts.lines, counts.accepted, counts.errors, counts.status) == (13, 3, 8, 1)


@pytest.mark.needs("jax")
def test_the_command_scores_a_file_and_standard_input_alike(
    jax_samples: list[Document], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "candidates.jsonl", tmp_path / "scores.jsonl"
    content = b"".join(lines_of(jax_samples)[:4])
    path.write_bytes(content)
    given = ["score", "--dataset", str(SAMPLES / "jax"), "--seed", "3", "--progress", "none"]
    assert run([*given, "--candidates", str(path), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 3
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run([*given, "--candidates", "-"]) == 0
    printed = capsys.readouterr()
    assert printed.out == out.read_text()
    assert "4 candidates, 3 accepted" in printed.err
    assert run([*given, "--candidates", str(tmp_path / "none")]) == 2
    assert run([*given, "--candidates", str(path), "--json"]) == 2
    assert run([*given, "--candidates", str(path), "--out", str(tmp_path / "no" / "scores")]) == 2
    assert not list(tmp_path.glob(".score*"))


@pytest.mark.needs("jax")
def test_the_commands_take_the_same_seed_if_none_is_said(
    jax_samples: list[Document], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "candidates.jsonl", tmp_path / "scores.jsonl"
    path.write_bytes(b"".join(lines_of(jax_samples)[:1]))
    given = ["--dataset", str(SAMPLES / "jax"), "--progress", "none", "--json"]
    assert run(["score", *given, "--candidates", str(path), "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == Evaluating().seed == 0


def answers_of(rows: list[Document], level: str) -> list[Answer]:
    texts = [(row, text) for row in rows for text in (row.texts[level] or "", named_otherwise(row, level), "nothing")]
    return [Answer(row=row, level=level, text=text) for row, text in texts]


@pytest.mark.needs("jax")
def test_several_processes_give_the_scores_of_one_and_one_that_is_killed_costs_nothing(
    jax_samples: list[Document],
) -> None:
    answers = answers_of(jax_samples, "stablehlo")
    with Scorer(Scoring(seed=2)) as one:
        right = one.score(answers)
    with Scorer(Scoring(seed=2, workers=2)) as several:
        assert several.score(answers) == right
        assert list(killed_workers())
        assert several.score(answers) == right
    assert not [each for each in psutil.Process().children() if is_worker(each)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return any("synthesis.scoring.pool" in each for each in process.cmdline())
    except psutil.Error:
        return False


def killed_workers() -> Iterator[int]:
    for each in psutil.Process().children():
        if is_worker(each):
            os.kill(each.pid, signal.SIGKILL)
            yield each.pid
