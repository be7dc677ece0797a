"""Atomics: many threads update shared elements by sums, minima, maxima, bit operations or exchanges."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.naming import BINS
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Evaluate, Expression, Infix, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import BITWISE, SCALAR, call
from synthesis.frontends.warp.recipes.drafting import Draft

_OPERATIONS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "div", "sqrt", "sin", "cos", "exp", "neg"))
# An extreme over many threads hides the initial value of its element, so few threads share an element.
_NARROW = ((16, 2), (24, 2), (18, 3), (3, 16), (2, 20), (12, 3))
_VERBS = {"atomic_add": "Sum", "atomic_min": "Minimum", "atomic_max": "Maximum"}


def _start_values(target: str, interval: Domain) -> Domain:
    """Return the domain of the shared elements' initial values; for extremes, the interval of the threads' values."""
    if target == "atomic_add":
        return Domain(low=-1.0, high=1.0)
    return Domain(low=round(interval.low, 2), high=round(interval.high, 2))


def _value(choices: Stream, draft: Draft, weaver: Weaver, target: str) -> Term:
    """Return the value that each thread contributes.

    If the atomic takes a minimum or a maximum, the value is computed with few operations, so that the threads' values
    are spread over its interval.
    """
    if target == "atomic_add":
        return weaver.weave(draft.leaves(choices.integer(1, 3)), steps=choices.integer(0, 4))
    return weaver.weave(draft.leaves(1), steps=choices.integer(1, 3))


def _finish(
    draft: Draft, target: str, value: Term, slots: int, index: Expression, recipe: str, over: str
) -> KernelSpec:
    out = draft.add_output(value.type, _start_values(target, value.interval), (slots,), Role.INOUT)
    draft.add(Evaluate(call(target, Name(out), index, value.node)))
    ops = value.ops | {target}
    summary = f"{_VERBS[target]} over {over} with {target}"
    return draft.finish(category="atomic", recipe=recipe, summary=summary, ops=ops)


def _draw_total(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads all add to one element."""
    choices, draft, weaver = _begin(stream, stream.child("rank").weighted([(1, 0.7), (2, 0.3)]))
    value = _value(choices, draft, weaver, target)
    return _finish(draft, target, value, 1, Literal("0"), "total", "all threads")


def _draw_rows(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which the threads of a row or of a column share an element."""
    launch = None if target == "atomic_add" else stream.child("launch").choice(_NARROW)
    choices, draft, weaver = _begin(stream, 2, launch)
    value = _value(choices, draft, weaver, target)
    axis = choices.below(2) if launch is None else launch.index(max(launch))
    index = Name(draft.indices[axis])
    return _finish(draft, target, value, draft.threads[axis], index, "rows", "the rows of a 2-D launch")


def _draw_bins(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads update the elements at the indices in an array."""
    choices, draft, weaver = _begin(stream, 1)
    slots = choices.integer(4, 8) if target == "atomic_add" else draft.threads[0] // 2 + choices.integer(0, 4)
    bins = draft.add_array(Type("int32"), Domain(low=0, high=slots - 1), draft.threads, pool=BINS)
    slot: Expression = Subscript(Name(bins), (Name(draft.indices[0]),))
    if choices.chance(0.5):
        slot = draft.keep(Term(slot, Type("int32"), Domain(low=0, high=slots - 1))).node
    value = _value(choices, draft, weaver, target)
    return _finish(draft, target, value, slots, slot, "bins", "bins given by an index array")


def _draw_difference(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads subtract from shared elements."""
    choices, draft, weaver = _begin(stream, 1)
    slots = choices.integer(4, 8)
    bins = draft.add_array(Type("int32"), Domain(low=0, high=slots - 1), draft.threads, pool=BINS)
    slot = Subscript(Name(bins), (Name(draft.indices[0]),))
    value = weaver.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(0, 3))
    out = draft.add_output(value.type, Domain(low=-1.0, high=1.0), (slots,), Role.INOUT)
    draft.add(Evaluate(call(target, Name(out), slot, value.node)))
    ops = value.ops | {target}
    return draft.finish(
        category="atomic", recipe="difference", summary="Subtraction from shared elements with atomic_sub", ops=ops
    )


_BITS = tuple(BITWISE[name] for name in ("bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"))
_WORDS = {"atomic_and": "Bitwise AND", "atomic_or": "Bitwise OR", "atomic_xor": "Bitwise XOR"}


def _draw_words(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads combine the bits of shared elements."""
    choices = stream.child("shape")
    kind = Type(choices.weighted([("int32", 0.7), ("uint32", 0.3)]))
    draft = Draft(stream, (kind,))
    slots = draft.threads[0] // 2
    index: Expression = Infix("%", Name(draft.indices[0]), Literal(str(slots)))
    if choices.chance(0.4):
        index = Infix("//", Name(draft.indices[0]), Literal("2"))
    if choices.chance(0.3):
        index = Infix("-", Literal(str(slots - 1)), index)
    known = choices.choice((Domain(low=0, high=4095), Domain(low=0, high=2**16 - 1)))
    masks = [draft.read(kind, known, draft.sites[0][0]) for _ in range(choices.integer(1, 3))]
    # If the operation of the atomic were also applied before it, hardly any bit would vary.
    operations = [each for each in _BITS if each.name != target.replace("atomic", "bit")]
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=0)
    mixed = weaver.weave(masks, steps=choices.integer(0, 3)).node
    out = draft.add_output(kind, Domain(low=0, high=2**16 - 1), (slots,), Role.INOUT)
    draft.add(Evaluate(call(target, Name(out), index, mixed)))
    return draft.finish(
        category="atomic",
        recipe="bits",
        summary=f"{_WORDS[target]} into shared elements with {target}",
        ops=frozenset({target}),
    )


def _draw_exchange(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads each exchange an element, always or on a condition, and use its previous value."""
    choices = stream.child("shape")
    kind = Type("int32") if target == "atomic_cas" or choices.chance(0.4) else Type("float32")
    draft = Draft(stream, (kind,))
    thread = Name(draft.indices[0])
    domain = Domain(low=0, high=3) if target == "atomic_cas" else Domain(low=-8, high=8)
    value = draft.read(kind, domain, draft.sites[0][0])
    slots = draft.add_output(kind, domain, draft.threads, Role.INOUT)
    place: Expression = thread
    if choices.chance(0.5):
        place = Infix("-", Literal(str(draft.threads[0] - 1)), thread)
    if target == "atomic_cas":
        expected = draft.read(kind, domain, draft.sites[0][0])
        node = call(target, Name(slots), place, expected.node, value.node)
    else:
        node = call(target, Name(slots), place, value.node)
    before = draft.keep(Term(node, kind, domain))
    weaver = Weaver(draft, stream.child("weave"), _INTEGERS if kind.dtype == "int32" else _OPERATIONS, max_fresh=0)
    draft.store(weaver.weave([before], steps=choices.integer(1, 4)))
    return draft.finish(
        category="atomic",
        recipe="exchange",
        summary=f"Atomic {'exchange' if target == 'atomic_exch' else 'compare-and-swap'} of elements",
        ops=frozenset({target}),
    )


_INTEGERS = tuple(SCALAR[name] for name in ("add", "sub", "mul"))


def _begin(stream: Stream, rank: int, launch: tuple[int, ...] | None = None) -> tuple[Stream, Draft, Weaver]:
    choices = stream.child("shape")
    kind = Type(choices.weighted([("float32", 0.93), ("float64", 0.07)]))
    draft = Draft(stream, (kind,), rank=rank, launch=launch)
    return choices, draft, Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=1)


_EXTREMES = ("atomic_min", "atomic_max")

RECIPES = (
    Recipe(name="total", category="atomic", targets=("atomic_add",), draw=_draw_total, difficulties=(1, 2)),
    Recipe(name="rows", category="atomic", targets=("atomic_add", *_EXTREMES), draw=_draw_rows, difficulties=(1, 2)),
    Recipe(name="bins", category="atomic", targets=("atomic_add", *_EXTREMES), draw=_draw_bins),
    Recipe(name="difference", category="atomic", targets=("atomic_sub",), draw=_draw_difference),
    Recipe(name="bits", category="atomic", targets=tuple(_WORDS), draw=_draw_words),
    Recipe(name="exchange", category="atomic", targets=("atomic_exch", "atomic_cas"), draw=_draw_exchange),
)
