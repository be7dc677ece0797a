"""Functions that are drawn from templates of their source with groups of alternatives."""

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
    """The template of a function, with groups of alternatives in the notation of ``Program.write``."""

    lines: str
    """Its statements, including ``return``."""
    given: Mapping[str, Array | Constant | Option]
    """The arguments, constants and options that the statements may name."""
    result: tuple[Tree, ...]
    """The results, in order."""
    titles: tuple[str, ...]
    summary: str
    returned: str = ""
    helpers: tuple[str, ...] = ()
    """Helper functions that it may call, each with its own parameter names; see ``Program.function``."""


def written_recipe(
    name: str,
    category: str,
    writers: Mapping[str, Callable[[Program], Text]],
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Recipe:
    """Return a recipe whose functions are drawn from templates.

    Args:
        name: the recipe's name.
        category: its category.
        writers: for each target, the function that returns its template.
        weights: the relative frequencies of targets; the default is 1.
    """

    def draw(stream: Stream, target: str) -> KernelSpec:
        return _draw(stream, (category, name, target), writers[target])

    return Recipe(name=name, category=category, targets=tuple(writers), draw=draw, target_weights=weights)


def with_texts(recipe: Recipe, writers: Mapping[str, Callable[[Program], Text]], weight: float = 1.0) -> Recipe:
    """Return a recipe with additional targets, whose functions are drawn from templates.

    Args:
        recipe: the recipe; its own targets are drawn as before.
        writers: for each additional target, the function that returns its template.
        weight: the relative frequency of each additional target.
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
    p.set_results(*text.result)
    return p.done(*labels, text.titles, text.summary, text.returned)
