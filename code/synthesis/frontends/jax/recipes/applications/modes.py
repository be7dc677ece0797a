"""Functions that do one of several things by name: what pads, pools, penalises, projects or acts on a pair."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, chain
from synthesis.drawing.streams import Stream
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_SHARE = 0.55
"""How many of the things that a function could do it knows."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array, or a tree of them, that a text names."""

    tree: Tree
    says: str
    names: tuple[str, ...] = ()
    left_out: float = 0.0
    """How many of the functions that may go without it are called so; only of an array that a text asks about."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that a text names."""

    usual: str
    says: str
    names: tuple[str, ...] = ()
    within: tuple[float, float] | None = None
    """Where it is drawn from if it may be given as an array."""


@dataclass(frozen=True, slots=True)
class Option:
    """A constant that a text decides by."""

    kind: str
    says: str
    values: tuple[str, ...]
    """The first is the default; it is given any of them."""
    names: tuple[str, ...] = ()
    given: str | None = None
    """What it is given where that is settled already."""
    needed: bool = False
    """Whether every caller has to give it, since nothing is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What a function knows to do, as texts with groups."""

    summary: str
    titles: tuple[str, ...]
    before: str = ""
    """What comes first in any case."""
    cases: Mapping[str, str]
    """For each name, lines that give ``out``, every way through them once."""
    after: str = ""
    """What is done with ``out`` in any case; empty in some functions, which return at once."""
    finished: bool = True
    """Whether ``out`` may be returned as the cases leave it."""
    named: tuple[str, ...] = ("mode", "kind", "method")
    """What the name of a case may be called."""
    word: str = "mode"
    """What the name is, in an error."""
    returned: str = "the result"


def draw_by_name(
    stream: Stream,
    labels: tuple[str, str, str],
    family: Family,
    given: Mapping[str, Array | Constant | Option],
    result: Tree,
) -> KernelSpec:
    """A function that decides by a name what it does.

    Args:
        stream: the random choices.
        labels: category, recipe and target.
        family: its texts.
        given: what its texts may name.
        result: what it returns.
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
    """Declare what a text names.

    Args:
        p: the function.
        key: what the text calls it.
        each: what it is.
        now: whether the function needs it for what it is asked; otherwise it is left out, or at its default.
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
    """Write the cases, as one chain that gives ``out`` or as ways out of the function one after the other."""
    unknown = f"raise ValueError(f'unknown {word} {{name}}')"
    names = list(cases)
    # The last case needs no test where names were checked before.
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
