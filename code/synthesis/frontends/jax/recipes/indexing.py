"""Indexing by arrays: gathers, scatters, and slices whose start is an argument."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.naming import BINS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import give_name, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Attribute, Call, Display, Expression, Infix, Literal, Name, Slice, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, REDUCTIONS, call, number, numbers
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES

_OPERATIONS = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "div", "abs", "square", "neg"))
_AFTER = (*_OPERATIONS, REDUCTIONS["sum"], REDUCTIONS["mean"])


def _row_kind(choices: Stream) -> tuple[int, tuple[int, ...]]:
    """Return the number of rows of a table, and the shape of a row."""
    return choices.integer(6, 12), choices.weighted([((), 0.35), ((choices.choice(SIZES),), 0.5), ((2, 3), 0.15)])


def _indices(draft: Draft, bound: int, sizes: tuple[int, ...]) -> Term:
    """Return a new argument: an array of indices below a bound."""
    return draft.fresh(Type("int32", sizes), Domain(low=0, high=bound - 1), pool=BINS)


def _finish(stream: Stream, draft: Draft, made: Term, recipe: str, target: str, summary: str) -> KernelSpec:
    choices = stream.child("end")
    made = Term(made.node, made.type, made.interval, made.ops | {target}, made.depth + 1)
    # A sum over all rows would not depend on the rows that the values were written to.
    operations = _OPERATIONS if recipe == "scatter" else _AFTER
    after = Weaver(draft, stream.child("after"), operations, max_fresh=choices.integer(0, 1))
    result = after.weave([made], steps=choices.integer(0, 3))
    return draft.finish([result], category="indexing", recipe=recipe, summary=summary)


def _before(stream: Stream, draft: Draft, kind: Type) -> Term:
    """Return a computed array that is then indexed."""
    choices = stream.child("start")
    weaver = Weaver(draft, stream.child("before"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = weaver.weave([draft.fresh(kind, typical_domain(choices, kind))], steps=choices.integer(0, 2), goal=kind)
    return give_name(draft, result)


def _draw_gather(stream: Stream, target: str) -> KernelSpec:
    """Draw a gather of rows, columns or single elements by an index array."""
    choices = stream.child("shape")
    rows, row = _row_kind(choices)
    if target == "take_along_axis":
        row = (choices.integer(3, 6),)
    kind = Type("float32", (rows, *row))
    draft = Draft(stream, [kind, Type("float32", row), Type("float32")])
    table = _before(stream, draft, kind)
    if target == "take_along_axis":
        axis = choices.below(2)
        count = choices.integer(3, 5)
        sizes = (count, row[0]) if axis == 0 else (rows, count)
        index = _indices(draft, kind.shape[axis], sizes)
        node: Expression = call("take_along_axis", table.node, index.node, axis=number(axis))
        made = Term(node, kind.with_shape(sizes), table.interval, table.ops)
        return _finish(stream, draft, made, "gather", target, f"Gather along axis {axis}")
    sizes = choices.weighted([((choices.integer(4, 10),), 0.7), ((2, 3), 0.3)])
    index = _indices(draft, rows, sizes)
    ending: tuple[int, ...] = row
    if target == "take":
        node = call("take", table.node, index.node, axis=number(0))
    elif len(row) == 1 and choices.chance(0.4):
        columns = _indices(draft, row[0], sizes)
        node, ending = Subscript(table.node, (index.node, columns.node)), ()
    else:
        node = Subscript(table.node, (index.node,))
    made = Term(node, kind.with_shape((*sizes, *ending)), table.interval, table.ops)
    return _finish(stream, draft, made, "gather", target, "Gather by an index array")


_COMBINING = {"scatter_add": "add", "scatter_max": "max", "scatter_min": "min", "scatter_mul": "multiply"}


def _draw_scatter(stream: Stream, target: str) -> KernelSpec:
    """Draw a scatter that combines values into the rows of a table by an index array."""
    choices = stream.child("shape")
    rows, row = _row_kind(choices)
    count = choices.integer(4, rows - 1)
    updates = Type("float32", (count, *row))
    draft = Draft(stream, [updates, Type("float32", row), Type("float32")])
    if target in ("scatter_max", "scatter_min"):  # evenly spread values, so that either operand can be the extreme
        values = draft.fresh(updates, typical_domain(choices, updates))
        weaver = Weaver(draft, stream.child("before"), _OPERATIONS, max_fresh=0)
        values = weaver.stretch(values) if choices.chance(0.5) else values
    else:
        values = _before(stream, draft, updates)
    index = _indices(draft, rows, (count,))
    kind = updates.with_shape((rows, *row))
    if target == "segment_sum":
        node: Expression = Call(
            Name("jax.ops.segment_sum"), (values.node, index.node), (("num_segments", number(rows)),)
        )
        interval = intervals.hull((intervals.scale(values.interval, count), intervals.point(0.0)))
        made = Term(node, kind, intervals.hull((interval, values.interval)), values.ops)
        return _finish(stream, draft, made, "scatter", target, "Segment sum")
    verb = _COMBINING[target]
    at_zero = verb == "add" and choices.chance(0.4)
    if at_zero:
        base = Term(call("zeros", numbers(kind.shape)), kind, intervals.point(0.0))
    else:
        within = values.interval if verb in ("max", "min") else typical_domain(choices, kind)
        base = draft.fresh(kind, Domain(low=round(within.low, 2), high=round(within.high, 2)))
    node = Call(Attribute(Subscript(Attribute(base.node, "at"), (index.node,)), verb), (values.node,))
    if verb == "add":
        moved = intervals.hull((intervals.scale(values.interval, count), intervals.point(0.0), values.interval))
        interval = intervals.add(base.interval, moved)
    elif verb == "multiply":
        # Few values fall into the same row. The interval is that of the largest power of a value.
        factor = max(1.0, values.interval.magnitude) ** count
        interval = intervals.multiply(base.interval, Domain(low=-factor, high=factor))
    else:
        interval = intervals.hull((base.interval, values.interval))
    made = Term(node, kind, interval, values.ops)
    return _finish(
        stream, draft, made, "scatter", target, f"Scatter into a table{'' if verb == 'set' else f' with {verb}'}"
    )


def _draw_dynamic(stream: Stream, target: str) -> KernelSpec:
    """Draw a read or a write of a window whose position is an argument."""
    choices = stream.child("shape")
    rows, row = _row_kind(choices)
    size = choices.integer(2, rows - 3)
    kind = Type("float32", (rows, *row))
    draft = Draft(stream, [kind, Type("float32", row), Type("float32")])
    array = _before(stream, draft, kind)
    start = draft.fresh(Type("int32"), Domain(low=0, high=rows - size), pool=("start", "offset", "begin", "pos", "at"))
    zeros = tuple(Literal("0") for _ in row)
    window = kind.with_shape((size, *row))
    lax = draft.lax
    if target == "dynamic_slice":
        node: Expression = Call(
            Name(f"{lax}.dynamic_slice"), (array.node, Display((start.node, *zeros)), numbers(window.shape))
        )
        if choices.chance(0.5):
            node = Call(
                Name(f"{lax}.dynamic_slice_in_dim"), (array.node, start.node, number(size)), (("axis", number(0)),)
            )
        made = Term(node, window, array.interval, array.ops)
        return _finish(stream, draft, made, "dynamic", target, f"Dynamic slice of {size} rows")
    if target == "dynamic_index":
        style = choices.below(3)
        node = Subscript(array.node, (start.node,))
        if style == 1:
            keep = (("axis", number(0)), ("keepdims", Literal("False")))
            node = Call(Name(f"{lax}.dynamic_index_in_dim"), (array.node, start.node), keep)
        elif style == 2:
            node = Subscript(array.node, (Infix("+", start.node, number(1)),))
        made = Term(node, kind.with_shape(row), array.interval, array.ops)
        return _finish(stream, draft, made, "dynamic", target, "Dynamic indexing of a row")
    update = draft.fresh(window, array.interval if array.interval.width > 0.1 else Domain(low=-1.0, high=1.0))
    node = Call(Name(f"{lax}.dynamic_update_slice"), (array.node, update.node, Display((start.node, *zeros))))
    made = Term(node, kind, intervals.hull((array.interval, update.interval)), array.ops)
    return _finish(stream, draft, made, "dynamic", target, f"Dynamic update of a slice of {size} rows")


def _draw_at(stream: Stream, target: str) -> KernelSpec:
    """Draw an update that sets, adds to or multiplies a constant part of an array."""
    choices = stream.child("shape")
    rows, columns = choices.integer(4, 8), choices.choice(SIZES)
    kind = Type("float32", (rows, columns))
    draft = Draft(stream, [kind, Type("float32", (columns,)), Type("float32")])
    array = _before(stream, draft, kind)
    low = choices.integer(0, rows - 3)
    part = choices.choice(
        (Slice(str(low), str(low + 2)), Slice("", "", "2"), Slice(str(rows - 2), ""), Literal(str(low)))
    )
    value = draft.fresh(Type("float32", (columns,)), Domain(low=0.3, high=1.7))
    verb = {"at_set": "set", "at_add": "add", "at_mul": "multiply"}[target]
    node = Call(Attribute(Subscript(Attribute(array.node, "at"), (part,)), verb), (value.node,))
    combined = {"set": value.interval, "add": intervals.add(array.interval, value.interval)}.get(
        verb, intervals.multiply(array.interval, value.interval)
    )
    made = Term(node, kind, intervals.hull((array.interval, combined)), array.ops)
    return _finish(stream, draft, made, "at", target, f"Functional update of an array slice with {verb}")


RECIPES = (
    Recipe(name="gather", category="indexing", targets=("gather", "take", "take_along_axis"), draw=_draw_gather),
    Recipe(name="scatter", category="indexing", targets=(*_COMBINING, "segment_sum"), draw=_draw_scatter),
    Recipe(
        name="dynamic",
        category="indexing",
        targets=("dynamic_slice", "dynamic_index", "dynamic_update_slice"),
        draw=_draw_dynamic,
    ),
    Recipe(name="at", category="indexing", targets=("at_set", "at_add", "at_mul"), draw=_draw_at),
)
