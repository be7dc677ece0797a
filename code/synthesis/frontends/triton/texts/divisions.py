"""Divisions of integers, and what a division by zero does."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from synthesis.frontends.triton.texts.elementwise import as_unsigned
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.machine import Effect, Machine
from synthesis.frontends.triton.texts.shapes import check
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.values import Binary, Number, where


def _truncated(a: Number, b: Number) -> Number:
    return (a - np.fmod(a, b)) // b


def _rounded_up(a: Number, b: Number) -> Number:
    return a // b + (np.fmod(a, b) != 0).astype(a.dtype)


def _division(compute: Binary, signed: bool, operation: Operation) -> Effect:
    """Return a division that checks its divisor.

    Args:
        compute: a function of signed or unsigned integers.
        signed: whether the integers are signed.
        operation: the operation.
    """
    given, line = operation.operands[0].type, operation.line
    check(operation, given.is_integer and given.element != "i1")
    divide = compute if signed else as_unsigned(compute)

    def effect(machine: Machine, a: Number, b: Number) -> Number:
        if not b.all():
            garbage, zero = machine.undefined(line, "a division by zero"), b == 0
            return where(zero, a.dtype.type(garbage), effect(machine, a, where(zero, b.dtype.type(1), b)[()]))[()]
        if signed and (b == -1).any() and ((b == -1) & (a == np.iinfo(a.dtype).min)).any():
            raise TextError(line, "a signed division that overflows")
        return divide(a, b)

    return effect


DIVISIONS: Mapping[str, Callable[[Operation], Effect]] = MappingProxyType(
    {
        "arith.divsi": partial(_division, _truncated, True),
        "arith.divui": partial(_division, np.floor_divide, False),
        "arith.remsi": partial(_division, np.fmod, True),
        "arith.remui": partial(_division, np.fmod, False),
        "arith.floordivsi": partial(_division, np.floor_divide, True),
        "arith.ceildivsi": partial(_division, _rounded_up, True),
        "arith.ceildivui": partial(_division, _rounded_up, False),
    }
)
"""The functions that execute divisions of integers."""
