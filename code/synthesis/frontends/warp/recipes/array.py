"""Arrays of one to four dimensions, read at computed indices and by rows and slices."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import LOOPS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Attribute, Call, Expression, Infix, Literal, Name, Slice, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.sketch import Axis

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "exp", "tanh", "sqrt"))
_ROWS = ("row", "line", "part", "view", "slab", "plane")


def _start(stream: Stream, rank: int) -> tuple[Stream, Draft, Weaver]:
    choices = stream.child("shape")
    kind = Type(choices.weighted([("float32", 0.92), ("float64", 0.08)]))
    draft = Draft(stream, (kind,), rank=rank)
    return choices, draft, Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)


def _index(choices: Stream, axis: Axis) -> Axis:
    """Return an axis unchanged, reversed, with a stride of 2, or with an offset of 1 to 3."""
    style = choices.weighted([("same", 0.4), ("reversed", 0.2), ("strided", 0.2), ("offset", 0.2)])
    if style == "reversed":
        return Axis(Infix("-", Literal(str(axis.extent - 1)), axis.index), axis.extent)
    if style == "strided":
        return Axis(Infix("*", axis.index, Literal("2")), 2 * axis.extent)
    if style == "offset":
        places = choices.integer(1, 3)
        return Axis(Infix("+", axis.index, Literal(str(places))), axis.extent + places)
    return axis


def _draw_indexing(stream: Stream, target: str) -> KernelSpec:
    """Draw reads of arrays of the target's rank at indices computed from those of the thread."""
    rank = int(target[-2])
    threads = min(rank, 1 + stream.child("rank").below(3))
    choices, draft, weaver = _start(stream, threads)
    axes = list(draft.sites[0][0])
    kind = draft.types[0]
    terms: list[Term] = []
    for _ in range(choices.integer(1, 3)):
        walked = [_index(choices, axis) for axis in axes]
        for _ in range(rank - threads):
            size = choices.integer(2, 4)
            fixed: Expression = Literal(str(choices.below(size)))
            if choices.chance(0.4):
                fixed = Infix("%", Name(draft.indices[-1]), Literal(str(size)))
            walked.insert(choices.below(len(walked) + 1), Axis(fixed, size))
        if choices.chance(0.35):
            walked = choices.shuffled(walked)
        terms.append(draft.read(kind, typical_domain(choices, kind), tuple(walked)))
    result = weaver.weave(terms, steps=choices.integer(1, 4))
    draft.store(result)
    summary = f"Indexing of {rank}-D arrays with computed indices"
    return draft.finish(category="array", recipe="indexing", summary=summary, ops=result.ops | {target})


def _draw_views(stream: Stream, target: str) -> KernelSpec:
    """Draw a sum over a row or a slice of an array."""
    choices, draft, _ = _start(stream, 1)
    kind = draft.types[0]
    thread = Name(draft.indices[0])
    extent, width = draft.threads[0], choices.integer(4, 8)
    planes = target == "slice" and choices.chance(0.4)
    sizes = (extent, width, 3) if planes else (extent, width)
    domain = typical_domain(choices, kind)
    array = Name(draft.add_array(kind, domain, sizes))
    low = choices.integer(0, 1)
    length = choices.integer(2, width - 2) if target == "slice" else width
    view: Expression = Subscript(array, (thread,))
    if target == "slice":
        part = Slice(str(low) if low else "", str(low + length))
        view = Subscript(array, (thread, part)) if planes or choices.chance(0.5) else Subscript(view, (part,))
    row = draft.add_local(view, _ROWS)
    total = draft.add_variable(kind, 0.0)
    step = draft.book.take(LOOPS)
    trips: Expression = Literal(str(length))
    if choices.chance(0.5):
        trips = Subscript(Attribute(row, "shape"), (Literal("0"),))
    element = Subscript(row, (Name(step), Literal(str(choices.below(3)))) if planes else (Name(step),))
    with draft.loop(step, Call(Name("range"), (trips,)), draft.sites):
        item = Term(element, kind, domain)
        inner = Weaver(draft, stream.child("inner"), _OPERATIONS, max_fresh=0).weave(
            [item], steps=choices.integer(0, 2)
        )
        draft.add(Assign(total, inner.node, "+"))
    bound = length * inner.interval.magnitude
    summed = Term(total, kind, Domain(low=-bound, high=bound), inner.ops)
    scaled = Term(
        Infix("*", summed.node, draft.literal(choices.choice((0.25, 0.5, 2.0)), kind.dtype).node), kind, summed.interval
    )
    draft.store(scaled if choices.chance(0.5) else summed)
    summary = f"Sums over {'slices' if target == 'slice' else 'row views'} of an array"
    return draft.finish(category="array", recipe="views", summary=summary, ops=inner.ops | {target})


RECIPES = (
    Recipe(
        name="indexing",
        category="array",
        targets=("index_1d", "index_2d", "index_3d", "index_4d"),
        draw=_draw_indexing,
        difficulties=(1, 2),
    ),
    Recipe(name="views", category="array", targets=("row_view", "slice"), draw=_draw_views),
)
