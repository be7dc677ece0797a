"""Reductions over axes, of something computed and often combined with the array again."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, REDUCTIONS
from synthesis.frontends.jax.recipes.drafting import SIZES, Draft
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import Weaver
from synthesis.records import KernelSpec

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
    sizes = tuple(shape.choice(SIZES) for _ in range(rank))
    kinds = [Type("float32", sizes), Type("float32", sizes[1:]), Type("float32")]
    draft = Draft(stream, kinds)
    before = Weaver(draft, stream.child("before"), _BEFORE, max_fresh=shape.integer(0, 1))
    if target in ("max", "min"):
        inner = before.weave(draft.leaves(1), steps=shape.integer(0, 2))
    else:
        inner = before.weave(draft.leaves(shape.integer(1, 3)), steps=shape.integer(0, 3))
    after = Weaver(draft, stream.child("after"), _AFTER, max_fresh=shape.integer(0, 1))
    terms = [inner]
    if shape.chance(0.25):
        terms.append(draft.fresh(kinds[0], inner.interval))
    result = after.weave([after.require(REDUCTIONS[target], inner), *terms[1:]], steps=shape.integer(0, 3))
    results = [result]
    if shape.chance(0.15):
        results.append(after.weave([after.require(REDUCTIONS["mean"], draft.leaves(1)[0])], steps=shape.integer(0, 1)))
    summary = f"Reduction with {target} over axes of a {rank}-D array"
    return draft.finish(results, category="reduction", recipe="reduce", summary=summary)


RECIPES = (Recipe(name="reduce", category="reduction", targets=("sum", "mean", "max", "min"), draw=_draw),)
