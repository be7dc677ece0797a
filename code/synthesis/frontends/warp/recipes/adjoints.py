"""Kernels that run correctly forward, but whose adjoints are wrong with Warp's default settings.

Their forward texts are used like those of any other kernel. The gradient check removes their backward texts.
``traps.py`` names the kinds of errors. ``KernelGenerator(wrong_adjoints=…)`` sets how often they are drawn.
"""

import math
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import LOOPS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Attribute, Call, Expression, Infix, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, call
from synthesis.frontends.warp.recipes.drafting import Draft

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "tanh", "exp", "sqrt", "abs"))
_POSITIVE = Domain(low=0.2, high=1.5)


def _begin(stream: Stream) -> tuple[Stream, Draft, Weaver]:
    choices = stream.child("shape")
    kind = Type(choices.weighted([("float32", 0.93), ("float64", 0.07)]))
    draft = Draft(stream, (kind,))
    return choices, draft, Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)


def _number(choices: Stream, draft: Draft, weaver: Weaver, steps: int) -> Term:
    """Return a number for each thread, computed from one or two new arrays."""
    kind = draft.types[0]
    site = draft.sites[0][0]
    leaves = [draft.read(kind, typical_domain(choices, kind), site) for _ in range(choices.integer(1, 2))]
    return weaver.weave(leaves, steps=steps)


def _draw_component(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that replaces one component of a vector or one entry of a matrix."""
    choices, draft, weaver = _begin(stream)
    size = choices.weighted([(2, 0.25), (3, 0.5), (4, 0.25)])
    is_vector = target == "component_store"
    kind = Type(draft.types[0].dtype, (size,) if is_vector else (size, size))
    read = draft.read(kind, typical_domain(choices, kind), draft.sites[0][0])
    local = draft.add_local(read.node)
    index = tuple(Literal(str(choices.below(size))) for _ in kind.shape)
    place: Expression = Subscript(local, index)
    if is_vector and choices.chance(0.4):
        place = Attribute(local, "xyzw"[int(index[0].text)])
    value = _number(choices, draft, weaver, choices.integer(0, 3))
    node = value.node
    if choices.chance(0.5):  # The new value depends on the old one.
        node = Infix(choices.choice("+-"), Infix("*", place, draft.literal(0.5, kind.dtype).node), node)
    draft.add(Assign(place, node))
    bound = read.interval.magnitude + value.interval.magnitude
    result = Term(local, kind, Domain(low=-bound, high=bound))
    if choices.chance(0.5):
        gain = draft.add_uniform(draft.types[0], _POSITIVE)
        result = Term(Infix("*", local, gain.node), kind, Domain(low=-1.5 * bound, high=1.5 * bound))
    elif is_vector and choices.chance(0.5):
        result = Term(call("length_sq", local), draft.types[0], Domain(low=0.0, high=size * bound * bound))
    draft.store(result)
    what = "component of a vector" if is_vector else "entry of a matrix"
    return draft.finish(
        category="vector" if is_vector else "matrix",
        recipe=target,
        summary=f"Assignment to one {what}",
        ops=value.ops | {target},
    )


def _draw_fraction(stream: Stream, target: str) -> KernelSpec:
    """Draw the fractional part of a number, or the remainder of a division."""
    choices, draft, weaver = _begin(stream)
    kind = draft.types[0]
    (leaf,) = draft.leaves(1)
    scale = draft.literal(choices.choice((1.5, 2.0, 3.0, 4.0)), kind.dtype)
    value = weaver.require(SCALAR["mul"], leaf, scale)
    if target == "frac":
        node: Expression = call("frac", value.node)
        interval = Domain(low=-1.0, high=1.0)
    else:
        # No multiple of this domain's bounds or middle equals one of the other value's. The remainder jumps at such
        # a multiple, and single and double precision would give different results there.
        period = draft.read(kind, Domain(low=0.61, high=1.43), draft.sites[0][0])
        node = Infix("%", value.node, period.node)
        interval = Domain(low=-1.4, high=1.4)
    part = draft.keep(Term(node, kind, interval, value.ops | {target}, 2))
    other = _number(choices, draft, weaver, choices.integer(0, 2))
    result = weaver.weave([part, other], steps=choices.integer(0, 3))
    draft.store(result)
    category, summary = (
        ("math", "Fractional part of a number") if target == "frac" else ("arithmetic", "Floating-point remainder")
    )
    return draft.finish(category=category, recipe=target, summary=summary, ops=result.ops | {target})


def _draw_running(stream: Stream, target: str) -> KernelSpec:
    """Draw a value accumulated in a loop of run-time length, used inside the loop or passed to a function after it."""
    choices, draft, weaver = _begin(stream)
    kind = draft.types[0]
    variable = draft.book.take(LOOPS)
    trips = choices.integer(4, 9)
    thread = draft.sites[0][0][0]
    array = Name(draft.add_array(kind, _POSITIVE, (thread.extent, trips)))
    bound: Expression = Subscript(Attribute(array, "shape"), (Literal("1"),))
    if choices.chance(0.7):
        bound = Name(draft.add_count(Domain(low=3, high=trips)))
    item = Subscript(array, (thread.index, Name(variable)))
    style = choices.choice(("square", "root", "product", "recurrence"))
    if style == "recurrence":
        start = draft.read(kind, typical_domain(choices, kind), draft.sites[0][0])
        total = draft.add_local(start.node)
        function = choices.pick(("sin", "cos", "tanh"))
        with draft.loop(variable, Call(Name("range"), (bound,)), draft.sites):
            draft.add(Assign(total, Infix("+", call(function, total), item)))
        result = Term(total, kind, Domain(low=-2.5, high=2.5), frozenset({function, "add"}))
    else:
        start, operator = (1.0, "*") if style == "product" else (0.0, "+")
        total = draft.add_variable(kind, start)
        with draft.loop(variable, Call(Name("range"), (bound,)), draft.sites):
            draft.add(Assign(total, item, operator))
        most = 1.5 * trips
        node, top, ops = {
            "product": (total, 1.5**trips, {"mul"}),
            "square": (call("pow", total, draft.literal(2.0, kind.dtype).node), most**2, {"add", "pow"}),
            "root": (call("sqrt", total), math.sqrt(most), {"add", "sqrt"}),
        }[style]
        result = Term(node, kind, Domain(low=0.0, high=top), frozenset(ops))
    other = _number(choices, draft, weaver, choices.integer(0, 2))
    woven = weaver.weave([draft.keep(result), other], steps=choices.integer(0, 2))
    draft.store(woven)
    what = {"square": "Squared sum", "root": "Square root of a sum", "product": "Product"}
    summary = what.get(style, "Recurrence")
    return draft.finish(
        category="array", recipe=target, summary=f"{summary} along rows of run-time length", ops=woven.ops | {target}
    )


def _recipe(name: str, category: str, draw: Callable[[Stream, str], KernelSpec]) -> Recipe:
    return Recipe(name=name, category=category, targets=(name,), draw=draw, wrong_adjoints=(name,))


RECIPES = (
    _recipe("component_store", "vector", _draw_component),
    _recipe("entry_store", "matrix", _draw_component),
    _recipe("frac", "math", _draw_fraction),
    _recipe("remainder", "arithmetic", _draw_fraction),
    _recipe("running", "array", _draw_running),
)
