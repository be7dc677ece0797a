"""Chained elementary functions on arrays."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE
from synthesis.frontends.jax.recipes.arithmetic import broadcastable
from synthesis.frontends.jax.recipes.drafting import Draft, some_float

_TARGETS = (
    "sin", "cos", "tan", "exp", "expm1", "log", "log1p", "log2", "sqrt", "rsqrt", "cbrt", "tanh", "sinh", "cosh",
    "asin", "acos", "atan", "asinh", "erf", "square", "sigmoid", "softplus", "atan2",
)  # fmt: skip
_ONLY_AS_TARGET = frozenset({"sin", "cos", "tanh", "sigmoid", "softplus", "exp"})
"""Functions that are rare in libraries. They are used only if they are the target."""
_OPERATIONS = tuple(each for name, each in ELEMENTWISE.items() if name not in _ONLY_AS_TARGET)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    dtype = some_float(stream)
    draft = Draft(stream, broadcastable(choices, dtype))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    terms = draft.leaves(choices.weighted([(1, 0.45), (2, 0.4), (3, 0.15)]))
    links = stream.child("links")
    terms = [weaver.chain(term, 1 if links.difficulty == 1 else links.integer(1, 3)) for term in terms]
    if choices.difficulty > 1 and choices.chance(0.2):
        terms = [draft.call_helper(terms, _OPERATIONS, steps=choices.integer(1, 3))]
    result = weaver.weave(terms, steps=choices.integer(0, 3), target=ELEMENTWISE[target])
    summary = f"Chained elementwise functions with {target} on {dtype} arrays"
    return draft.finish([result], category="math", recipe="chain", summary=summary)


RECIPES = (Recipe(name="chain", category="math", targets=_TARGETS, draw=_draw, difficulties=(1, 2)),)
