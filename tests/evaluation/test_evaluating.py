"""Evaluations: what answers come to, by what; made again, gone on with, refused."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from generations import gold, questions_of, write_generations

from synthesis import Answer, ConfigError, OutputError, Score, Scorer, TargetError, evaluate
from synthesis.scoring.evaluation import judging
from synthesis.scoring.evaluation.report import Report, escape

pytestmark = pytest.mark.needs("jax")
DIRECTION = "python-to-stablehlo"


@pytest.fixture(scope="module")
def generations(answered_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four answers a question: of the first row one is right, of the second two, of the third all, of the last none."""
    records = questions_of(answered_rows, DIRECTION)
    rights = (1, 2, 4, 0)
    lines = [
        {
            **{name: record[name] for name in ("id", "direction", "level")},
            "completions": [gold(record)] * right + ["module {}"] * (4 - right),
        }
        for record, right in zip(records, rights, strict=True)
    ]
    return write_generations(tmp_path_factory.mktemp("generations") / "answers.jsonl", lines)


@pytest.fixture(scope="module")
def reported(answered_rows: Path, generations: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    out = tmp_path_factory.mktemp("reports") / "report"
    return out, evaluate(answered_rows, generations, out, k=(1, 2, 4))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_pass_at_k_is_of_the_answers_that_are_right(reported: tuple[Path, Report]) -> None:
    overall = reported[1].findings.overall
    assert (overall.questions, overall.rows, overall.answers) == (4, 4, 16)
    assert overall.passes[1].value == pytest.approx((1 / 4 + 2 / 4 + 1) / 4)
    assert overall.passes[2].value == pytest.approx((1 / 2 + 5 / 6 + 1) / 4)
    assert overall.passes[4].value == pytest.approx(3 / 4)
    assert overall.symptoms["accepted"] == overall.same_text == 7
    assert sum(overall.symptoms.values()) == 16
    assert overall.value == pytest.approx(7 / 16)


def test_groups_hold_every_question_once(reported: tuple[Path, Report]) -> None:
    for kind, groups in reported[1].findings.by.items():
        assert sum(each.questions for each in groups.values()) == 4, kind
    assert set(reported[1].findings.by["direction"]) == {DIRECTION}
    assert set(reported[1].findings.by["structure"]) == {"seen"}


def test_what_is_written_is_the_report(reported: tuple[Path, Report]) -> None:
    out, report = reported
    assert json.loads((out / "report.json").read_text()) == report.to_json()
    page = (out / "report.md").read_text()
    assert "pass@1 | pass@2 | pass@4 | value |" in page
    assert f"| {DIRECTION} | 4 | 16 | 43.8 % (" in page
    lines = [json.loads(line) for line in (out / "scores.jsonl").read_text().splitlines()]
    assert [sum(each["accepted"] for each in line["scores"]) for line in lines] == [1, 2, 4, 0]
    assert set(files(out)) == {"report.json", "report.md", "scores.jsonl", "_irsmith/evaluation.json"}


def test_the_same_is_made_again_in_another_folder_and_changes_nothing_in_this_one(
    reported: tuple[Path, Report], answered_rows: Path, generations: Path, tmp_path: Path
) -> None:
    out, report = reported
    before = files(out)
    assert evaluate(answered_rows, generations, out, k=(1, 2, 4)) == report
    assert files(out) == before
    evaluate(answered_rows, generations, tmp_path / "again", k=(1, 2, 4))
    assert files(tmp_path / "again") == before


def test_a_run_that_was_stopped_goes_on(
    reported: tuple[Path, Report],
    answered_rows: Path,
    generations: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scored: list[int] = []
    score = Scorer.score

    def counted(self: Scorer, answers: Sequence[Answer], **more: Any) -> list[Score]:
        if len(scored) == 2:
            raise KeyboardInterrupt
        scored.append(len(answers))
        return score(self, answers, **more)

    monkeypatch.setattr(judging, "BATCH_SIZE", 4)
    monkeypatch.setattr(Scorer, "score", counted)
    with pytest.raises(KeyboardInterrupt):
        evaluate(answered_rows, generations, tmp_path, k=(1, 2, 4))
    assert not (tmp_path / "scores.jsonl").exists()
    scored[:] = [0]  # one batch may still be scored, then it stops again
    with pytest.raises(KeyboardInterrupt):
        evaluate(answered_rows, generations, tmp_path, k=(1, 2, 4))
    assert scored == [0, 4]
    scored.clear()
    evaluate(answered_rows, generations, tmp_path, k=(1, 2, 4))
    assert scored == [4]  # three of the four batches were there
    assert files(tmp_path) == files(reported[0])


def test_structures_are_seen_in_the_training_split_of_what_the_model_was_trained_on(
    answered_rows: Path, generations: Path, tmp_path: Path
) -> None:
    trained_on = tmp_path / "trained"
    trained_on.mkdir()
    first, *_ = sorted(answered_rows.glob("*.json"))
    shutil.copy(first, trained_on)
    found = evaluate(answered_rows, generations, tmp_path / "out", trained_on=str(trained_on))
    groups = found.findings.by["structure"]
    assert {name: each.questions for name, each in groups.items()} == {"seen": 1, "unseen": 3}
    assert groups["seen"].passes[1].value == 0.25


def test_k_is_as_large_as_every_question_has_answers(answered_rows: Path, generations: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pass@5 needs as many answers; a question has 4"):
        evaluate(answered_rows, generations, tmp_path, k=5)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "none"}, "row"),
        ({"direction": "python-to-ptx"}, "level 'ptx'"),
        ({"direction": "", "level": "x"}, "level 'x'"),
    ],
)
def test_a_question_that_no_row_answers_is_named_before_anything_is_scored(
    answered_rows: Path, generations: Path, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    lines = [json.loads(line) for line in generations.read_text().splitlines()]
    path = write_generations(tmp_path / "wrong.jsonl", [*lines, {**lines[0], **change}])
    with pytest.raises(TargetError, match=words) as caught:
        evaluate(answered_rows, path, tmp_path / "out")
    assert "wrong.jsonl:5" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_is_refused(
    reported: tuple[Path, Report], answered_rows: Path, generations: Path
) -> None:
    with pytest.raises(OutputError, match="no evaluation"):
        evaluate(answered_rows, generations, answered_rows)
    with pytest.raises(ConfigError, match="seed was 0, now 1"):
        evaluate(answered_rows, generations, reported[0], seed=1)


def test_nothing_of_a_rows_text_is_markup_in_the_report() -> None:
    assert escape("<b>|`x`\n[a](b)\x1b\u202e") == "&#60;b&#62;&#124;&#96;x&#96;&#10;&#91;a&#93;(b)��"
