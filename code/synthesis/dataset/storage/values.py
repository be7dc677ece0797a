"""Tests of column values.

Rows may be untrusted, and JSON allows more than a row does: numbers of any size, lists of anything. Each test takes any
value and returns whether it is allowed.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from synthesis.core.records import DIFFICULTIES
from synthesis.core.signatures import Role
from synthesis.core.verdicts import GradientStatus

Test = Callable[[Any], bool]
LARGEST_INTEGER = 2**63 - 1
"""The largest value of a 64-bit integer column."""
_DEEPEST = 64
"""Maximum nesting depth of the fields of an argument."""
_ENDS_WITH_WHY = re.compile(
    rf"({GradientStatus.AGREES}|{GradientStatus.NONE}|{GradientStatus.NOT_CHECKED}|{GradientStatus.CONVENTION}: .+"
    rf"|{GradientStatus.DISAGREES}(: .+)?|{GradientStatus.NOT_APPLICABLE}: .+)",
    re.DOTALL,
)


def is_text(value: Any) -> bool:
    """Return whether the value is a string."""
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    """Return whether the value is a non-empty string."""
    return isinstance(value, str) and value != ""


def is_flag(value: Any) -> bool:
    """Return whether the value is True or False."""
    return isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """Return whether the value is a 64-bit integer."""
    return type(value) is int and -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER


def is_number(value: Any) -> bool:
    """Return whether the value is a finite number in the range of a double."""
    if type(value) is int:
        return value.bit_length() <= 1023
    return type(value) is float and math.isfinite(value)


def is_share(value: Any) -> bool:
    """Return whether the value is a number from 0 to 1."""
    return is_number(value) and 0 <= value <= 1


def is_difficulty(value: Any) -> bool:
    """Return whether the value is a valid difficulty."""
    return type(value) is int and value in DIFFICULTIES


def is_seed(value: Any) -> bool:
    """Return whether the value is a 64-bit integer or None."""
    return value is None or is_integer(value)


def is_index(value: Any) -> bool:
    """Return whether the value is a non-negative 64-bit integer or None."""
    return value is None or (is_integer(value) and value >= 0)


def is_gradient(value: Any) -> bool:
    """Return whether the value is a gradient status, followed by a reason if that status has one."""
    return isinstance(value, str) and _ENDS_WITH_WHY.fullmatch(value) is not None


def is_json(value: Any) -> bool:
    """Return whether the value is a JSON value without non-finite numbers."""
    match value:
        case dict():
            return all(map(is_json, cast(dict[str, Any], value).values()))
        case list():
            return all(map(is_json, cast(list[Any], value)))
        case _:
            return value is None or isinstance(value, bool | str) or is_number(value)


def is_one_of_each(value: Any) -> bool:
    """Return whether the value is a list of distinct names."""
    return list_of(is_name)(value) and len(set(value)) == len(value)


def list_of(test: Test) -> Test:
    """Return a test for lists whose items pass a test."""
    return lambda value: isinstance(value, list) and all(map(test, cast(list[Any], value)))


def map_of(test: Test) -> Test:
    """Return a test for objects whose keys are names and whose values pass a test."""
    return lambda value: (
        isinstance(value, dict)
        and all(is_name(key) and test(each) for key, each in cast(dict[Any, Any], value).items())
    )


def is_line_map(value: Any) -> bool:
    """Return whether a value maps levels to lists of integer triples."""
    return map_of(list_of(lambda step: list_of(is_integer)(step) and len(step) == 3))(value)


_ORIGIN: Mapping[str, Test] = {
    "kind": lambda value: value in ("synthetic", "extracted"),
    "package": is_text,
    "version": is_text,
    "file": is_text,
    "line": lambda value: is_integer(value) and value >= 0,
}


def is_origin(value: Any) -> bool:
    """Return whether the value is a valid origin of a kernel.

    The origin of an extracted kernel has a file; that of a drawn kernel has only empty fields.
    """
    if not _is_object(value, _ORIGIN):
        return False
    if value["kind"] == "extracted":
        return value["file"] != ""
    return value == {"kind": "synthetic", "package": "", "version": "", "file": "", "line": 0}


def is_signature(value: Any) -> bool:
    """Return whether the value has all parts of a signature with their types, and no others."""
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
    """Return whether an object has all required parts, possibly some optional ones, and no others."""
    known = {**parts, **(further or {})}
    return (
        isinstance(value, dict)
        and parts.keys() <= value.keys() <= known.keys()
        and all(known[name](each) for name, each in cast(dict[str, Any], value).items())
    )
