"""Additions to what kernels are drawn from change only the kernels that use them.

One exception: if the targets of a category take turns, another target changes the order of turns, and so all kernels of
the category.
"""

import functools
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import takewhile
from typing import Any, NamedTuple, cast

import pytest
from running import with_recipes

from synthesis import KernelGenerator, KernelSpec, get_frontend
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.naming import NameBook
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Name
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Frontend, Recipe

pytestmark = pytest.mark.xdist_group("growth")  # run by one worker, which draws the unchanged kernels once
COUNT = 125
FRONTENDS = pytest.mark.parametrize("name", ["warp", "jax"])


class Drawn(NamedTuple):
    """Kernels by index, and the number of drafts of each. A draft that fails is started again."""

    sources: list[str]
    ops: list[tuple[str, ...]]
    drafts: list[int]


def draw(name: str, recipes: Sequence[Recipe] = ()) -> Drawn:
    starts: list[str] = []

    def counted(recipe: Recipe) -> Recipe:
        def draw_counted(stream: Stream, target: str) -> KernelSpec:
            starts.append(recipe.name)
            return recipe.draw(stream, target)

        return replace(recipe, draw=draw_counted)

    frontend = with_recipes(name, [counted(each) for each in recipes or get_frontend(name).drawer.recipes])
    generator = KernelGenerator(frontend, seed=6)
    made = Drawn([], [], [])
    for index in range(COUNT):
        starts.clear()
        spec = generator.spec(index)
        made.sources.append(spec.source)
        made.ops.append(spec.ops)
        made.drafts.append(len(starts))
    return made


def only_these_changed(before: Drawn, after: Drawn, using: set[int], turning: Set[int] = frozenset()) -> None:
    """Check that only the kernels that use an addition have changed, and that these are some but not most.

    A draft with the addition may fail where a draft without it succeeds, or the reverse. The kernel is then made from
    another draft, which may not use the addition, so a few such kernels are ignored.

    Args:
        before: the kernels without the addition.
        after: the kernels with the addition.
        using: the indices of the kernels that use the addition.
        turning: the indices of other kernels that may change, because the targets of their category take turns.
    """
    pairs = enumerate(zip(before.drafts, after.drafts, strict=True))
    begun_again = {index for index, (one, other) in pairs if one != other} - using
    assert 0 < len(using) < 0.7 * COUNT
    assert len(begun_again) < 0.03 * COUNT
    kept = set(range(COUNT)) - using - begun_again - turning
    assert len(kept) > 0.3 * COUNT
    for index in kept:
        assert before.sources[index] == after.sources[index], index


@functools.cache
def draw_plain(name: str) -> Drawn:
    """Return the kernels without any addition. It must first be called before anything is added."""
    return draw(name)


def indices_of(frontend: Frontend, recipe: str) -> set[int]:
    indices = KernelGenerator(frontend, seed=6).numbers_of(recipe)
    return set(takewhile(lambda index: index < COUNT, indices))


def indices_that_turn(frontend: Frontend, added: Sequence[Recipe]) -> set[int]:
    """Return the indices of kernels in categories with an addition and with equal weights of all targets."""
    weights: dict[str, set[float]] = {}
    for recipe in frontend.drawer.recipes:
        weights.setdefault(recipe.category, set()).update(map(recipe.weight_of, recipe.targets))
    turning = {recipe.category for recipe in added if len(weights[recipe.category]) == 1}
    generator = KernelGenerator(frontend, seed=6)
    return {index for index in range(COUNT) if generator.wheel.at(index)[0] in turning}


@FRONTENDS
def test_a_recipe_more_changes_its_own_kernels_alone(name: str) -> None:
    recipes = get_frontend(name).drawer.recipes
    added = [replace(each, name=f"{each.name}_more", targets=each.targets[:1]) for each in recipes[::4]]
    frontend = with_recipes(name, (*added, *recipes))
    using = {index for each in added for index in indices_of(frontend, each.name)}
    turning = indices_that_turn(frontend, added)
    only_these_changed(draw_plain(name), draw(name, frontend.drawer.recipes), using, turning)


@FRONTENDS
def test_a_target_more_changes_its_own_kernels_alone(name: str) -> None:
    recipes = [more_targets(each) for each in get_frontend(name).drawer.recipes]
    after = draw(name, recipes)
    using = {index for index, ops in enumerate(after.ops) if "more" in ops}
    only_these_changed(draw_plain(name), after, using, indices_that_turn(with_recipes(name, recipes), recipes))


def more_targets(recipe: Recipe) -> Recipe:
    """Return the recipe with one more target, ``more``, which is drawn like its first one."""

    def draw_more(stream: Stream, target: str) -> KernelSpec:
        spec = recipe.draw(stream, recipe.targets[0] if target == "more" else target)
        return replace(spec, ops=(*spec.ops, "more")) if target == "more" else spec

    return replace(recipe, targets=("more", *recipe.targets), draw=draw_more)


def operation(name: str, arity: int) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        if stream.chance(0.3) or len({term.type for term in operands}) > 1:
            return None
        nodes = tuple(term.node for term in operands)
        return Term(Call(Name(name), nodes), operands[0].type, intervals.sine(operands[0].interval))

    domain = Domain(low=-2.5, high=2.5)
    return Operation(
        name=name, domains=(domain,) * arity, rule=rule, source="none", nonlinear=True,
        literal=lambda stream, _: stream.decimal(0.5, 1.5),
    )  # fmt: skip


@FRONTENDS
@pytest.mark.parametrize("arity", [1, 2])
def test_an_operation_more_changes_the_kernels_with_it_alone(
    name: str, arity: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = draw_plain(name)
    begin = cast(Callable[..., None], Weaver.__init__)

    def begin_with_more(
        self: Weaver, scope: Any, stream: Stream, operations: Sequence[Operation], **options: Any
    ) -> None:
        begin(self, scope, stream, (operation("more", arity), *operations), **options)

    monkeypatch.setattr(Weaver, "__init__", begin_with_more)
    after = draw(name)
    using = {index for index, source in enumerate(after.sources) if "more(" in source}
    only_these_changed(before, after, using)


@FRONTENDS
def test_a_name_more_changes_the_kernels_with_it_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = draw_plain(name)
    take = NameBook.take

    def take_of_more(self: NameBook, pool: tuple[str, ...], **options: bool) -> str:
        return take(self, (*pool, "another") if len(pool) > 4 else pool, **options)

    monkeypatch.setattr(NameBook, "take", take_of_more)
    after = draw(name)
    using = {index for index, source in enumerate(after.sources) if "another" in source}
    only_these_changed(before, after, using)
