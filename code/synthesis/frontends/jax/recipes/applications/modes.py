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
    """An array or a tree of arrays that the lines of a family use by name."""

    tree: Tree
    description: str
    names: tuple[str, ...] = ()
    left_out: float = 0.0
    """Probability that the array is left out if it is not needed. Above 0 only if the lines test it for None."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that the lines of a family use by name."""

    usual: str
    description: str
    names: tuple[str, ...] = ()
    within: tuple[float, float] | None = None
    """Interval from which it is drawn if it may be given as an array."""


@dataclass(frozen=True, slots=True)
class Option:
    """A constant that selects between parts of the lines of a family."""

    kind: str
    description: str
    values: tuple[str, ...]
    """The possible values. The first is the default."""
    names: tuple[str, ...] = ()
    given: str | None = None
    """The value that is passed; drawn from ``values`` if None."""
    needed: bool = False
    """Whether it has no default, so that every call passes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Functions with the same cases: their lines as templates with groups, which are alternatives in braces."""

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
    """Draw a function with a string parameter that selects one of several cases.

    Args:
        stream: the random choices.
        labels: category, recipe and target.
        family: the lines before, in and after the cases.
        given: the arguments, constants and options by their names in the lines.
        result: the tree of arrays that the function returns.
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
    p.set_results(result)
    category, recipe, target = labels
    return p.done(category, recipe, target, family.titles, family.summary, family.returned)


def declare(p: Program, key: str, each: Array | Constant | Option, *, now: bool = True) -> None:
    """Declare an argument, a constant or an option that lines use by name.

    Args:
        p: the function.
        key: its name in the lines.
        each: the argument, constant or option.
        now: whether the requested case needs it; otherwise it is left out, or keeps its default.
    """
    match each:
        case Array(Leaf() as leaf, description, names):
            p.tensor(key, leaf, description, names, given=now, optional=not now)
        case Array(tree, description, names):
            p.tree(key, tree, description, names)
        case Constant(usual, description, names, within):
            p.number(key, usual, description, within if now else None, names)
        case Option(kind, description, values, names, given, needed):
            default = None if needed else values[0]
            p.option(key, default, kind, description, given or p.choices.choice(values), names)


def _decide(p: Program, cases: Mapping[str, str], word: str, *, at_once: bool) -> None:
    """Write the cases as one ``if`` chain that assigns ``out``, or as branches that each return (``at_once``)."""
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
