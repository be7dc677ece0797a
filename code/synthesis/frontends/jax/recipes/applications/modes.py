"""Functions that do one of several things by name: padding, pooling, penalties, projections, functions of pairs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, chain
from synthesis.drawing.streams import Stream
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_SHARE = 0.55
"""Probability that a function handles each case of its family, in addition to the requested one."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array, or a tree of arrays, that a text names."""

    tree: Tree
    says: str
    names: tuple[str, ...] = ()
    left_out: float = 0.0
    """Share of functions that leave the array out where they can. Only for an array that the text tests for None."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that a text names."""

    usual: str
    says: str
    names: tuple[str, ...] = ()
    within: tuple[float, float] | None = None
    """Interval from which it is drawn if it may be given as an array."""


@dataclass(frozen=True, slots=True)
class Option:
    """A constant that decides between parts of a text."""

    kind: str
    says: str
    values: tuple[str, ...]
    """The possible values, of which any may be given. The first is the default."""
    names: tuple[str, ...] = ()
    given: str | None = None
    """The value that is given, if it is not drawn."""
    needed: bool = False
    """Whether every caller has to give it, because it has no usual value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The cases that a function can do, as texts with groups."""

    summary: str
    titles: tuple[str, ...]
    before: str = ""
    """Lines that come first in all cases."""
    cases: Mapping[str, str]
    """The cases by name. Their lines assign ``out`` once on each path."""
    after: str = ""
    """Lines that process ``out`` in all cases. Some functions have none and return at once."""
    finished: bool = True
    """Whether ``out`` may be returned directly after the cases."""
    named: tuple[str, ...] = ("mode", "kind", "method")
    """Possible names of the parameter that names the case."""
    word: str = "mode"
    """The word for the parameter in an error message."""
    returned: str = "the result"


def draw_by_name(
    stream: Stream,
    labels: tuple[str, str, str],
    family: Family,
    given: Mapping[str, Array | Constant | Option],
    result: Tree,
) -> KernelSpec:
    """Draw a function that chooses a case by its name.

    Args:
        stream: the random choices.
        labels: category, recipe and target.
        family: its texts.
        given: the arguments, constants and options that its texts may name.
        result: the result.
    """
    p = Program.of(stream, labels[0])
    asked = p.choices.choice(tuple(family.cases))
    known = [name for name in family.cases if name == asked or p.choices.chance(_SHARE)]
    known = known if len(known) > 1 else list(family.cases)[:3]
    known = p.choices.shuffled(known if asked in known else [asked, *known[1:]])
    cases = {name: p.choose(family.cases[name]) for name in known}
    ended = p.choices.chance(0.6)
    before, after = p.choose(family.before), p.choose(family.after) if ended or not family.finished else ""
    now = set(re.findall(r"\w+", f"{before}\n{after}\n{cases[asked]}"))
    p.has_defaults()
    for key, each in given.items():
        declare(p, key, each, now=key in now)
    default = p.choices.choice(known)
    usual = None if p.choices.chance(0.4) else f"'{default}'"
    p.option("name", usual, "str", f"one of {', '.join(sorted(known))}", f"'{asked}'", family.named)
    p.add(before)
    _decide(p, cases, family.word, at_once=not after)
    p.add(after)
    p.add("return out" if after else "")
    p.gives(result)
    category, recipe, target = labels
    return p.done(category, recipe, target, family.titles, family.summary, family.returned)


def declare(p: Program, key: str, each: Array | Constant | Option, *, now: bool = True) -> None:
    """Declare an argument, a constant or an option that a text names.

    Args:
        p: the function.
        key: its name in the text.
        each: the argument, constant or option.
        now: whether the requested case needs it; otherwise it is left out, or keeps its default.
    """
    match each:
        case Array(Leaf() as leaf, says, names):
            p.tensor(key, leaf, says, names, given=now, optional=not now)
        case Array(tree, says, names):
            p.tree(key, tree, says, names)
        case Constant(usual, says, names, within):
            p.number(key, usual, says, within if now else None, names)
        case Option(kind, says, values, names, given, needed):
            default = None if needed else values[0]
            p.option(key, default, kind, says, given or p.choices.choice(values), names)


def _decide(p: Program, cases: Mapping[str, str], word: str, *, at_once: bool) -> None:
    """Write the cases as one chain that assigns ``out``, or as separate returns."""
    unknown = f"raise ValueError(f'unknown {word} {{name}}')"
    names = list(cases)
    # If the names are checked first, the last case needs no test.
    open_end = p.choices.chance(0.35)
    if open_end:
        listed = ", ".join(f"'{each}'" for each in sorted(names))
        p.add(block(f"if name not in ({listed}):", unknown))
    if not at_once:
        *tested, (_, last) = asked = [(f"name == '{name}'", text) for name, text in cases.items()]
        p.add(chain(*tested, otherwise=last) if open_end else chain(*asked, otherwise=unknown))
        return
    texts = [re.sub(r"(?m)^(\s*)out = ", r"\1return ", text) for text in cases.values()]
    heads = [block(f"if name == '{name}':", text) for name, text in zip(names, texts, strict=True)]
    p.add(*heads[:-1], *([texts[-1]] if open_end else [heads[-1], unknown]))
