"""Launches of one to four dimensions: kernels that compute with the indices of their threads."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Comparison, Expression, If, Infix, Literal, Name, Return, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "tanh", "exp"))


def _begin(stream: Stream, target: str) -> tuple[Stream, Draft]:
    kind = Type(stream.child("kind").weighted([("float32", 0.94), ("float64", 0.06)]))
    return stream.child("shape"), Draft(stream, (kind,), rank=int(target[-2]))


def _coordinate(choices: Stream, draft: Draft, position: int) -> Term:
    """Return one of the thread's indices as a floating-point coordinate: the index times a step of 0.05 to 0.25."""
    kind = draft.types[0]
    cast: Expression = Call(
        Name("float" if kind.dtype == "float32" else "wp.float64"), (Name(draft.indices[position]),)
    )
    step = choices.choice((0.05, 0.1, 0.125, 0.2, 0.25))
    node = Infix("*", cast, draft.literal(step, kind.dtype).node)
    return Term(node, kind, Domain(low=0.0, high=step * (draft.threads[position] - 1)), frozenset({"index"}), 1)


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """Draw a field over a grid, computed from the indices and from elements of arrays."""
    choices, draft = _begin(stream, target)
    coordinates = [_coordinate(choices, draft, position) for position in range(draft.rank)]
    terms = draft.leaves(choices.integer(1, 2))
    if choices.chance(0.5):
        coordinates = [draft.keep(each) for each in coordinates]
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)
    result = weaver.weave([*terms, *coordinates], steps=choices.integer(0, 2))
    draft.store(result)
    summary = f"Field evaluated over a {draft.rank}-D launch"
    return draft.finish(category="launch", recipe="grid", summary=summary, ops=result.ops | {target})


def _draw_flattened(stream: Stream, target: str) -> KernelSpec:
    """Draw a launch of several dimensions that writes a 1-D array at the flattened index of each thread."""
    choices, draft = _begin(stream, target)
    flat: Expression = Name(draft.indices[0])
    for index, extent in zip(draft.indices[1:], draft.threads[1:], strict=True):
        flat = Infix("+", Infix("*", flat, Literal(str(extent))), Name(index))
    local = draft.add_local(flat, ("flat", "linear", "idx", "offset", "n"))
    total = 1
    for extent in draft.threads:
        total *= extent
    if draft.rank == 1 or choices.chance(0.3):
        bound = draft.add_count(Domain(low=total // 2, high=total))
        draft.add(If(Comparison(">=", local, Name(bound)), (Return(),)))
    kind = draft.types[0]
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)
    result = weaver.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(1, 3))
    if choices.chance(0.5):
        table = draft.add_array(kind, Domain(low=0.5, high=1.5), (total,))
        product = Infix("*", result.node, Subscript(Name(table), (local,)))
        interval = intervals.multiply(result.interval, Domain(low=0.5, high=1.5))
        result = Term(product, kind, interval, result.ops | {"mul"})
    out = draft.add_output(kind, result.interval, (total,))
    draft.add(Assign(Subscript(Name(out), (local,)), result.node))
    summary = f"{draft.rank}-D launch over a flattened array"
    return draft.finish(category="launch", recipe="flattened", summary=summary, ops=result.ops | {target})


_TARGETS = ("tid_1d", "tid_2d", "tid_3d", "tid_4d")

RECIPES = (
    Recipe(name="grid", category="launch", targets=_TARGETS, draw=_draw_grid, difficulties=(1, 2)),
    Recipe(name="flattened", category="launch", targets=_TARGETS[1:], draw=_draw_flattened, difficulties=(1, 2)),
)
