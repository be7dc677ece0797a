"""Integers: floor division and remainders, bit operations, and hashes of an index or a value."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Expression, Infix, Name
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import BITWISE, INTEGER, SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.spelling import literal_node, scalar_name

_ARITHMETIC = tuple(SCALAR[name] for name in ("add", "sub", "mul", "min", "max", "abs"))
_DOMAINS = (Domain(low=-100, high=100), Domain(low=0, high=255), Domain(low=1, high=1000), Domain(low=-40, high=40))
_WORD = Domain(low=0, high=2.0**32 - 1)

_DIVISIONS = {"floordiv": "floor division", "mod": "modulo", "sign": "signs"}
_BIT_OPERATIONS = {
    "bit_and": "Bitwise AND",
    "bit_or": "Bitwise OR",
    "bit_xor": "Bitwise XOR",
    "shift_left": "Bitwise left shift",
    "shift_right": "Bitwise right shift",
    "bit_count": "Population count",
    "invert": "Bitwise NOT",
}


def _draw_division(stream: Stream, target: str) -> KernelSpec:
    """Draw integer arithmetic with floor division, remainders and signs."""
    return _draw(stream, target, "integer", "division", f"Integer arithmetic with {_DIVISIONS[target]}")


def _draw_bits(stream: Stream, target: str) -> KernelSpec:
    """Draw masks, shifts and other bit operations."""
    return _draw(stream, target, "bitwise", "bits", _BIT_OPERATIONS[target])


def _draw(stream: Stream, target: str, category: str, recipe: str, summary: str) -> KernelSpec:
    choices = stream.child("shape")
    unsigned = category == "bitwise" and target not in ("invert", "bit_count") and choices.chance(0.3)
    widths = (("uint32", 0.75), ("uint64", 0.25)) if unsigned else (("int32", 0.8), ("int64", 0.2))
    kind = Type("int32" if target == "bit_count" else choices.weighted(widths))
    draft = Draft(stream, (kind,), rank=choices.weighted([(1, 0.8), (2, 0.2)]))
    own = BITWISE if category == "bitwise" else INTEGER
    others = () if unsigned else _ARITHMETIC[:3] if category == "bitwise" else _ARITHMETIC
    weaver = Weaver(draft, stream.child("weave"), (*own.values(), *others), max_fresh=0)
    domains = _DOMAINS[1:3] if unsigned or target == "shift_left" else _DOMAINS
    terms = [draft.read(kind, choices.choice(domains), draft.sites[0][0]) for _ in range(choices.integer(1, 3))]
    result = weaver.weave(terms, steps=choices.integer(1, 5), target=own[target])
    draft.store(result)
    return draft.finish(category=category, recipe=recipe, summary=f"{summary} on {kind.dtype} arrays", ops=result.ops)


def _draw_hash(stream: Stream, target: str) -> KernelSpec:
    """Draw rounds of multiplication, addition and xorshift, as in integer hashes and counter-based generators."""
    choices = stream.child("shape")
    kind = Type("uint32") if choices.chance(0.7) else Type("int32")
    draft = Draft(stream, (kind,), rank=choices.weighted([(1, 0.8), (2, 0.2)]))
    value = draft.read(kind, Domain(low=0, high=2**31 - 1), draft.sites[0][0])
    name = draft.book.take(("h", "x", "state", "hashed", "z", "key"))
    local = Name(name)
    start: Expression = value.node
    if choices.chance(0.6):
        seed = draft.add_uniform(kind, Domain(low=1, high=2**31 - 1), pool=("seed", "salt", "offset", "basis"))
        start = Infix("^", start, seed.node)
    elif choices.chance(0.5):
        index: Expression = Name(draft.indices[0])
        cast = index if kind.dtype == "int32" else Call(Name(scalar_name(kind.dtype)), (index,))
        start = Infix(
            "+",
            start,
            Infix("*", cast, literal_node(choices.choice((2654435761, 40503, 31, 1000003)) % 2**31, kind.dtype)),
        )
    draft.add(Assign(local, start))
    for _ in range(choices.integer(2, 4)):
        move = choices.weighted([("xorshift", 0.6), ("multiply", 0.25), ("add", 0.15)])
        if move == "xorshift":
            symbol = choices.choice((">>", "<<")) if kind.dtype == "uint32" else ">>"
            places = literal_node(choices.integer(3, 17), kind.dtype)
            draft.add(_mixed(choices, local, "^", Infix(symbol, local, places)))
        else:
            odd = 2 * choices.integer(10_000, 900_000) + 1
            draft.add(_mixed(choices, local, "*" if move == "multiply" else "+", literal_node(odd, kind.dtype)))
    result: Expression = Infix("^", local, Infix(">>", local, literal_node(choices.integer(11, 16), kind.dtype)))
    if choices.chance(0.5):
        result = Infix("%", result, literal_node(choices.choice((64, 97, 256, 1000)), kind.dtype))
    draft.store(Term(result, kind, _WORD))
    ops = frozenset({target, "bit_xor", "shift_right"})
    return draft.finish(category="bitwise", recipe="hash", summary="Integer hash", ops=ops)


def _mixed(choices: Stream, local: Name, symbol: str, value: Expression) -> Assign:
    """Return an assignment of ``local symbol value`` to the local.

    An addition or a multiplication may be an augmented assignment.
    """
    return (
        Assign(local, value, symbol)
        if choices.chance(0.5) and symbol in "*+"
        else Assign(local, Infix(symbol, local, value))
    )


RECIPES = (
    Recipe(name="division", category="integer", targets=tuple(INTEGER), draw=_draw_division, difficulties=(1, 2)),
    Recipe(name="bits", category="bitwise", targets=tuple(BITWISE), draw=_draw_bits, difficulties=(1, 2)),
    Recipe(name="hash", category="bitwise", targets=("hash",), draw=_draw_hash),
)
