"""What a column may hold: a test of each column's value, made of small ones.

A row may be anybody's, and JSON knows more than a row may say: numbers of any size, lists of anything. Every test takes
any value and returns whether it is allowed.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from synthesis.core.records import DIFFICULTIES, GradientStatus, Role

Test = Callable[[Any], bool]
LARGEST_INTEGER = 2**63 - 1
"""The largest whole number that a column of 64 bits holds."""
_DEEPEST = 64
"""How deep the parts of a signature may be inside each other."""
_ENDS_WITH_WHY = re.compile(
    rf"({GradientStatus.AGREES}|{GradientStatus.NONE}|{GradientStatus.NOT_CHECKED}|{GradientStatus.CONVENTION}: .+"
    rf"|{GradientStatus.DISAGREES}(: .+)?|{GradientStatus.NOT_APPLICABLE}: .+)",
    re.DOTALL,
)


def is_text(value: Any) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    """Whether it is a text that is not empty."""
    return isinstance(value, str) and value != ""


def is_flag(value: Any) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """Whether it is a whole number of 64 bits."""
    return type(value) is int and -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER


def is_number(value: Any) -> bool:
    """Whether it is a finite number that a double can hold."""
    if type(value) is int:
        return value.bit_length() <= 1023
    return type(value) is float and math.isfinite(value)


def is_share(value: Any) -> bool:
    """Whether it is a number from 0 to 1."""
    return is_number(value) and 0 <= value <= 1


def is_difficulty(value: Any) -> bool:
    """Whether it is one of the difficulties."""
    return type(value) is int and value in DIFFICULTIES


def is_seed(value: Any) -> bool:
    """Whether it is a whole number of 64 bits, or None."""
    return value is None or is_integer(value)


def is_index(value: Any) -> bool:
    """Whether it is a whole number of 64 bits that is not negative, or None."""
    return value is None or (is_integer(value) and value >= 0)


def is_gradient(value: Any) -> bool:
    """Whether it is a status of derivatives, with a reason where the status has one."""
    return isinstance(value, str) and _ENDS_WITH_WHY.fullmatch(value) is not None


def is_json(value: Any) -> bool:
    """Whether all numbers in a JSON value are finite."""
    match value:
        case dict():
            return all(map(is_json, cast(dict[str, Any], value).values()))
        case list():
            return all(map(is_json, cast(list[Any], value)))
        case _:
            return value is None or isinstance(value, bool | str) or is_number(value)


def is_one_of_each(value: Any) -> bool:
    """Whether it is a list of names, none of them twice."""
    return list_of(is_name)(value) and len(set(value)) == len(value)


def list_of(test: Test) -> Test:
    """A test for lists of what passes a test."""
    return lambda value: isinstance(value, list) and all(map(test, cast(list[Any], value)))


def map_of(test: Test) -> Test:
    """A test for objects whose keys are names and whose values pass a test."""
    return lambda value: (
        isinstance(value, dict)
        and all(is_name(key) and test(each) for key, each in cast(dict[Any, Any], value).items())
    )


def is_line_map(value: Any) -> bool:
    """Whether it is lists of three whole numbers, by level."""
    return map_of(list_of(lambda step: list_of(is_integer)(step) and len(step) == 3))(value)


_ORIGIN: Mapping[str, Test] = {
    "kind": lambda value: value in ("synthetic", "extracted"),
    "package": is_text,
    "version": is_text,
    "file": is_text,
    "line": lambda value: is_integer(value) and value >= 0,
}


def is_origin(value: Any) -> bool:
    """Whether it is where a kernel comes from: extracted if there is a file, and else all empty."""
    if not _is_object(value, _ORIGIN):
        return False
    if value["kind"] == "extracted":
        return value["file"] != ""
    return value == {"kind": "synthetic", "package": "", "version": "", "file": "", "line": 0}


def is_signature(value: Any) -> bool:
    """Whether every part of a signature is there, of its type, and no other part."""
    return _is_signature(value, 0)


def _is_signature(value: Any, depth: int) -> bool:
    parts: Mapping[str, Test] = {
        "arguments": list_of(lambda each: _is_argument(each, 0)),
        "results": list_of(lambda each: _is_argument(each, 0)),
        "launch": _is_shape,
        "tiled": is_flag,
        "differentiable": is_one_of_each,
        "cotangents": is_one_of_each,
        "call": lambda each: each is None or (isinstance(each, dict) and is_json(each)),
    }
    return _is_object(value, parts, {"twin": lambda each: depth == 0 and _is_signature(each, 1)})


def _is_argument(value: Any, depth: int) -> bool:
    parts: Mapping[str, Test] = {
        "name": is_name,
        "type": is_text,
        "dtype": is_name,
        "element": list_of(is_integer),
        "shape": _is_shape,
        "role": lambda each: each in list(Role),
        "domain": _is_domain,
    }
    further: Mapping[str, Test] = {
        "fields": list_of(lambda each: depth < _DEEPEST and _is_argument(each, depth + 1)),
        "handle": is_name,
        "base": list_of(lambda each: is_number(each) or each in ("nan", "inf", "-inf")),
        "recorded": is_flag,
        "same": is_name,
    }
    return _is_object(value, parts, further)


def _is_shape(value: Any) -> bool:
    return value is None or list_of(lambda size: size is None or is_integer(size))(value)


def _is_domain(value: Any) -> bool:
    return value is None or (list_of(is_number)(value) and len(value) == 2 and value[0] <= value[1])


def _is_object(value: Any, parts: Mapping[str, Test], further: Mapping[str, Test] | None = None) -> bool:
    """Whether an object has all of some parts, perhaps some of others, and nothing else."""
    known = {**parts, **(further or {})}
    return (
        isinstance(value, dict)
        and parts.keys() <= value.keys() <= known.keys()
        and all(known[name](each) for name, each in cast(dict[str, Any], value).items())
    )
