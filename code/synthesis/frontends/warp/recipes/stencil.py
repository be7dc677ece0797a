"""Stencils: each thread combines its element with the neighbours, with one of several boundary treatments."""

import itertools

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import give_name, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Comparison, Expression, If, Infix, Literal, Name, Return, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, call
from synthesis.frontends.warp.recipes.drafting import Draft

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "tanh", "exp"))


def _moved(index: Expression, by: int) -> Expression:
    return index if by == 0 else Infix("+" if by > 0 else "-", index, Literal(str(abs(by))))


def _neighbour(index: Expression, by: int, extent: int, border: str) -> Expression:
    """Return the index of a neighbour, ``by`` elements away.

    ``border`` is padded (the array is wider), interior (no boundary element is computed), clamped or periodic.
    """
    if border == "padded":
        return _moved(index, by + 1)
    if by == 0 or border == "interior":
        return _moved(index, by)
    last = Literal(str(extent - 1))
    if border == "clamped":
        moved = _moved(index, by)
        return call("min", moved, last) if by > 0 else call("max", moved, Literal("0"))
    return Infix("%", _moved(index, by if by > 0 else extent + by), Literal(str(extent)))


def _steps(kind: str, rank: int) -> list[tuple[int, ...]]:
    """Return the neighbours of a ``star``, a ``box`` or a ``forward`` stencil as offsets along each axis."""
    axes = [tuple(int(axis == place) for place in range(rank)) for axis in range(rank)]
    if kind == "forward":
        return axes
    if kind == "star":
        return [tuple(sign * part for part in axis) for axis in axes for sign in (-1, 1)]
    return [step for step in itertools.product((-1, 0, 1), repeat=rank) if any(step)]


def _result(draft: Draft, choices: Stream, kind: Type, centre: Term, count: int, summed: Term) -> Infix:
    """Return the value that the kernel stores for an element."""
    scaled = draft.literal(float(count), kind.dtype).node
    slope = Infix("-", summed.node, Infix("*", scaled, centre.node))
    style = choices.choice(("laplacian", "update", "mean", "difference"))
    if style == "mean":
        inverse = draft.literal(round(1 / (count + 1), 4), kind.dtype).node
        node: Expression = Infix("*", Infix("+", summed.node, centre.node), inverse)
    elif style == "update":
        rate = draft.add_uniform(kind, Domain(low=0.01, high=0.2), pool=("dt", "alpha", "rate", "nu", "kappa"))
        node = Infix("+", centre.node, Infix("*", rate.node, slope))
    elif style == "laplacian":
        node = slope
    else:
        node = Infix("-", Infix("*", summed.node, draft.literal(0.5, kind.dtype).node), centre.node)
    return node


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Draw a stencil: a Laplacian, a time step with it, a mean, or a difference of an element and its neighbours."""
    choices = stream.child("shape")
    rank = int(target[-2])
    kind = Type(choices.weighted([("float32", 0.94), ("float64", 0.06)]))
    draft = Draft(stream, (kind,), rank=rank, launch=choices.choice(_LAUNCHES[rank]))
    border = choices.choice(("padded", "clamped", "periodic", "interior"))
    extents = tuple(extent + (2 if border == "padded" else 0) for extent in draft.threads)
    domain = typical_domain(choices, kind)
    field = Name(
        draft.add_array(kind, domain, extents, pool=("u", "field", "grid", "temperature", "phi", "height", "image"))
    )
    indices = [Name(index) for index in draft.indices]
    if border == "interior":
        out_of_reach = [Comparison("<", index, Literal("1")) for index in indices] + [
            Comparison(">=", index, Literal(str(extent - 1))) for index, extent in zip(indices, extents, strict=True)
        ]
        test: Expression = out_of_reach[0]
        for each in out_of_reach[1:]:
            test = Infix("or", test, each)
        draft.add(If(test, (Return(),)))

    def at(step: tuple[int, ...]) -> Expression:
        listed = zip(indices, step, draft.threads, strict=True)
        return Subscript(field, tuple(_neighbour(index, by, extent, border) for index, by, extent in listed))

    centre = draft.keep(Term(at((0,) * rank), kind, domain))
    kinds = ("star", "box", "forward") if rank < 3 else ("star", "forward")
    steps = _steps(choices.choice(kinds), rank)
    total: Expression = at(steps[0])
    weighted = choices.chance(0.3)
    if weighted:
        total = Infix("*", draft.literal(choices.decimal(0.1, 0.9, 1), kind.dtype).node, total)
    for step in steps[1:]:
        value = at(step)
        if weighted:
            value = Infix("*", draft.literal(choices.decimal(0.1, 0.9, 1), kind.dtype).node, value)
        total = Infix("+", total, value)
        if len(steps) > 4 and (rank == 3 or choices.chance(0.4)):
            local = draft.keep(Term(total, kind, domain))
            total = local.node
    count = len(steps)
    bound = count * domain.magnitude
    summed = give_name(draft, Term(total, kind, Domain(low=-bound, high=bound)))
    node = _result(draft, choices, kind, centre, count, summed)
    result = Term(node, kind, Domain(low=-2 * bound, high=2 * bound), frozenset({"add", "mul", "sub"}), 2)
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = weaver.weave([result], steps=choices.integer(0, 4))
    out = draft.add_output(kind, result.interval, draft.threads)
    draft.add(Assign(Subscript(Name(out), tuple(indices)), result.node))
    summary = f"{rank}-D stencil with {count + 1} points, {border} at the border"
    return draft.finish(category="stencil", recipe="stencil", summary=summary, ops=result.ops | {target})


_LAUNCHES: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((16,), (24,), (32,), (40,)),
    2: ((6, 8), (8, 8), (5, 9), (10, 6)),
    3: ((4, 5, 4), (5, 4, 6), (4, 4, 4)),
}

RECIPES = (
    Recipe(
        name="stencil",
        category="stencil",
        targets=("stencil_1d", "stencil_2d", "stencil_3d"),
        draw=_draw,
    ),
)
