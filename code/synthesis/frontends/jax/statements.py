"""Which StableHLO modules are the same statements: one execution is enough for both.

JAX lowers a function and the jaxpr that it has printed of it to the same module, but for the names of values and for
conversions to the type that a value has, which mark where a type was weak and do nothing.
"""

import re
from collections import Counter

_FUNCTION = "func.func "
_STRING = re.compile(r'"[^"\n]*"')
_VALUE = re.compile(r"%\w+")
_DEFINED = re.compile(r"^ *(%\w+)(?::\d+)? = ", re.MULTILINE)
_UNCHANGED = re.compile(r"^ *(%\w+) = stablehlo\.convert (%\w+) : tensor<[^<>]*>\n", re.MULTILINE)


def statements_of(printed: str) -> str | None:
    """A module without what does not matter to what it computes; None if that cannot be told apart from the rest.

    Args:
        printed: as MLIR itself prints it, which gives values of one function different names unless they stand in
            different regions.
    """
    if any("%" in each for each in _STRING.findall(printed)):
        return None
    return _FUNCTION.join(map(_of_function, printed.split(_FUNCTION)))


def _of_function(text: str) -> str:
    """A function with its values numbered in the order of the text."""
    defined = Counter(_DEFINED.findall(text))
    stands_for: dict[str, str] = {}

    def leave_out(match: re.Match[str]) -> str:
        result, operand = match.groups()
        if defined[result] > 1:
            return match[0]
        stands_for[result] = stands_for.get(operand, operand)
        return ""

    text = _UNCHANGED.sub(leave_out, text)
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        name = stands_for.get(match[0], match[0])
        return numbers.setdefault(name, f"%{len(numbers)}")

    return _VALUE.sub(number, text)
