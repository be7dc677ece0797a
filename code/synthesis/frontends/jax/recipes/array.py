"""Functions that reshape, transpose, slice and concatenate arrays, with a little arithmetic between."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, SHAPES
from synthesis.frontends.jax.recipes.drafting import Draft, some_float
from synthesis.frontends.jax.recipes.sketch import SIZES

_TARGETS = (
    "reshape", "transpose", "slice", "concat", "stack", "pad", "flip", "roll", "tile", "repeat", "swapaxes", "moveaxis",
)  # fmt: skip
_AXES = ("transpose", "swapaxes", "moveaxis")
_ARITHMETIC = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "exp", "square"))
_OPERATIONS = (*SHAPES.values(), *_ARITHMETIC)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    rank = choices.weighted([(1, 0.15), (2, 0.6), (3, 0.25)]) if target not in _AXES else choices.integer(2, 3)
    sizes = tuple(choices.choice(SIZES[1:]) for _ in range(rank))
    dtype = some_float(stream)
    draft = Draft(stream, [Type(dtype, sizes), Type(dtype)])
    weaver = Weaver(
        draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1), leveller=SHAPES["ravel"]
    )
    first = draft.types[:1]
    terms = draft.leaves(choices.weighted([(1, 0.45), (2, 0.45), (3, 0.1)]), types=first)
    result = weaver.weave(terms, steps=choices.integer(1, 5), target=SHAPES[target])
    results = [result]
    if choices.chance(0.2):
        results.append(weaver.weave(draft.leaves(1, types=first), steps=choices.integer(1, 3)))
    summary = f"Array rearrangement with {target}"
    return draft.finish(results, category="array", recipe="rearrange", summary=summary)


RECIPES = (Recipe(name="rearrange", category="array", targets=_TARGETS, draw=_draw),)
