"""Counts and summaries of the outcomes of a run's candidates."""

import json
from dataclasses import replace

import pytest

from synthesis.cli.tables import counted, print_summary
from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.dataset.tally import RunSummary, Statistics


def summary() -> RunSummary:
    statistics = Statistics()
    for number in range(7):
        reason = "" if number == 0 else f"reason {min(number, 5)}"
        statistics.count_row("math", ["hlo"] if number else [], {"jaxpr": reason, **({} if number else {"hlo": ""})})
        if number:
            rejection = Rejection(stage=Stage.VERIFY, symptom=Symptom.WRONG_RESULT, detail="", level="hlo")
            statistics.count_dropped(rejection)
    statistics.count(Rejection(stage=Stage.LOAD, symptom=Symptom.NO_KERNEL, detail=""))
    return statistics.summary("jax", "rows", ["math", "array"])


def test_a_summary_is_read_as_it_was_written() -> None:
    given = summary()
    assert RunSummary.from_json(json.loads(json.dumps(given.to_json()))) == given
    assert given.candidates == 8
    assert given.verified == {"jaxpr": 1, "hlo": 1}
    assert given.dropped == {"hlo": {"wrong_result": 6}}


def test_the_ten_largest_categories_are_listed_and_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {f"c{number:02}": number for number in range(14)}
    given = replace(summary(), categories={**rows, "void": 0}, rows=sum(rows.values()))
    print_summary(given, as_json=False)
    printed = capsys.readouterr().out
    cells = [[cell.strip() for cell in line.split("│") if cell.strip()] for line in printed.splitlines()]
    assert [line for line in cells if line[0].startswith("c0")] == [
        [f"c{number:02}", str(number)] for number in range(4, 10)
    ]
    assert ["3 others", "6"] in cells
    assert ["all", "91"] in cells
    assert "no row in 2 categories: c00, void" in printed


def test_every_text_is_verified_or_has_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(summary(), as_json=False)
    printed = capsys.readouterr().out
    assert "jax: 7 rows of 8 candidates in rows" in printed
    assert "no row in 1 category: array" in printed
    cells = [[cell.strip() for cell in line.split("│") if cell.strip()] for line in printed.splitlines()]
    reasons = "not verified: reason 5 2, reason 1 1, reason 2 1, reason 3 1, others 1"
    assert ["jaxpr", "7", "1", "0", reasons] in cells
    assert ["hlo", "1", "1", "6", "absent: wrong_result 6"] in cells
    assert ["rejected: no_kernel at load", "1"] in cells


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [(1, "row", "1 row"), (0, "row", "0 rows"), (2000, "row", "2,000 rows"), (2, "category", "2 categories")],
)
def test_numbers_have_nouns_that_fit(count: int, noun: str, words: str) -> None:
    assert counted(count, noun) == words
