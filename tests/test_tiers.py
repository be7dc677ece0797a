"""The table of tiers: it names existing tests, and the first tier has a test of each kind.

Tests that share an expensive fixture are run by one worker.
"""

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tiers import Entry, Tiers

ROOT = Path(__file__).parent
TIERS = Tiers.read()
TESTS = {
    f"{path.relative_to(ROOT).as_posix()}::{node.name}"
    for path in sorted(ROOT.rglob("test_*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}
ALONE = {test for entry in TIERS.entries if entry.keep == 0 for test in entry.ids}
"""Tests without any case in the first tier."""


@pytest.mark.parametrize("entry", TIERS.entries, ids=lambda entry: f"{entry.file} {entry.keep}")
def test_an_entry_names_tests_and_one_of_their_kind_in_the_first_tier(entry: Entry) -> None:
    assert set(entry.ids) <= TESTS
    assert entry.guards
    assert bool(entry.keep) != bool(entry.instead), "an entry has either keep or instead"
    assert not entry.instead or entry.instead in TESTS - ALONE


def test_no_test_is_listed_twice() -> None:
    counts = Counter(test for entry in TIERS.entries for test in entry.ids)
    assert not [test for test, count in counts.items() if count > 1]


def test_the_cases_that_stay_do_not_depend_on_their_order() -> None:
    tiers = Tiers((Entry("a.py", ("test_b",), "order", keep=2), Entry("c.py", ("test_d",), "all", instead="x")))
    cases = [f"a.py::test_b[{number}]" for number in range(9)]
    second = tiers.second([*cases, "c.py::test_d", "e.py::test_f"])
    assert len(second) == 8
    assert second == tiers.second(["e.py::test_f", "c.py::test_d", *reversed(cases)])
    assert "c.py::test_d" in second
    assert "e.py::test_f" not in second


def test_a_case_more_moves_at_most_one_to_the_second_tier() -> None:
    tiers = Tiers((Entry("a.py", ("test_b",), "growth", keep=3),))
    cases = [f"a.py::test_b[{number}]" for number in range(20)]
    before = set(cases) - tiers.second(cases)
    after = {*cases, "a.py::test_b[new]"} - tiers.second([*cases, "a.py::test_b[new]"])
    assert len(before - after) <= 1


@pytest.fixture(scope="module")
def shared() -> str:
    return "made once"


def groups_of(test: str, request: pytest.FixtureRequest) -> list[Any]:
    """Return the worker groups of a test of this file, by its name."""
    found = [each for each in request.session.items if each.path == Path(__file__) and each.name == test]
    return [name for each in found for mark in each.iter_markers("xdist_group") for name in mark.args]


def test_tests_that_share_a_fixture_are_left_to_one_worker(shared: str, request: pytest.FixtureRequest) -> None:
    assert shared
    assert groups_of("test_tests_that_share_a_fixture_are_left_to_one_worker", request) == ["test_tiers"]


def test_tests_that_share_nothing_are_left_to_any(request: pytest.FixtureRequest) -> None:
    assert groups_of("test_tests_that_share_nothing_are_left_to_any", request) == []
