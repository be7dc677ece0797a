"""The compile options that determine a Triton kernel's texts, as recorded in a row's ``options`` column."""

from collections.abc import Mapping
from typing import Any, cast

from synthesis.core.signatures import Argument
from synthesis.frontends.options import Allowed, one_of, whole

DEFAULTS: Mapping[str, Any] = {
    "divisible_by_16": [],
    "enable_fp_fusion": True,
    "maxnreg": None,
    "num_ctas": 1,
    "num_stages": 3,
    "num_warps": 4,
}
"""Triton's own defaults on NVIDIA's devices."""


def _are_names(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    names = cast("list[Any]", value)
    return all(isinstance(each, str) and each.isidentifier() for each in names)


ALLOWED: Mapping[str, Allowed] = {
    "divisible_by_16": Allowed("a list of arguments", _are_names),
    "enable_fp_fusion": one_of(False, True),
    "maxnreg": Allowed("null or 8 to 255", lambda value: value is None or (type(value) is int and 8 <= value <= 255)),
    "num_ctas": one_of(1, 2, 4, 8, 16),
    "num_stages": whole(1, 16),
    "num_warps": one_of(1, 2, 4, 8, 16, 32),
}
"""The allowed values of each option of a row.

``divisible_by_16`` names the pointers whose addresses and the integers whose values are multiples of 16.
"""


def is_multiple(argument: Argument) -> bool:
    """Return whether an argument is an integer with only one possible value, a multiple of 16.

    Triton passes this property to its compiler as a hint.
    """
    domain = argument.domain
    if argument.shape is not None or argument.is_float or domain is None:
        return False
    return domain.width == 0 and domain.low % 16 == 0
