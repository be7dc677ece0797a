"""Elementwise arithmetic on arrays that broadcast."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE
from synthesis.frontends.jax.recipes.drafting import Draft, some_float
from synthesis.frontends.jax.recipes.sketch import SIZES

_TARGETS = ("add", "sub", "mul", "div", "pow")
_INTEGER_TARGETS = ("add", "sub", "mul")
_OPERATIONS = tuple(ELEMENTWISE[name] for name in (*_TARGETS, "neg", "abs", "exp", "sqrt", "square"))
_INTEGER_OPERATIONS = tuple(ELEMENTWISE[name] for name in (*_INTEGER_TARGETS, "min", "max", "abs", "neg"))


def broadcastable(stream: Stream, dtype: str) -> list[Type]:
    """Return the type of a drawn array, and the types that broadcast to it."""
    shape = tuple(stream.choice(SIZES) for _ in range(stream.weighted([(1, 0.4), (2, 0.45), (3, 0.15)])))
    shapes = [shape, shape, ()]
    if len(shape) > 1:
        shapes += [shape[1:], (shape[0],) + (1,) * (len(shape) - 1)]
    return [Type(dtype, each) for each in shapes]


def _draw(stream: Stream, target: str, dtype: str) -> KernelSpec:
    choices = stream.child("shape")
    operations = _INTEGER_OPERATIONS if dtype == "int32" else _OPERATIONS
    draft = Draft(stream, broadcastable(choices, dtype))
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=choices.integer(0, 2))
    terms = draft.leaves(choices.weighted([(1, 0.2), (2, 0.45), (3, 0.35)]))
    if choices.difficulty > 1 and choices.chance(0.15):
        terms = [draft.call_helper(terms, operations, steps=choices.integer(1, 3))]
    result = weaver.weave(terms, steps=choices.integer(1, 6), target=ELEMENTWISE[target])
    results = [result]
    if choices.difficulty > 1 and choices.chance(0.15):
        results.append(weaver.weave(draft.leaves(1), steps=choices.integer(1, 3)))
    summary = f"Elementwise {target} with broadcasting on {dtype} arrays"
    recipe = "broadcast_integer" if dtype == "int32" else "broadcast"
    return draft.finish(results, category="arithmetic", recipe=recipe, summary=summary)


def _draw_floats(stream: Stream, target: str) -> KernelSpec:
    return _draw(stream, target, some_float(stream))


def _draw_integers(stream: Stream, target: str) -> KernelSpec:
    return _draw(stream, target, "int32")


RECIPES = (
    Recipe(name="broadcast", category="arithmetic", targets=_TARGETS, draw=_draw_floats, difficulties=(1, 2)),
    Recipe(
        name="broadcast_integer",
        category="arithmetic",
        targets=_INTEGER_TARGETS,
        draw=_draw_integers,
        difficulties=(1, 2),
    ),
)
