"""Functions whose steps are texts with groups: what a text may name, and what it gives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option, declare
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A function as a text with groups, as ``Program.write`` takes it."""

    lines: str
    """Its statements, ``return`` among them."""
    given: Mapping[str, Array | Constant | Option]
    """What they may name."""
    result: tuple[Tree, ...]
    """What is returned, in order."""
    titles: tuple[str, ...]
    summary: str
    returned: str = ""
    helpers: tuple[str, ...] = ()
    """Functions beside it that it may call, each with names of its own; see ``Program.function``."""


def written_recipe(
    name: str,
    category: str,
    writers: Mapping[str, Callable[[Program], Text]],
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Recipe:
    """A recipe whose functions are texts.

    Args:
        name: the recipe's name.
        category: its category.
        writers: for each target what writes its text.
        weights: how often targets are drawn, for those that are not drawn once.
    """

    def draw(stream: Stream, target: str) -> KernelSpec:
        return _draw(stream, (category, name, target), writers[target])

    return Recipe(name=name, category=category, targets=tuple(writers), draw=draw, target_weights=weights)


def with_texts(recipe: Recipe, writers: Mapping[str, Callable[[Program], Text]], weight: float = 1.0) -> Recipe:
    """A recipe that has more targets, whose functions are texts.

    Args:
        recipe: the recipe; it draws its own targets as it does.
        writers: for each target more what writes its text.
        weight: how often each of these is drawn.
    """
    written = written_recipe(recipe.name, recipe.category, writers)

    def draw(stream: Stream, target: str) -> KernelSpec:
        return (written if target in writers else recipe).draw(stream, target)

    weights = {**recipe.target_weights, **dict.fromkeys(writers, weight)}
    return replace(recipe, targets=(*recipe.targets, *writers), draw=draw, target_weights=weights)


def _draw(stream: Stream, labels: tuple[str, str, str], write: Callable[[Program], Text]) -> KernelSpec:
    p = Program.of(stream, labels[0])
    text = write(p)
    for each in text.helpers:
        p.function(each)
    lines = p.choose(text.lines)
    now = set(re.findall(r"\w+", lines))
    for key, each in text.given.items():
        if key in now:
            left_out = isinstance(each, Array) and each.left_out > 0 and p.choices.chance(each.left_out)
            declare(p, key, each, now=not left_out)
    p.add(lines)
    p.gives(*text.result)
    return p.done(*labels, text.titles, text.summary, text.returned)
