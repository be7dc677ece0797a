"""Texts with a twin are planned at their own sizes where that is not too dear, with as many draws as it allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from scored_rows import SAMPLES, numbers_of

from synthesis.core.verdicts import Hindrance
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.frontends.base import Purpose
from synthesis.frontends.registry import get_frontend
from synthesis.verification import own_sizes
from synthesis.verification.own_sizes import plan_at_own_sizes
from synthesis.verification.plan import Plan

pytestmark = pytest.mark.needs("jax")


@pytest.fixture(scope="module")
def rows() -> dict[str, Document]:
    """The first sample of each recipe that has a twin."""
    twins = [each for each in read_folder(SAMPLES / "jax") if each.spec.signature.twin is not None]
    return {each.spec.recipe: each for each in reversed(twins)}


@pytest.fixture
def plan_of(rows: dict[str, Document]) -> Callable[[str], Plan]:
    def plan(name: str) -> Plan:
        frontend = get_frontend("jax")
        kernel = frontend.load_one(rows[name].spec)
        assert not hasattr(kernel, "symptom"), kernel
        try:
            return plan_at_own_sizes(frontend, kernel, rows[name].texts, seed=3, min_coverage=0.8)  # pyright: ignore[reportArgumentType]
        finally:
            frontend.compiler.release([kernel])  # pyright: ignore[reportArgumentType]

    return plan


def drawn(plan: Plan) -> int:
    return sum(key.purpose is Purpose.DRAW for key in plan.programs[0].runs)


@pytest.fixture
def name(rows: dict[str, Document]) -> str:
    """The recipe whose sample is the smallest of those that have an array."""
    return min((each for each in rows if numbers_of(rows[each]) >= 1 << 12), key=lambda each: numbers_of(rows[each]))


def test_the_rows_own_text_is_run_at_the_sizes_that_it_is_for(
    rows: dict[str, Document], name: str, plan_of: Callable[[str], Plan]
) -> None:
    row, plan = rows[name], plan_of(name)
    assert plan.spec == replace(row.spec, signature=replace(row.spec.signature, twin=None))
    assert {each.text for each in plan.programs} == {row.texts[name] for name in ("jaxpr", "stablehlo")}
    assert plan.draws is not None
    assert {each.shape for each in plan.draws.own[0].values()} == {each.shape for each in plan.spec.signature.results}
    assert max(each.size for each in plan.draws.own[0].values()) >= 256
    assert drawn(plan) >= 6


def test_what_is_dearer_has_fewer_draws_and_what_is_too_dear_none(
    rows: dict[str, Document], name: str, plan_of: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = drawn(plan_of(name))
    monkeypatch.setattr(own_sizes, "_DRAWS", ((1e3, 6), (1e12, 2)))
    assert 2 <= drawn(plan_of(name)) < usual  # some are where arguments are what they are compared with
    monkeypatch.setattr(own_sizes, "_DRAWS", ((1e3, 6),))
    plan = plan_of(name)
    assert plan.unknown is not None
    assert plan.unknown.hindrance is Hindrance.TOO_DEAR
    assert (plan.programs, plan.draws) == ((), None)
    large = next(name for name, row in rows.items() if numbers_of(row) > 1 << 24)
    unknown = plan_of(large).unknown
    assert "elements" in str(unknown)


def test_work_is_told_from_shapes_with_products_and_loops() -> None:
    import jax
    import jax.numpy as jnp

    from synthesis.frontends.jax.reference.graphs import graph_of
    from synthesis.frontends.jax.reference.work import work_of

    def work(function: Callable[..., object], *shapes: tuple[int, ...]) -> float:
        return work_of(graph_of(jax.make_jaxpr(function)(*(np.zeros(each, np.float32) for each in shapes))))  # pyright: ignore[reportUnknownMemberType]

    def looped(trips: int) -> Callable[..., object]:
        loop = cast("Any", jax.lax).fori_loop
        return lambda start: loop(0, trips, lambda number, value: value + jnp.sin(number), start)  # pyright: ignore

    assert work(jnp.sin, (1000,)) < work(jnp.sin, (2000,))
    assert work(jnp.dot, (100, 100), (100, 100)) > 1e5
    assert 4 * work(jnp.sin, (1 << 16,)) < work(jnp.sort, (1 << 16,)) < 40 * work(jnp.sin, (1 << 16,))
    once, often = work(looped(1), (1000,)), work(looped(100), (1000,))
    assert 50 * once < often < 200 * once
