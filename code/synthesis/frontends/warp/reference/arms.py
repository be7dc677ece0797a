"""A recorder of the arms of expressions: the operands among which a built-in or an operator selects.

If an operand is computed but never selected, an error in it goes unnoticed. The same holds for a factor whose other
factor is zero in every lane, since masks (``wp.step(x) * y``) select by multiplication.
"""

import ast
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.lanes import Taken
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import Array, Value

Operand = tuple[ast.expr, Any, Sequence[Taken]]
"""An operand's expression, its value, and the arms that were taken inside it."""


def _where(machine: Machine, condition: Any, *_: Any) -> list[Array | None]:
    holds = machine.truth(condition)
    if len(holds) == 1 and getattr(condition, "literal", None) is not None:
        return [None, None, None]  # the condition is the same for all inputs
    return [None, holds, ~holds]


def _min(machine: Machine, a: Any, b: Any) -> list[Array | None]:
    return [_any(a, b, np.less), _any(b, a, np.less)]


def _max(machine: Machine, a: Any, b: Any) -> list[Array | None]:
    return [_any(a, b, np.greater), _any(b, a, np.greater)]


def _clamp(machine: Machine, x: Any, low: Any, high: Any) -> list[Array | None]:
    below, above = _any(x, low, np.less), _any(x, high, np.greater)
    return [~(below | above), below, above]


def _lerp(machine: Machine, a: Any, b: Any, share: Any) -> list[Array | None]:
    return [share.data != 1, share.data != 0, None]


def _mul(machine: Machine, a: Any, b: Any) -> list[Array | None]:
    return [_nonzero(b), _nonzero(a)]


def _nonzero(factor: Any) -> Array | None:
    """Return where a scalar factor is not zero; None for a constant or a value of another type."""
    if not isinstance(factor, Value) or factor.type.shape or factor.literal is not None:
        return None
    return factor.data != 0


def _any(left: Any, right: Any, compare: Callable[[Any, Any], Any]) -> Array:
    """Return the lanes in which a comparison holds for some components of two values."""
    one, other = (each.data.reshape(len(each.data), -1) for each in (left, right))
    return np.asarray(compare(one, other)).any(axis=1)


SELECTING: Mapping[str, Callable[..., list[Array | None]]] = {
    "where": _where,
    "min": _min,
    "max": _max,
    "clamp": _clamp,
    "lerp": _lerp,
    "mul": _mul,
}
"""For each function that selects among its operands, a function that returns where each is used (None: everywhere)."""


def note_arms(machine: Machine, name: str, operands: Sequence[Operand]) -> None:
    """Record which operands of a function are used in at least one lane, and which arms inside them are.

    Args:
        machine: the machine of the lanes.
        name: the name of the function. One that is not in :data:`SELECTING` uses all of its operands.
        operands: the operands in order, each with the arms that were taken inside it.
    """
    if machine.trace is None:
        return
    used: Sequence[Array | None] = [None] * len(operands)
    select = SELECTING.get(name)
    if select is not None and len(operands) > 1 and _matter(machine, operands):
        # Operands that cannot be compared are refused when they are computed.
        with contextlib.suppress(AttributeError, TypeError, ValueError, ReferenceUnknownError):
            used = select(machine, *(value for _, value, _ in operands))
    for (node, value, inside), where in zip(operands, used, strict=True):
        machine.note_arm(node, machine.everyone if where is None else where, value, inside)


def _matter(machine: Machine, operands: Sequence[Operand]) -> bool:
    """Return whether an operand, or an arm inside one, may have to be recorded."""
    assert machine.trace is not None
    arms = machine.trace.arms
    return any(inside or arms.get((id(node), 0)) != 0 for node, _, inside in operands)
