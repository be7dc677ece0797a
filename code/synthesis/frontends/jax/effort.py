"""What it takes to run a StableHLO module: the interpreter begins at once, XLA's machine code is fast.

Both are estimated from the module alone, so that a text is always run in the same way. The figures are of one machine;
only how they compare matters.
"""

import math
from typing import Any

_ELEMENT = 1.2e-6
"""Seconds of the interpreter for an element that an operation makes or reads."""
_CHARACTER = 6e-6
"""Seconds of XLA's compiler, without optimisation, for a character of the text."""
_LEAST = 0.02
"""Seconds that it takes at least."""
_LITTLE = 0.5
"""Seconds of the interpreter that are little."""
_TRIPS = 30
"""Of a loop; how many it makes is not known."""
_BLOCKS = ("builtin.module", "func.func", "stablehlo.case", "stablehlo.if")
"""What holds operations that run once."""


def is_worth_compiling(module: Any, text: str, runs: int) -> bool:
    """Whether so many runs of a module take the interpreter longer than it takes to compile the module.

    Args:
        module: a StableHLO module of ``jaxlib``.
        text: what it was parsed from.
        runs: how often it will be run.
    """
    return runs * _ELEMENT * _elements(module.operation) > _LEAST + _CHARACTER * len(text)


def is_interpreted_quickly(module: Any) -> bool:
    """Whether the interpreter takes so little for one run of a module that it may be run beside XLA."""
    return _ELEMENT * _elements(module.operation) < _LITTLE


def _elements(operation: Any) -> float:
    """Elements that an operation and those inside it make or read, loops counted several times."""
    inside = [each.operation for region in operation.regions for block in region.blocks for each in block.operations]
    own = _own_elements(operation)
    if operation.name == "stablehlo.while":
        times = _TRIPS
    elif operation.name in _BLOCKS:
        times = 1
    else:  # such as the function of a reduction, of single elements
        times = own
    return own + times * sum(_elements(each) for each in inside)


def _own_elements(operation: Any) -> float:
    operands, results = [[_size(value.type) for value in each] for each in (operation.operands, operation.results)]
    if operation.name == "stablehlo.dot_general" and len(operands) == 2:
        # With the batch counted among the rows: rows times columns times what is summed over.
        return math.sqrt(operands[0] * operands[1] * max(results))
    if operation.name == "stablehlo.convolution" and len(operands) == 2:
        return max(results) * operands[1]
    return max([*operands, *results], default=0)


def _size(kind: Any) -> int:
    """Elements of a tensor type; 1 of what is no tensor."""
    return math.prod(getattr(kind, "shape", ()))
