"""Chained functions: each thread passes its element through a chain of elementary functions."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft

_TARGETS = (
    "sin", "cos", "tan", "exp", "log", "log2", "log10", "sqrt", "cbrt", "sinh", "cosh", "tanh", "atan", "asin", "acos",
    "erf", "pow", "atan2",
)  # fmt: skip
_OPERATIONS = tuple(SCALAR.values())


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    kind = Type(choices.weighted([("float32", 0.92), ("float64", 0.08)]))
    draft = Draft(stream, (kind,), rank=choices.weighted([(1, 0.8), (2, 0.2)]))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    terms = draft.leaves(choices.weighted([(1, 0.5), (2, 0.4), (3, 0.1)]))
    links = stream.child("links")
    chained = [weaver.chain(term, 1 if links.difficulty == 1 else links.integer(1, 3)) for term in terms]
    result = weaver.weave(chained, steps=choices.integer(0, 3), target=SCALAR[target])
    draft.store(result)
    summary = f"Chained elementwise functions with {target} over {draft.rank}-D {kind.dtype} arrays"
    return draft.finish(category="math", recipe="chain", summary=summary, ops=result.ops)


RECIPES = (Recipe(name="chain", category="math", targets=_TARGETS, draw=_draw, difficulties=(1, 2)),)
