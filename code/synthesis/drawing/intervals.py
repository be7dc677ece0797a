"""Interval arithmetic, which bounds values before any input is drawn.

Each function takes the intervals of an operation's operands and returns one that contains every result. The bounds are
those of real arithmetic. Rounding errors are far below the margins of the operations' domains.
"""

import math
from collections.abc import Callable, Iterable

from synthesis.core.signatures import Domain

ANYTHING = Domain(low=-1e6, high=1e6)


def point(value: float) -> Domain:
    """Return the interval of a constant."""
    return Domain(low=value, high=value)


def hull(domains: Iterable[Domain]) -> Domain:
    """Return the smallest interval that contains all given ones."""
    listed = list(domains)
    return Domain(low=min(domain.low for domain in listed), high=max(domain.high for domain in listed))


def overlap(a: Domain, b: Domain) -> float:
    """Return the width of the intersection of two intervals; negative if they are disjoint."""
    return min(a.high, b.high) - max(a.low, b.low)


def add(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``x + y``."""
    return Domain(low=a.low + b.low, high=a.high + b.high)


def negative(a: Domain) -> Domain:
    """Return the interval of ``-x``."""
    return Domain(low=-a.high, high=-a.low)


def subtract(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``x - y``."""
    return add(a, negative(b))


def multiply(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``x * y``."""
    corners = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    return Domain(low=min(corners), high=max(corners))


def divide(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``x / y``. The divisor's interval must not contain zero."""
    return multiply(a, Domain(low=1 / b.high, high=1 / b.low))


def scale(a: Domain, factor: float) -> Domain:
    """Return the interval of the sum of ``factor`` values from one interval."""
    return Domain(low=a.low * factor, high=a.high * factor)


def minimum(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``min(x, y)``."""
    return Domain(low=min(a.low, b.low), high=min(a.high, b.high))


def maximum(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``max(x, y)``."""
    return Domain(low=max(a.low, b.low), high=max(a.high, b.high))


def absolute(a: Domain) -> Domain:
    """Return the interval of ``abs(x)``."""
    nearest = 0.0 if a.low <= 0 <= a.high else min(abs(a.low), abs(a.high))
    return Domain(low=nearest, high=a.magnitude)


def square(a: Domain) -> Domain:
    """Return the interval of ``x * x``."""
    size = absolute(a)
    return Domain(low=size.low**2, high=size.high**2)


def power(a: Domain, b: Domain) -> Domain:
    """Return the interval of ``x ** y`` for positive x."""
    corners = (a.low**b.low, a.low**b.high, a.high**b.low, a.high**b.high)
    return Domain(low=min(corners), high=max(corners))


def increasing(function: Callable[[float], float]) -> Callable[[Domain], Domain]:
    """Return the interval rule of a non-decreasing function."""
    return lambda a: Domain(low=function(a.low), high=function(a.high))


def decreasing(function: Callable[[float], float]) -> Callable[[Domain], Domain]:
    """Return the interval rule of a non-increasing function."""
    return lambda a: Domain(low=function(a.high), high=function(a.low))


def _wave(a: Domain, function: Callable[[float], float], crest: float) -> Domain:
    """Return the interval of a sine-like function with maxima at ``crest`` + 2πk."""
    if a.width >= 2 * math.pi:
        return Domain(low=-1.0, high=1.0)
    ends = (function(a.low), function(a.high))
    has_crest = math.floor((a.high - crest) / (2 * math.pi)) >= math.ceil((a.low - crest) / (2 * math.pi))
    trough = crest + math.pi
    has_trough = math.floor((a.high - trough) / (2 * math.pi)) >= math.ceil((a.low - trough) / (2 * math.pi))
    return Domain(low=-1.0 if has_trough else min(ends), high=1.0 if has_crest else max(ends))


def sine(a: Domain) -> Domain:
    """Return the interval of ``sin(x)``."""
    return _wave(a, math.sin, math.pi / 2)


def cosine(a: Domain) -> Domain:
    """Return the interval of ``cos(x)``."""
    return _wave(a, math.cos, 0.0)
