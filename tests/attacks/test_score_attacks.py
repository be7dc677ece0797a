"""Hostile answers are worth nothing, have no effect, and cost no other answer anything."""

from pathlib import Path

import pytest

from attacks.answers import AnswerAttack
from attacks.scoring import all_answer_attacks, carry_out, good_rows, triton_rows, twin_rows
from synthesis.dataset.storage.documents import Document

CHOSEN = {
    "warp": ["all zeros", "output left as it was", "right where there is poison alone", "a write before the array",
             "a guard read for the harness", "the answers of inputs that were seen", "exit", "a macro by a digraph",
             "a homoglyph", "the entry's own symbol", "the end of its namespace, in balance", "a crash", "no adjoints",
             "writes a file", "leaves in a constructor", "says it is done", "runs Python", "template bomb",
             "the IR as a native function", "runs when it is collected", "a system call", "static code"],
    "jax": ["all zeros", "the answers of inputs that were seen", "the probe of the interpreter", "double precision",
             "an endless loop", "an endless loop that nobody needs",
            "custom call of nothing", "Python in a parameter", "a callback", "nested jaxprs", "an input",
            "changes the judge", "looks at frames", "takes all memory"],
    "triton": ["all zeros", "output left as it was", "one program alone", "a little off", "assembly",
               "an endless while", "a huge range", "an address", "offsets that wrap", "a kernel that calls itself",
               "PTX that includes a file", "a pickle", "source: assembly", "source: unrolls without end"],
}  # fmt: skip


TWINS = ["all zeros", "all ones", "a little off", "the sign turned", "double precision", "an input", "zeros",
         "the answers of inputs that were seen", "an endless loop that nobody needs", "a callback"]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[Document]:
    return good_rows()


@pytest.fixture(scope="module")
def attacks() -> list[AnswerAttack]:
    return all_answer_attacks()


def test_there_are_many_attacks_and_each_has_a_name_of_its_own(attacks: list[AnswerAttack]) -> None:
    titles = [each.title for each in attacks]
    assert len(titles) == len(set(titles)) >= 300


@pytest.mark.parametrize("frontend", ["warp", "jax", pytest.param("triton", marks=pytest.mark.needs("triton"))])
def test_hostile_answers_are_worth_nothing_and_cost_themselves(
    frontend: str, rows: list[Document], attacks: list[AnswerAttack], tmp_path: Path
) -> None:
    chosen = [each for each in attacks if each.frontend == frontend and each.name in CHOSEN[frontend]]
    assert len(chosen) >= len(CHOSEN[frontend]) - 1
    rows = triton_rows() if frontend == "triton" else rows
    scored = carry_out(chosen, rows, tmp_path / frontend)
    found = scored.found
    assert len(scored.scores) == len(chosen)
    assert (found.accepted, found.effects, found.lost) == ([], [], [])


def test_hostile_answers_to_rows_that_were_run_at_other_sizes_are_worth_nothing(tmp_path: Path) -> None:
    chosen = [each for each in all_answer_attacks(own_sizes=True) if each.frontend == "jax" and each.name in TWINS]
    assert len(chosen) >= len(TWINS)
    found = carry_out(chosen, twin_rows(), tmp_path / "twins", source_time_limit=10.0, text_time_limit=2.0).found
    assert (found.accepted, found.effects, found.lost) == ([], [], [])
