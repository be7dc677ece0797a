"""Functions whose steps are texts with groups: what a text may name, and what it gives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option, declare
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


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


def draw_written(
    stream: Stream, labels: tuple[str, str, str], writers: Mapping[str, Callable[[Program], Text]]
) -> KernelSpec:
    """A function of a text.

    Args:
        stream: the random choices.
        labels: category, recipe and target.
        writers: for each target what writes its text.
    """
    category, recipe, target = labels
    p = Program(stream)
    text = writers[target](p)
    for each in text.helpers:
        p.function(each)
    lines = p.choose(text.lines)
    now = set(re.findall(r"\w+", lines))
    for key, each in text.given.items():
        if key in now:
            declare(p, key, each)
    p.add(lines)
    p.gives(*text.result)
    return p.done(category, recipe, target, text.titles, text.summary, text.returned)
