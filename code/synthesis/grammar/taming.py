"""How values that many steps have let grow are brought back towards zero: made smaller by a factor, or cut off.

An interval is the worst case; most values lie far inside, and a constant factor that fits the interval would leave next
to nothing of them. So values are cut off where enough of them are left, as people limit a step or clip a gradient.
"""

from dataclasses import dataclass

from synthesis.grammar import intervals
from synthesis.grammar.streams import Stream
from synthesis.records import Domain

CALM = {"float16": 8.0, "bfloat16": 8.0, "float32": 40.0, "float64": 40.0}
"""How large the values of a format may become before they are brought back; what comes after them needs room."""
_LIMITS, _NARROW_LIMITS = (10.0, 20.0), (5.0, 8.0)
_NARROW = 10.0
"""Formats that are calm below this have the smaller limits."""
_FACTORS = (0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 1e-3, 1e-4)
_CUT = 3.0
"""How many times as large as a limit values may be that are cut off there."""
_SCALED = 0.4
"""How often values that need no small factor have one, though they might be cut off."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """Values times a factor."""

    factor: float
    interval: Domain


@dataclass(frozen=True, slots=True)
class Limited:
    """Values cut off at a lower and an upper bound."""

    low: float
    high: float
    interval: Domain


def draw_taming(stream: Stream, interval: Domain, calm: float, *, limits: bool = True) -> Scaled | Limited:
    """What is done to values of an interval that is larger than calm.

    Args:
        stream: the random choices.
        interval: of the values.
        calm: how large they may be afterwards, as in ``CALM``.
        limits: whether they may be cut off at all.
    """
    limit = stream.choice(_NARROW_LIMITS if calm < _NARROW else _LIMITS)
    bound = interval.magnitude
    if not limits or not may_be_limited(interval, limit) or (bound <= 4 * calm and stream.chance(_SCALED)):
        factor = shrinking_factor(bound, calm)
        return Scaled(factor, intervals.scale(interval, factor))
    left = Domain(low=max(-limit, min(interval.low, 0.0)), high=min(limit, max(interval.high, 0.0)))
    return Limited(0.0 if interval.low >= 0 else -limit, limit, left)


def may_be_limited(interval: Domain, limit: float) -> bool:
    """Whether enough of an interval lies within a limit of either sign that cutting the rest off leaves many values."""
    return interval.magnitude <= _CUT * limit and abs(interval.low + interval.high) <= limit


def shrinking_factor(bound: float, calm: float) -> float:
    """A factor, as people write them, by which values of so large a size are no larger than another."""
    return next((each for each in _FACTORS if bound * each <= calm), _FACTORS[-1])
