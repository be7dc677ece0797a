"""Reductions over axes, of something computed and often combined with the array again."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, REDUCTIONS, RUNNING, call, number
from synthesis.frontends.jax.recipes.drafting import Draft, some_float
from synthesis.frontends.jax.recipes.sketch import SIZES
from synthesis.grammar.operations import Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Subscript
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import Weaver, named, typical_domain
from synthesis.records import Domain, KernelSpec

_BEFORE = tuple(
    ELEMENTWISE[name] for name in ("add", "sub", "mul", "div", "abs", "exp", "sin", "square", "tanh", "neg")
)
_AFTER = (
    *REDUCTIONS.values(),
    *(ELEMENTWISE[name] for name in ("add", "sub", "mul", "sqrt", "log", "exp", "cos", "tanh")),
)


def _draw(stream: Stream, target: str) -> KernelSpec:
    shape = stream.child("shape")
    rank = shape.weighted([(1, 0.2), (2, 0.5), (3, 0.3)])
    sizes = tuple(shape.choice(SIZES[:-1] if target in _PRODUCTS else SIZES) for _ in range(rank))
    dtype = some_float(stream) if target in _EXACT else "float32"
    kinds = [Type(dtype, sizes), Type(dtype, sizes[1:]), Type(dtype)]
    draft = Draft(stream, kinds)
    before = Weaver(draft, stream.child("before"), _BEFORE, max_fresh=shape.integer(0, 1))
    if target in _PRODUCTS:
        inner = draft.fresh(kinds[0], Domain(low=0.5, high=shape.choice((1.5, 1.8, 2.0))))
    elif target in _SPREADS:
        scaled = Weaver(draft, stream.child("scaled"), _SCALING, max_fresh=0)
        inner = scaled.weave(draft.leaves(shape.integer(1, 2)), steps=shape.integer(0, 2))
    elif target in ("max", "min", "median"):
        inner = before.weave(draft.leaves(1), steps=shape.integer(0, 2))
    else:
        inner = before.weave(draft.leaves(shape.integer(1, 3)), steps=shape.integer(0, 3))
    after = Weaver(draft, stream.child("after"), _AFTER, max_fresh=shape.integer(0, 1))
    terms = [inner]
    if shape.chance(0.25):
        terms.append(draft.fresh(kinds[0], inner.interval))
    if target not in _PRODUCTS:
        inner = before.fit(inner, _OPERATIONS[target].domains[0]) or inner
    result = after.weave([after.require(_OPERATIONS[target], inner), *terms[1:]], steps=shape.integer(0, 3))
    results = [result]
    if shape.chance(0.15):
        results.append(after.weave([after.require(REDUCTIONS["mean"], draft.leaves(1)[0])], steps=shape.integer(0, 1)))
    summary = f"Reduction with {target} over axes of a {rank}-D array"
    return draft.finish(results, category="reduction", recipe="reduce", summary=summary)


def _draw_extreme_index(stream: Stream, target: str) -> KernelSpec:
    """Where the largest or smallest elements along an axis are, and often what they are."""
    shape = stream.child("shape")
    # Enough rows, long enough, that not all have their extreme at one place.
    sizes = (shape.integer(7, 12), shape.integer(6, 9))
    kinds = [Type("float32", sizes), Type("float32")]
    draft = Draft(stream, kinds)
    before = Weaver(draft, stream.child("before"), _BEFORE, max_fresh=0)
    inner = before.weave(draft.leaves(1, types=kinds[:1]), steps=shape.integer(0, 2))
    inner = named(draft, inner)
    axis = shape.choice((1, -1, 0))
    length, count = (sizes[0], sizes[1]) if axis == 0 else (sizes[1], sizes[0])
    where = draft.keep(
        Term(
            call(target, inner.node, axis=number(axis)),
            Type("int32", (count,)),
            Domain(low=0, high=length - 1),
            inner.ops | {target},
        )
    )
    results = [where]
    if shape.chance(0.6):
        table = draft.fresh(Type("float32", (length,)), typical_domain(shape, kinds[0]))
        picked = Term(Subscript(table.node, (where.node,)), Type("float32", (count,)), table.interval, where.ops)
        after = Weaver(draft, stream.child("after"), _AFTER_EXTREMES, max_fresh=0)
        results = [after.weave([picked], steps=shape.integer(0, 2)), *(results if shape.chance(0.4) else [])]
    summary = f"Places of extremes along an axis with {target}"
    return draft.finish(
        results,
        category="reduction",
        recipe="extreme_index",
        summary=summary,
        ops=where.ops,
        differentiable=results[0] is not where,
    )


_AFTER_EXTREMES = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "sin", "exp", "tanh"))
# In half precision the others lose what they are of.
_EXACT = ("sum", "mean", "logsumexp")
_PRODUCTS = ("prod", "cumprod")
_SPREADS = ("var", "std")
# What a spread does not take out again, as it does an offset that all elements share.
_SCALING = tuple(ELEMENTWISE[name] for name in ("mul", "div", "abs", "exp", "sin", "square", "tanh"))
_OPERATIONS = {**REDUCTIONS, **RUNNING}

RECIPES = (
    Recipe(name="reduce", category="reduction", targets=tuple(_OPERATIONS), draw=_draw),
    Recipe(name="extreme_index", category="reduction", targets=("argmax", "argmin"), draw=_draw_extreme_index),
)
