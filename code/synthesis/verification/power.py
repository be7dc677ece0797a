"""Checks, before anything runs, whether given inputs can detect wrong texts.

On a narrow domain every function is nearly a straight line, and with one thread nothing depends on the thread's index.
So a text that computes another function, or does something else in the other threads, would pass.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Reference, ReferenceFaultError, ReferenceUnknownError, Values
from synthesis.verification.tolerances import distances, sizes_of

_NARROW = 0.1
"""Width of a domain below which the kernel is checked for linearity.

It is relative to the absolute lower bound, or to 1 if that is larger.
"""
_STRICTER = 0.25
"""Factor on the tolerances within which a kernel that was verified before counts as linear."""
_CURVED = 1e-3
"""Smallest relative deviation from a straight line, on the wider domain, of a kernel that counts as nonlinear."""


def find_weakness(
    reference: Reference,
    spec: KernelSpec,
    runs: Sequence[Values],
    double: Sequence[Values],
    tolerance: Mapping[str, float],
    *,
    fresh: bool,
) -> Unproved | None:
    """Return why the inputs cannot detect wrong texts; None if nothing indicates that.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        runs: the draws, at least two.
        double: the reference's results on them in float64.
        tolerance: array to the relative tolerance of a text.
        fresh: whether the row has just been made. If it was verified before, the kernel must be closer to a straight
            line to count as linear, since it may be less curved on inputs of another seed.
    """
    if reference.is_of_one_thread:
        return weak_inputs("the launch has a single thread, and the kernel uses the thread's index")
    tolerance = {name: each if fresh else each * _STRICTER for name, each in tolerance.items()}
    for argument in spec.signature.spread.arguments:
        if _is_narrow(argument) and len(runs) > 1:
            straight = _is_straight(reference, argument, runs, double, tolerance)
            if straight:
                domain = argument.domain
                assert domain is not None
                where = f"[{domain.low:g}, {domain.high:g}]"
                return weak_inputs(f"for {argument.name} in {where} the kernel is too close to a linear function")
    return None


def weak_inputs(why: str) -> Unproved:
    """Return the reason why texts are not verified on inputs that cannot detect wrong texts.

    Args:
        why: an explanation, which becomes part of the message.
    """
    return Unproved(Hindrance.INPUTS_NOT_DISCRIMINATING, f"{Hindrance.INPUTS_NOT_DISCRIMINATING}: {why}")


def _is_narrow(argument: Argument) -> bool:
    domain = argument.domain
    if domain is None or argument.role is Role.OUTPUT or not argument.is_float or argument.fields or argument.base:
        return False
    return domain.width < _NARROW * max(1.0, abs(domain.low))


def _is_straight(
    reference: Reference,
    argument: Argument,
    runs: Sequence[Values],
    double: Sequence[Values],
    tolerance: Mapping[str, float],
) -> bool:
    """Return whether a kernel is linear in an argument on the argument's domain, but not on a wider one."""
    name, first, domain = argument.name, runs[0], argument.domain
    assert domain is not None
    if np.array_equal(first[name], runs[1][name]):
        return False
    near = _bend(reference, first, name, (first[name], runs[1][name]), double[0])
    if near is None or any(size > tolerance.get(array, 0.0) for array, size in near.items()):
        return False
    wide = Domain(low=domain.low, high=domain.low + max(1.0, abs(domain.low)))
    ends = (
        _scaled(first[name], domain.low, wide.width / domain.width),
        _scaled(runs[1][name], domain.low, wide.width / domain.width),
    )
    far = _bend(reference, first, name, ends, None)
    return far is not None and any(size > max(_CURVED, tolerance.get(array, 0.0)) for array, size in far.items())


def _scaled(values: Any, low: float, scale: float) -> Any:
    return (low + (values.astype(float) - low) * scale).astype(values.dtype)


def _bend(
    reference: Reference, run: Values, name: str, values: tuple[Any, Any], first: Values | None
) -> dict[str, float] | None:
    """Return, by array, the deviation of the result at the mean of two values of an argument from the mean result.

    The deviations are relative. The result is None if the kernel fails there, or if a deviation is not finite.
    """
    one, other = values
    middle = ((one.astype(float) + other.astype(float)) / 2).astype(one.dtype)
    given = [{**run, name: each} for each in (one, other, middle)]
    try:
        if first is None:
            left, right, between = reference(given, double=True)
        else:
            left, (right, between) = first, reference(given[1:], double=True)
    except (ReferenceFaultError, ReferenceUnknownError):
        return None
    found: dict[str, float] = {}
    for array, value in between.items():
        if array == name or value.dtype.kind != "f":
            continue
        with np.errstate(all="ignore"):
            expected = (left[array].astype(float) + right[array].astype(float)) / 2
            off = distances(value, expected) / np.maximum(sizes_of(expected), np.median(sizes_of(expected)) + 1e-300)
        if not np.isfinite(off).all():
            return None
        found[array] = float(off.max(initial=0.0))
    return found
