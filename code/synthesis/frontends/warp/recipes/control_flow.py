"""Branches and loops: clamps, absolute differences, steps, sums and products.

Warp's adjoints are wrong if the result of a dynamic loop is not used linearly, and for a product of more than 16
iterations, which is not unrolled. Until gradients are checked, sums over dynamic loops are only combined linearly, and
products have constant trip counts.
"""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.naming import LOOPS
from synthesis.drawing.operations import Term, varies
from synthesis.drawing.scopes import DrawError, give_name, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Comparison,
    Expression,
    If,
    Infix,
    Literal,
    Name,
    Negation,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, call
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.sketch import Axis, Site

_OPERATIONS = tuple(
    SCALAR[name] for name in ("add", "sub", "mul", "div", "abs", "sqrt", "sin", "cos", "exp", "log", "tanh", "neg")
)
_LINEAR = tuple(SCALAR[name] for name in ("add", "sub", "neg"))


def _start(stream: Stream, rank: int = 1) -> tuple[Stream, Draft, Weaver]:
    """Return the stream of random choices, the draft and the weaver that every recipe here starts with."""
    choices = stream.child("shape")
    kind = Type(choices.weighted([("float32", 0.93), ("float64", 0.07)]))
    draft = Draft(stream, (kind,), rank=rank)
    return choices, draft, Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=1)


def _even(choices: Stream, draft: Draft, weaver: Weaver) -> Term:
    """Return a term with values spread evenly over its interval, so that a bound inside has values on both sides."""
    (leaf,) = draft.leaves(1)
    return weaver.stretch(leaf) if choices.chance(0.6) else leaf


def _within(choices: Stream, draft: Draft, term: Term, low: float, high: float) -> Term:
    """Return a constant or a new argument to compare a term with.

    Its values are in the part of the term's interval between the fractions ``low`` and ``high``.

    Raises:
        DrawError: if that part is too narrow.
    """
    at = Domain(low=term.interval.low + low * term.interval.width, high=term.interval.low + high * term.interval.width)
    domain = Domain(low=round(at.low, 2), high=round(at.high, 2))
    if domain.width < 0.02:
        raise DrawError("too narrow a value to compare with")
    kind = choices.weighted([("literal", 0.4), ("uniform", 0.4), ("array", 0.2)])
    if kind == "literal":
        return draft.literal(choices.decimal(domain.low, domain.high), term.type.dtype)
    if kind == "uniform":
        return draft.add_uniform(term.type, domain)
    return draft.read(term.type, domain, draft.sites[0][0])


def _variable(draft: Draft, kind: Type, value: float) -> Term:
    """Add a local variable that later statements change, and return it."""
    return Term(draft.add_variable(kind, value), kind, intervals.point(value))


def _finish(choices: Stream, draft: Draft, weaver: Weaver, term: Term, recipe: str, summary: str) -> KernelSpec:
    """Apply a few more operations to the result of the control flow, store it, and return the finished kernel."""
    result = weaver.weave([term], steps=choices.integer(0, 2))
    draft.store(result)
    return draft.finish(category="control_flow", recipe=recipe, summary=summary, ops=result.ops)


def _limited(term: Term, interval: Domain, *others: Term, op: str) -> Term:
    """Return a term after control flow, with its new interval and the operations of all terms that affect it."""
    ops = term.ops.union({op}, *(other.ops for other in others))
    return Term(term.node, term.type, interval, ops, 1 + max(each.depth for each in (term, *others)))


def _draw_clamp(stream: Stream, _: str) -> KernelSpec:
    choices, draft, weaver = _start(stream, stream.child("rank").weighted([(1, 0.8), (2, 0.2)]))
    value = _even(choices, draft, weaver)
    low, high = _within(choices, draft, value, 0.15, 0.35), _within(choices, draft, value, 0.65, 0.85)
    interval = Domain(low=low.interval.low, high=high.interval.high)
    style = choices.weighted([("both", 0.4), ("two", 0.3), ("builtin", 0.15), ("nested", 0.15)])
    if style == "builtin":
        clamped = Term(call("clamp", value.node, low.node, high.node), value.type, interval)
        result = _limited(clamped, interval, value, low, high, op="clamp")
    elif style == "nested":
        node = call("min", call("max", value.node, low.node), high.node)
        result = _limited(Term(node, value.type, interval), interval, value, low, high, op="clamp")
    else:
        local = give_name(draft, value)
        raise_it = If(Comparison("<", local.node, low.node), (Assign(local.node, low.node),))
        lower_it = If(Comparison(">", local.node, high.node), (Assign(local.node, high.node),))
        if style == "both":
            draft.add(If(raise_it.test, raise_it.body, (lower_it,)))
        else:
            draft.add(raise_it)
            draft.add(lower_it)
        result = _limited(local, interval, low, high, op="clamp")
    return _finish(choices, draft, weaver, result, "clamp", "Clamping of a value to two bounds")


def _draw_abs_diff(stream: Stream, _: str) -> KernelSpec:
    choices, draft, weaver = _start(stream)
    first = _even(choices, draft, weaver)
    second = draft.read(
        first.type, Domain(low=round(first.interval.low, 2), high=round(first.interval.high, 2)), draft.sites[0][0]
    )
    difference = intervals.subtract(first.interval, second.interval)
    interval = intervals.absolute(difference)
    style = choices.weighted([("branches", 0.45), ("negate", 0.35), ("abs", 0.2)])
    if style == "branches":
        first, second = give_name(draft, first), give_name(draft, second)
        local = _variable(draft, first.type, 0.0)
        test = Comparison(choices.choice((">", ">=")), first.node, second.node)
        draft.add(
            If(
                test,
                (Assign(local.node, Infix("-", first.node, second.node)),),
                (Assign(local.node, Infix("-", second.node, first.node)),),
            )
        )
        node: Expression = local.node
    elif style == "negate":
        local = draft.keep(Term(Infix("-", first.node, second.node), first.type, difference))
        zero = draft.literal(0.0, first.type.dtype)
        draft.add(If(Comparison("<", local.node, zero.node), (Assign(local.node, Negation(local.node)),)))
        node = local.node
    else:
        node = call("abs", Infix("-", first.node, second.node))
    result = _limited(Term(node, first.type, interval), interval, first, second, op="abs_diff")
    return _finish(choices, draft, weaver, result, "abs_diff", "Absolute difference of two values")


def _draw_step(stream: Stream, _: str) -> KernelSpec:
    choices, draft, weaver = _start(stream)
    value = _even(choices, draft, weaver)
    edge = _within(choices, draft, value, 0.3, 0.7)
    test = Comparison(choices.choice(("<", "<=", ">", ">=")), value.node, edge.node)
    style = choices.weighted([("branches", 0.4), ("store", 0.3), ("where", 0.3)])
    if style == "where":
        low, high = (weaver.weave(draft.leaves(1), steps=choices.integer(0, 2)) for _ in range(2))
        interval = intervals.hull((low.interval, high.interval))
        term = Term(call("where", test, low.node, high.node), value.type, interval)
        result = _limited(term, interval, value, edge, low, high, op="step")
        return _finish(choices, draft, weaver, result, "step", "Selection between two values by a threshold")
    if style == "branches":
        local = _variable(draft, value.type, 0.0)
        with draft.block() as first:
            low = weaver.weave(draft.leaves(1), steps=choices.integer(0, 2))
            draft.add(Assign(local.node, low.node))
        with draft.block() as second:
            high = weaver.weave(draft.leaves(1), steps=choices.integer(0, 2))
            draft.add(Assign(local.node, high.node))
        draft.add(If(test, tuple(first), tuple(second)))
        interval = intervals.hull((low.interval, high.interval))
        result = _limited(local, interval, value, edge, low, high, op="step")
        return _finish(choices, draft, weaver, result, "step", "Selection between two values by a threshold")
    out = draft.add_output(value.type, value.interval, draft.threads)
    with draft.block() as first:
        low = weaver.weave(draft.leaves(1), steps=choices.integer(0, 3))
        draft.add(draft.assignment(out, low.node))
    with draft.block() as second:
        high = weaver.weave(draft.leaves(1), steps=choices.integer(0, 3))
        draft.add(draft.assignment(out, high.node))
    draft.add(If(test, tuple(first), tuple(second)))
    ops = low.ops.union(high.ops, value.ops, {"step"})
    summary = "Selection between two values by a threshold"
    return draft.finish(category="control_flow", recipe="step", summary=summary, ops=ops)


def _loop_sites(draft: Draft, variable: str, trips: int, choices: Stream) -> list[tuple[Site, float]]:
    """Return the sites that the iterations of a loop read, with weights.

    They are a row or a sliding window of the thread, a table that all threads share, and the thread's own element.
    """
    thread, step = draft.sites[0][0][0], Axis(Name(variable), trips)
    window = Axis(Infix("+", thread.index, step.index), thread.extent + trips - 1)
    fullest: Site = (window,) if choices.chance(0.3) else (thread, step)
    return [(fullest, 0.5), ((step,), 0.4), ((thread,), 0.1)]


def _draw_loop_sum(stream: Stream, _: str) -> KernelSpec:
    choices, draft, weaver = _start(stream)
    kind = draft.types[0]
    variable = draft.book.take(LOOPS)
    trips = choices.integer(3, 9)
    bound = choices.weighted([("constant", 0.45), ("argument", 0.35), ("shape", 0.2)])
    sites = _loop_sites(draft, variable, trips, choices)
    total = _variable(draft, kind, 0.0)
    iterable: Expression = Literal(str(trips))
    shared: list[Term] = []
    if bound == "argument":
        iterable = Name(draft.add_count(Domain(low=2, high=trips)))
    elif bound == "shape":
        domain = typical_domain(choices, kind)
        table = Name(draft.add_array(kind, domain, (trips,)))
        iterable = Subscript(Attribute(table, "shape"), (Literal("0"),))
        shared = [Term(Subscript(table, (Name(variable),)), kind, domain)]
    with draft.loop(variable, Call(Name("range"), (iterable,)), sites):
        terms = draft.leaves(choices.weighted([(1, 0.4), (2, 0.6)])) + shared
        inner = weaver.weave(terms, steps=choices.integer(0, 3))
        draft.add(_accumulate(choices, total.node, "+", inner.node))
    interval = intervals.hull((intervals.scale(inner.interval, 2), intervals.scale(inner.interval, trips)))
    result = _limited(total, interval, inner, op="loop_sum")
    if not varies(result):
        raise DrawError("a sum that grows too large")
    after = weaver if bound == "constant" else Weaver(draft, stream.child("after"), _LINEAR, max_fresh=1)
    summary = f"Sum over a loop of {'constant' if bound == 'constant' else 'run-time'} length"
    return _finish(choices, draft, after, result, "loop_sum", summary)


def _near_one(choices: Stream, draft: Draft, weaver: Weaver, term: Term) -> Term:
    """Return ``1 + small * term``, after mapping the term into [-1.2, 1.2].

    Raises:
        DrawError: if an operation does not admit its operands.
    """
    squashed = weaver.fit(term, Domain(low=-1.2, high=1.2))
    small = draft.literal(choices.decimal(0.2, 0.45), term.type.dtype)
    scaled = squashed and weaver.apply("mul", squashed, small)
    shifted = scaled and weaver.apply("add", draft.literal(1.0, term.type.dtype), scaled)
    if shifted is None:
        raise DrawError("no factor near one")
    return shifted


def _draw_loop_product(stream: Stream, _: str) -> KernelSpec:
    choices, draft, weaver = _start(stream)
    variable = draft.book.take(LOOPS)
    trips = choices.integer(2, 8)
    sites = _loop_sites(draft, variable, trips, choices)
    product = _variable(draft, draft.types[0], 1.0)
    factor = Domain(low=0.3, high=2.0 if trips <= 5 else 1.6)
    with draft.loop(variable, Call(Name("range"), (Literal(str(trips)),)), sites):
        inner = weaver.weave(draft.leaves(choices.weighted([(1, 0.5), (2, 0.5)])), steps=choices.integer(0, 2))
        fitted = weaver.fit(inner, factor) if choices.chance(0.5) else None
        fitted = fitted or _near_one(choices, draft, weaver, inner)
        draft.add(_accumulate(choices, product.node, "*", fitted.node))
    interval = Domain(low=min(1.0, fitted.interval.low) ** trips, high=max(1.0, fitted.interval.high) ** trips)
    result = _limited(product, interval, fitted, op="loop_product")
    return _finish(choices, draft, weaver, result, "loop_product", "Product over a loop of constant length")


def _accumulate(choices: Stream, total: Expression, operator: str, value: Expression) -> Assign:
    """Return an assignment of ``total operator value`` to the total, augmented or in full."""
    return Assign(total, value, operator) if choices.chance(0.6) else Assign(total, Infix(operator, total, value))


RECIPES = (
    Recipe(name="clamp", category="control_flow", targets=("clamp",), draw=_draw_clamp),
    Recipe(name="abs_diff", category="control_flow", targets=("abs_diff",), draw=_draw_abs_diff),
    Recipe(name="step", category="control_flow", targets=("step",), draw=_draw_step),
    Recipe(name="loop_sum", category="control_flow", targets=("loop_sum",), draw=_draw_loop_sum),
    Recipe(name="loop_product", category="control_flow", targets=("loop_product",), draw=_draw_loop_product),
)
