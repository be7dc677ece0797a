"""Elementwise arithmetic: each thread combines elements of its arrays and writes one or two of its own."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.drawing.operations import Operation
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import HALVES, Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft

_FLOATS = (("float32", 0.83), ("float64", 0.07), ("float16", 0.06), ("bfloat16", 0.04))
_WHOLE = (("int32", 0.65), ("int64", 0.1), ("int16", 0.08), ("int8", 0.07), ("uint8", 0.07), ("uint16", 0.03))
# Kernels of these types have few steps: repeated rounding soon uses up 16 bits, and sums soon overflow 8 bits.
_SMALL = (*HALVES, "int8", "int16", "uint8", "uint16")
FLOAT_TARGETS = ("add", "sub", "mul", "div", "min", "max", "abs", "sqrt", "sin", "cos", "exp", "log")
_INTEGER_TARGETS = ("add", "sub", "mul", "min", "max", "abs")
_FLOAT_OPERATIONS = tuple(SCALAR[name] for name in (*FLOAT_TARGETS, "neg"))
_INTEGER_OPERATIONS = tuple(SCALAR[name] for name in (*_INTEGER_TARGETS, "neg"))


def elementwise(
    stream: Stream, target: str, *, dtype: str, operations: Sequence[Operation], category: str, recipe: str
) -> KernelSpec:
    """Draw an elementwise kernel over 1-D or 2-D arrays of one scalar type that contains the target operation."""
    choices = stream.child("shape")
    kind = Type(dtype)
    few = dtype in _SMALL
    draft = Draft(stream, (kind,), rank=choices.weighted([(1, 0.75), (2, 0.25)]))
    if draft.rank == 1 and choices.difficulty > 1 and choices.chance(0.15):
        draft.guard()
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=0 if few else choices.integer(0, 2))
    terms = draft.leaves(choices.weighted([(1, 0.25), (2, 0.45), *([] if few else [(3, 0.3)])]))
    if choices.difficulty > 1 and not few and choices.chance(0.25):
        terms = [draft.call_helper(terms, operations, steps=choices.integer(1, 3))]
    result = weaver.weave(terms, steps=choices.integer(0, 1) if few else choices.integer(1, 6), target=SCALAR[target])
    draft.store(result)
    ops = result.ops
    if choices.difficulty > 1 and choices.chance(0.15):
        second = weaver.weave(draft.leaves(1), steps=choices.integer(1, 3))
        draft.store(second)
        ops |= second.ops
    summary = f"Elementwise {target} over {draft.rank}-D {dtype} arrays"
    return draft.finish(category=category, recipe=recipe, summary=summary, ops=ops)


def _draw_floats(stream: Stream, target: str) -> KernelSpec:
    dtype = stream.child("dtype").weighted(_FLOATS)
    return elementwise(
        stream, target, dtype=dtype, operations=_FLOAT_OPERATIONS, category="arithmetic", recipe="elementwise"
    )


def _draw_integers(stream: Stream, target: str) -> KernelSpec:
    return elementwise(
        stream,
        target,
        dtype=stream.child("dtype").weighted(_WHOLE),
        operations=_INTEGER_OPERATIONS,
        category="arithmetic",
        recipe="elementwise_integer",
    )


RECIPES = (
    Recipe(name="elementwise", category="arithmetic", targets=FLOAT_TARGETS, draw=_draw_floats, difficulties=(1, 2)),
    Recipe(
        name="elementwise_integer",
        category="arithmetic",
        targets=_INTEGER_TARGETS,
        draw=_draw_integers,
        difficulties=(1, 2),
    ),
)
