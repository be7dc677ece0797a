"""Vectors: each thread combines 2-, 3- or 4-vectors and numbers into a vector or a number."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR
from synthesis.frontends.warp.recipes.drafting import Draft

_TARGETS = ("dot", "cross", "length", "normalize")
_SCALAR = tuple(SCALAR[name] for name in ("add", "sub", "mul", "div", "sqrt", "sin", "exp"))
_OPERATIONS = (*VECTOR.values(), *LINEAR.values(), *_SCALAR)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    dtype = choices.weighted([("float32", 0.92), ("float64", 0.08)])
    width = 3 if target == "cross" else choices.weighted([(2, 0.25), (3, 0.5), (4, 0.25)])
    vector, number = Type(dtype, (width,)), Type(dtype)
    draft = Draft(stream, (vector, number), rank=choices.weighted([(1, 0.85), (2, 0.15)]))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    terms = draft.leaves(choices.weighted([(1, 0.2), (2, 0.5), (3, 0.3)]), types=(vector,))
    if choices.chance(0.3):
        terms += [draft.fresh(number, term.interval) for term in terms[:1]]
    if choices.difficulty > 1 and choices.chance(0.25):
        terms = [draft.call_helper(terms, _OPERATIONS, steps=choices.integer(1, 2))]
    goal = choices.weighted([(None, 0.4), (vector, 0.3), (number, 0.3)])
    result = weaver.weave(terms, steps=choices.integer(1, 4), target=VECTOR[target], goal=goal)
    draft.store(result)
    summary = f"Per-thread {target} on {width}-vectors of {dtype}"
    return draft.finish(category="vector", recipe="vector_map", summary=summary, ops=result.ops)


RECIPES = (Recipe(name="vector_map", category="vector", targets=_TARGETS, draw=_draw, difficulties=(1, 2)),)
