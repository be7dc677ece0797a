"""An error planted in the oracle's semantics of a built-in, one at a time, leaves no row with that built-in verified.

The texts are run once; the oracle with the error judges what they left.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from warp_rules.cases import Case
from warp_rules.table import CASES

from synthesis import get_frontend
from synthesis.core.records import Rejection
from synthesis.frontends.base import Kernel, Lowered, Outcome, Program
from synthesis.frontends.warp.reference.semantics import SEMANTICS
from synthesis.frontends.warp.reference.semantics.table import Semantics
from synthesis.frontends.warp.reference.values import Stack, Tile, Value
from synthesis.verification.judge import judge
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier, programs_of

LEAST = 150
NOT_DRAWN = {
    "tile_sort": "the order of values with equal keys is not told",
    "intersect_tri_tri": "triangles of edges alone, which are flat or meet in a corner, are not told",
    **dict.fromkeys(("svd2", "svd3", "eig3", "qr3"), "not any matrix has factors that are told"),
    **dict.fromkeys(
        ("tile_cholesky", "tile_cholesky_inplace", "tile_cholesky_solve", "tile_cholesky_solve_inplace"),
        "not any matrix is positive definite",
    ),
    **dict.fromkeys(
        ("tile_lower_solve", "tile_lower_solve_inplace", "tile_upper_solve", "tile_upper_solve_inplace"),
        "not any matrix is regular",
    ),
    **dict.fromkeys(("isnan", "isinf"), "what is drawn is finite, and false is what a boolean output starts from"),
    **dict.fromkeys(("print", "printf"), "they stand where no input that is drawn leads"),
}
"""What the inputs of a row, drawn from domains, do not do for, and why."""
WITHOUT_EFFECT = {"expect_eq", "expect_near", "expect_neq", "print", "printf", "tile_empty"}
"""They give nothing that may be read, and change nothing."""
_STANDS = {"cast": "uint32_int32"}
_FORMATS = ("float32", "int32", "uint32", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kernel, its text, and what the text left."""

    kernel: Kernel
    lowered: Lowered
    programs: tuple[Program, ...]
    outcomes: tuple[Outcome | Rejection, ...]

    def uses(self, name: str) -> bool:
        """Whether the kernel calls a built-in by its name."""
        return re.search(rf"\bwp\.{name}\b", self.kernel.spec.source.partition("wp.tid()")[2]) is not None


def chosen(cases: list[Case]) -> Case:
    """The case of a built-in that stands for it: of a usual format."""
    marks = (_STANDS.get(cases[0].built_in, _FORMATS[0]), *_FORMATS)
    return next(case for mark in marks for case in cases if mark in case.label)


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[str, Row]]:
    """A row for each built-in, those that are verified."""
    with Verifier(get_frontend("warp")) as verifier:
        yield verified_rows(verifier, [chosen(cases) for cases in CASES.values()])


def verified_rows(verifier: Verifier, cases: list[Case]) -> dict[str, Row]:
    """By built-in, the rows whose text the oracle as it is agrees with."""
    frontend = verifier.frontend
    level = frontend.level("cpp_forward")
    found: dict[str, Row] = {}
    entries: list[tuple[str, Kernel, Lowered]] = []
    for case, kernel in zip(cases, frontend.compiler.load([each.spec() for each in cases]), strict=True):
        assert isinstance(kernel, Kernel)
        (lowered,) = frontend.compiler.lower([kernel], [level], device="cpu")
        assert isinstance(lowered, Lowered), case.name
        entries.append((case.built_in, kernel, lowered))
    plans = [plan_of(kernel, lowered) for _, kernel, lowered in entries]
    outcomes = iter(verifier.run(programs_of(plans)))
    for (name, kernel, lowered), plan in zip(entries, plans, strict=True):
        left = tuple(next(outcomes) for _ in plan.programs)
        row = Row(kernel=kernel, lowered=lowered, programs=plan.programs, outcomes=left)
        if is_verified(row):
            found[name] = row
    return found


def plan_of(kernel: Kernel, lowered: Lowered) -> Plan:
    """What judges a row, its oracle asked: the one place that knows how that is done."""
    return make_plan(get_frontend("warp"), kernel, lowered.texts, useful=False)


def is_verified(row: Row) -> bool:
    """Whether the oracle, as it is now, verifies what a row's text left."""
    plan = plan_of(row.kernel, row.lowered)
    if plan.problem is not None or plan.unknown is not None:
        return False
    # The oracle says too whether one array may be two arguments; a run that was not made cannot have agreed.
    assert [len(each.runs) for each in plan.programs] <= [len(each.runs) for each in row.programs]
    return bool(judge(plan, row.outcomes).verdict.verified)


# ---- errors


def changed(data: Any) -> Any:
    """Numbers that are wrong in every third thread: of the other sign, one more, the other truth value."""
    numpy: Any = np
    where = (numpy.arange(len(data)) % 3 == 0).reshape(-1, *(1,) * (data.ndim - 1))
    if data.dtype.kind == "b":
        return numpy.where(where, ~data, data)
    if data.dtype.kind in "iu":
        return numpy.where(where, data + data.dtype.type(1), data)
    return numpy.where(where, data.dtype.type(0.125) - data * data.dtype.type(1.0625), data).astype(data.dtype)


def wrong(given: Any) -> Any:
    """A value with an error in it; what has no numbers is as it was."""
    if isinstance(given, Value):
        return Value(given.type, changed(given.data))
    if isinstance(given, Tile):
        return Tile(given.type, given.shape, changed(given.data))
    if isinstance(given, tuple):
        return tuple(wrong(each) for each in given)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(given, Stack):  # one that holds less
        return Stack(given.type, given.data[:, 1:], given.counts)
    return given


def planted(name: str) -> Semantics:
    """A built-in's semantics with an error: in what it gives, keeps, or stores."""
    right = SEMANTICS[name]
    stores = name.startswith(("tile_store", "tile_atomic", "tile_scatter", "tile_assign", "tile_axpy"))

    def compute(machine: Any, *arguments: Any, **keywords: Any) -> Any:
        if name.startswith("transform_set"):
            keep: Callable[[Any], None] = arguments[0]

            def keep_wrong(data: Any) -> None:
                keep(changed(data))

            return right.compute(machine, keep_wrong, *arguments[1:], **keywords)
        if stores:
            # What is stored, not where: neither an index nor a target.
            given = keywords | {key: wrong(each) for key, each in keywords.items() if key == "t"}
            tiles = [place for place, each in enumerate(arguments) if place and isinstance(each, Tile)]
            last = len(arguments) - 2 if "scatter" in name else max(tiles, default=-1)
            put = [wrong(each) if place == last else each for place, each in enumerate(arguments)]
            return right.compute(machine, *put, **given)
        made = right.compute(machine, *arguments, **keywords)
        if made is None:
            for each in arguments:
                if isinstance(each, Tile):
                    each.data = changed(each.data)
                if isinstance(each, Stack):
                    each.counts = each.counts + 1
            if name.startswith("dense_"):
                written = arguments[-1].buffer
                written.data[...] = np.swapaxes(changed(np.swapaxes(written.data, 0, 1)), 0, 1)
        return _longer(made) if hasattr(made, "buffer") else wrong(made)

    return Semantics(compute, right.changes)


def _longer(view: Any) -> Any:
    """An array that is not what it was made to be: its memory has an error."""
    view.buffer.data = changed(view.buffer.data + 1)
    return view


# ---- claims


def test_most_built_ins_have_a_row_that_is_verified(rows: dict[str, Row]) -> None:
    assert set(CASES) - set(rows) <= set(NOT_DRAWN)
    assert len(set(rows) - WITHOUT_EFFECT) >= LEAST


@pytest.mark.parametrize("name", sorted(set(CASES) - set(NOT_DRAWN) - WITHOUT_EFFECT))
def test_a_planted_error_leaves_no_row_verified(
    name: str, rows: dict[str, Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SEMANTICS, name, planted(name))
    using = {other: row for other, row in rows.items() if row.uses(name)}
    assert name in using
    assert [other for other, row in using.items() if is_verified(row)] == []
