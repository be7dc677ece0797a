"""Loops with ``break`` or ``continue``, ``while`` loops, and nested loops.

Warp's adjoints are wrong for most of these (``break``, ``while``, a sum that is used inside its own loop). The gradient
check finds them, and the row keeps only its forward texts.
"""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import LOOPS
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Comparison,
    Expression,
    If,
    Infix,
    Jump,
    Literal,
    Name,
    Statement,
    Subscript,
    While,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, call
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.sketch import Axis
from synthesis.frontends.warp.spelling import scalar_name

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "tanh", "exp"))
_POSITIVE = Domain(low=0.2, high=2.0)


def _begin(stream: Stream) -> tuple[Stream, Draft]:
    kind = Type(stream.child("kind").weighted([("float32", 0.94), ("float64", 0.06)]))
    return stream.child("shape"), Draft(stream, (kind,))


def _count(draft: Draft) -> Name:
    return draft.add_local(Call(Name("int"), (Literal("0"),)), ("count", "steps", "hits", "n", "used"))


def _rows(draft: Draft, variable: str, trips: int, domain: Domain) -> Term:
    """Return the element at index ``variable`` of the thread's own row of a new array."""
    site = (draft.sites[0][0][0], Axis(Name(variable), trips))
    kind = draft.types[0]
    array = draft.add_array(kind, domain, tuple(axis.extent for axis in site))
    return Term(Subscript(Name(array), tuple(axis.index for axis in site)), kind, domain, flat=True)


def _finish(
    stream: Stream, draft: Draft, value: Expression, bound: float, recipe: str, summary: str, ops: frozenset[str]
) -> KernelSpec:
    choices = stream.child("end")
    term = Term(value, draft.types[0], Domain(low=-bound, high=bound), ops, 2)
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)
    draft.store(weaver.weave([term], steps=choices.integer(0, 4)))
    return draft.finish(category="control_flow", recipe=recipe, summary=summary, ops=ops | {recipe})


def _draw_jump(stream: Stream, target: str) -> KernelSpec:
    """Draw a sum over a row that ends at, or skips, elements above a limit."""
    choices, draft = _begin(stream)
    trips = choices.integer(6, 12)
    total = draft.add_variable(draft.types[0], 0.0)
    limit = draft.add_uniform(
        draft.types[0], Domain(low=1.0, high=1.6), pool=("limit", "cutoff", "threshold", "max_value")
    )
    step = draft.book.take(LOOPS)
    item = _rows(draft, step, trips, _POSITIVE)
    count = _count(draft) if choices.chance(0.4) else None
    with draft.loop(step, Call(Name("range"), (Literal(str(trips)),)), draft.sites):
        value = draft.keep(item)
        inner = value
        # The elements are positive, so their sum can exceed any limit.
        if target == "break" and choices.chance(0.4):
            factor = draft.literal(float(choices.integer(2, 4)), item.type.dtype)
            test = Comparison(">", total, Infix("*", limit.node, factor.node))
            draft.add(If(test, (Jump(target),)))
        else:
            draft.add(If(Comparison(">", value.node, limit.node), (Jump(target),)))
            inside = Weaver(draft, stream.child("inner"), _OPERATIONS, max_fresh=0)
            inner = inside.weave([value], steps=choices.integer(0, 2))
        draft.add(Assign(total, inner.node, "+"))
        if count is not None:
            draft.add(Assign(count, Literal("1"), "+"))
    result: Expression = total
    if count is not None:
        cast = Call(Name(scalar_name(item.type.dtype)), (count,))
        result = Infix("+", total, Infix("*", draft.literal(0.5, item.type.dtype).node, cast))
    verb = "stops at" if target == "break" else "skips"
    bound = trips * (inner.interval.magnitude + 0.5)
    return _finish(stream, draft, result, bound, target, f"Sum over a row that {verb} values above a limit", inner.ops)


def _draw_while(stream: Stream, target: str) -> KernelSpec:
    """Draw a ``while`` loop: decay to a threshold, Newton's iteration for a square root, or a fixed number of steps."""
    choices, draft = _begin(stream)
    kind = draft.types[0]
    value = draft.read(kind, Domain(low=1.0, high=8.0), draft.sites[0][0])
    local = draft.add_local(value.node)
    count = _count(draft)
    most = choices.integer(8, 20)
    style = choices.choice(("shrink", "newton", "collatz"))
    one = Assign(count, Literal("1"), "+")
    body: tuple[Statement, ...]
    if style == "shrink":
        factor = draft.add_uniform(kind, Domain(low=0.4, high=0.8), pool=("decay", "ratio", "shrink", "factor")).node
        edge = draft.literal(choices.decimal(0.2, 0.6, 1), kind.dtype).node
        test: Expression = Infix("and", Comparison(">", local, edge), Comparison("<", count, Literal(str(most))))
        body = (Assign(local, Infix("*", local, factor)), one)
    elif style == "newton":
        goal = draft.read(kind, Domain(low=1.0, high=4.0), draft.sites[0][0]).node
        half = draft.literal(0.5, kind.dtype).node
        tolerance = draft.literal(choices.choice((0.1, 0.05, 0.01)), kind.dtype).node
        error = call("abs", Infix("-", call("pow", local, draft.literal(2.0, kind.dtype).node), goal))
        test = Infix("and", Comparison(">", error, tolerance), Comparison("<", count, Literal(str(most))))
        body = (Assign(local, Infix("*", half, Infix("+", local, Infix("/", goal, local)))), one)
    else:
        rate = draft.add_uniform(kind, Domain(low=0.3, high=0.9), pool=("rate", "step", "gain")).node
        steps = draft.add_count(Domain(low=2, high=6))
        test = Comparison("<", count, Name(steps))
        move = Infix("-", local, Infix("*", rate, call("sin", local)))
        body = (Assign(local, move), one)
    draft.add(While(test, body))
    result: Expression = local
    if choices.chance(0.5):
        cast = Call(Name(scalar_name(kind.dtype)), (count,))
        result = Infix("+", local, Infix("*", draft.literal(0.25, kind.dtype).node, cast))
    return _finish(
        stream,
        draft,
        result,
        20.0,
        target,
        "While loop that updates a value until a condition fails",
        frozenset({"mul", "add"}),
    )


def _draw_nested(stream: Stream, target: str) -> KernelSpec:
    """Draw a loop inside a loop, perhaps with nested branches."""
    choices, draft = _begin(stream)
    kind = draft.types[0]
    rows, columns = choices.integer(3, 5), choices.integer(3, 5)
    total = draft.add_variable(draft.types[0], 0.0)
    outer, inner_name = draft.book.take(LOOPS), draft.book.take(LOOPS)
    table = draft.add_array(kind, _POSITIVE, (draft.threads[0], rows))
    weights = draft.add_array(kind, Domain(low=-1.0, high=1.0), (rows, columns))
    thread = Name(draft.indices[0])
    row: Expression = Literal(str(rows))
    if choices.chance(0.4):
        row = Subscript(Attribute(Name(weights), "shape"), (Literal("0"),))
    with draft.loop(outer, Call(Name("range"), (row,)), draft.sites):
        here = draft.keep(Term(Subscript(Name(table), (thread, Name(outer))), kind, _POSITIVE))
        ends: Expression = Literal(str(columns))
        if choices.chance(0.3) and rows <= columns:
            ends = Infix("+", Name(outer), Literal("1"))
        with draft.loop(inner_name, Call(Name("range"), (ends,)), draft.sites):
            weight = Term(Subscript(Name(weights), (Name(outer), Name(inner_name))), kind, Domain(low=-1.0, high=1.0))
            product = Infix("*", here.node, weight.node)
            if choices.chance(0.5):
                edge = draft.literal(choices.decimal(-0.3, 0.3, 1), kind.dtype).node
                deeper = If(
                    Comparison(">", here.node, draft.literal(1.0, kind.dtype).node),
                    (Assign(total, product, "+"),),
                    (Assign(total, weight.node, "+"),),
                )
                draft.add(If(Comparison(">", weight.node, edge), (deeper,), (Assign(total, here.node, "-"),)))
            else:
                draft.add(Assign(total, product, "+"))
    bound = 2.0 * rows * columns
    return _finish(
        stream, draft, total, bound, target, "Nested loops over a matrix of weights", frozenset({"mul", "add"})
    )


RECIPES = (
    Recipe(name="break", category="control_flow", targets=("break",), draw=_draw_jump, wrong_adjoints=("break",)),
    Recipe(name="continue", category="control_flow", targets=("continue",), draw=_draw_jump),
    Recipe(name="while", category="control_flow", targets=("while",), draw=_draw_while, wrong_adjoints=("while",)),
    Recipe(name="nested_loop", category="control_flow", targets=("nested_loop",), draw=_draw_nested),
)
