"""Estimates of the time to run a StableHLO module. The interpreter starts at once; XLA compiles, but its code is fast.

The estimates depend on the module alone, so that a text is always run in the same way. The figures were measured on one
machine, and only their ratio matters.
"""

import math
from typing import Any

_ELEMENT = 1.2e-6
"""Seconds of the interpreter per element that an operation reads or writes."""
_CHARACTER = 6e-6
"""Seconds of XLA's compiler, without optimisation, per character of the text."""
_LEAST = 0.02
"""Minimum seconds of a compilation."""
_LITTLE = 0.5
"""Seconds of the interpreter below which a run is cheap."""
_TRIPS = 30
"""Assumed number of iterations of a loop, whose actual number is unknown."""
_BLOCKS = ("builtin.module", "func.func", "stablehlo.case", "stablehlo.if")
"""Operations whose inner operations run once."""


def is_worth_compiling(module: Any, text: str, runs: int) -> bool:
    """Return whether interpreting a module for some runs takes longer than compiling it with XLA.

    Args:
        module: a StableHLO module of ``jaxlib``.
        text: the text from which it was parsed.
        runs: the number of runs.
    """
    return runs * _ELEMENT * _elements(module.operation) > _LEAST + _CHARACTER * len(text)


def is_interpreted_quickly(module: Any) -> bool:
    """Return whether an interpreted run of a module is cheap enough to be done in addition to runs by XLA."""
    return _ELEMENT * _elements(module.operation) < _LITTLE


def _elements(operation: Any) -> float:
    """Return the number of elements that an operation and its regions read or write; loops count ``_TRIPS`` times."""
    inside = [each.operation for region in operation.regions for block in region.blocks for each in block.operations]
    own = _own_elements(operation)
    if operation.name == "stablehlo.while":
        times = _TRIPS
    elif operation.name in _BLOCKS:
        times = 1
    else:  # such as the function of a reduction, which works on single elements
        times = own
    return own + times * sum(_elements(each) for each in inside)


def _own_elements(operation: Any) -> float:
    operands, results = [[_size(value.type) for value in each] for each in (operation.operands, operation.results)]
    if operation.name == "stablehlo.dot_general" and len(operands) == 2:
        # The batch counts as rows here: rows times columns times the length of the sum.
        return math.sqrt(operands[0] * operands[1] * max(results))
    if operation.name == "stablehlo.convolution" and len(operands) == 2:
        return max(results) * operands[1]
    return max([*operands, *results], default=0)


def _size(kind: Any) -> int:
    """Return the number of elements of a tensor type; 1 for any other type."""
    return math.prod(getattr(kind, "shape", ()))
