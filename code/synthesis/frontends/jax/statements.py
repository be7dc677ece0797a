"""A comparison of StableHLO modules by their statements; of equal modules, only one needs to be executed.

JAX lowers a function and its printed jaxpr to the same module, except for the names of values and for conversions of a
value to its own type. These mark where a type was weak, and have no effect.
"""

import re
from collections import Counter

_FUNCTION = "func.func "
_STRING = re.compile(r'"[^"\n]*"')
_VALUE = re.compile(r"%\w+")
_DEFINED = re.compile(r"^ *(%\w+)(?::\d+)? = ", re.MULTILINE)
_UNCHANGED = re.compile(r"^ *(%\w+) = stablehlo\.convert (%\w+) : tensor<[^<>]*>\n", re.MULTILINE)


def statements_of(printed: str) -> str | None:
    """Return a module without the parts that do not affect its results; None if they cannot be separated.

    Args:
        printed: the module as MLIR prints it. Values of one function have different names unless they are in different
            regions.
    """
    if any("%" in each for each in _STRING.findall(printed)):
        return None
    return _FUNCTION.join(map(_of_function, printed.split(_FUNCTION)))


def _of_function(text: str) -> str:
    """Return a function with its values numbered in the order of the text."""
    defined = Counter(_DEFINED.findall(text))
    original: dict[str, str] = {}

    def leave_out(match: re.Match[str]) -> str:
        result, operand = match.groups()
        if defined[result] > 1:
            return match[0]
        original[result] = original.get(operand, operand)
        return ""

    text = _UNCHANGED.sub(leave_out, text)
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        name = original.get(match[0], match[0])
        return numbers.setdefault(name, f"%{len(numbers)}")

    return _VALUE.sub(number, text)
