"""The operands of equations whose values later equations may leave out, depending on the function's inputs.

A value may be computed, and yet affect no result on any of the inputs that are tried: as one of two arrays that are
joined to one, of which an index then chooses the other, or as a factor of numbers that are all zero. An error in its
derivative does not show on such inputs.
"""

from collections.abc import Sequence

from synthesis.frontends.jax.graphs import Equation

RESULTS = -1
"""The number that stands for all results of an equation, in place of the number of an operand."""
_JOINED_FROM = {"concatenate": 0, "stack": 0, "select_n": 1, "dynamic_update_slice": 0, "scatter": 0}
"""Maps a primitive that makes one array of parts of its operands to the number of the first such operand."""
_JOINED = {"dynamic_update_slice": (0, 1), "scatter": (0, 2)}
"""The operands that are parts, if not all from the first one on are."""
_CHOOSING = frozenset({
    "cummax", "cummin", "cumprod", "max", "min", "reduce_max", "reduce_min", "reduce_prod", "reduce_window_max",
    "reduce_window_min", "reduce_window", "sort", "top_k", "approx_top_k", "clamp",
})  # fmt: skip
"""Primitives that choose among elements by their values, or, as a product, may make them ineffective."""
_CHOOSING_BY_INDEX = {"gather": (1,), "dynamic_slice": None, "select_n": (0,)}
"""Maps a primitive that chooses by operands to the numbers of these operands; None for all but the first one."""
_MIXING = frozenset({
    "conv_general_dilated", "cumlogsumexp", "cumsum", "dot_general", "eigh", "fft", "lu", "qr", "reduce_sum", "svd",
    "triangular_solve",
})  # fmt: skip
"""Primitives of whose results each depends on many elements, so that no element of the operand is left out."""
_FACTORS = {"mul": (0, 1), "dot_general": (0, 1), "conv_general_dilated": (0, 1), "div": (1,), "ragged_dot": (0, 1)}
"""Maps a product or quotient to its operands that have no effect where the other operand is zero."""


def joined_operands(equation: Equation, depending: Sequence[bool]) -> Sequence[int]:
    """Return the numbers of the operands of which an equation joins parts, independently of the function's inputs.

    Args:
        equation: the equation.
        depending: for each of its operands, whether it depends on the function's inputs.
    """
    primitive = equation.primitive
    if primitive not in _JOINED_FROM:
        return ()
    if primitive == "select_n" and depending[0]:
        return ()  # these are arms of the equation
    return _JOINED.get(primitive) or range(_JOINED_FROM[primitive], len(equation.inputs))


def chosen_from(equation: Equation, depending: Sequence[bool], fixed: Sequence[bool]) -> Sequence[int]:
    """Return the numbers of the operands of which an equation uses some elements, depending on the function's inputs.

    Args:
        equation: the equation.
        depending: for each of its operands, whether it depends on the function's inputs.
        fixed: for each of its operands, whether it depends on them, but has no derivative.
    """
    primitive = equation.primitive
    if primitive in _CHOOSING:
        return range(len(equation.inputs))
    if primitive in _CHOOSING_BY_INDEX:
        choosing = _CHOOSING_BY_INDEX[primitive] or range(1, len(equation.inputs))
        if not any(depending[each] for each in choosing):
            return ()
        return [each for each in range(len(equation.inputs)) if each not in choosing]
    return factors_of_fixed(equation, fixed)


def factors_of_fixed(equation: Equation, fixed: Sequence[bool]) -> Sequence[int]:
    """Return the numbers of the operands that a product multiplies by numbers without a derivative.

    Such numbers, like the result of ``floor`` or a truth value, may be zero on all inputs that are tried.

    Args:
        equation: the equation.
        fixed: for each of its operands, whether it depends on the function's inputs, but has no derivative.
    """
    return [each for each in _FACTORS.get(equation.primitive, ()) if fixed[1 - each]]


def keeps_parts(primitive: str) -> bool:
    """Return whether elements of a primitive's result may depend on some elements of its operands only."""
    return primitive not in _MIXING
