"""Interval rules against NumPy: whatever the operands, the result lies inside."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.core.errors import ConfigError
from synthesis.core.signatures import Domain
from synthesis.drawing.functions import BINARY, UNARY

numpy: Any = np


def reference(name: str, *operands: float) -> float:
    """The function as NumPy has it, or as its definition says."""
    match name:
        case "erf":
            return math.erf(*operands)
        case "rsqrt":
            return 1 / math.sqrt(*operands)
        case "sigmoid":
            return 1 / (1 + math.exp(-operands[0]))
        case "softplus":
            return float(numpy.logaddexp(0, *operands))
        case _:
            return float(getattr(numpy, SPELLED.get(name, name))(*operands))


SPELLED = {
    "neg": "negative", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "atan2": "arctan2",
    "sub": "subtract", "mul": "multiply", "div": "divide", "min": "minimum", "max": "maximum", "pow": "power",
}  # fmt: skip


def inside(domain: Domain) -> st.SearchStrategy[tuple[Domain, float]]:
    """An interval of a domain, and a point in it."""
    points = st.floats(max(domain.low, -400), min(domain.high, 400))
    return st.tuples(points, points, st.floats(0, 1)).map(
        lambda drawn: (
            Domain(low=min(drawn[:2]), high=max(drawn[:2])),
            min(drawn[:2]) + drawn[2] * (max(drawn[:2]) - min(drawn[:2])),
        )
    )


def holds(interval: Domain, value: float) -> bool:
    slack = 1e-9 * max(1.0, interval.magnitude)
    return interval.low - slack <= value <= interval.high + slack


@pytest.mark.parametrize("name", UNARY)
def test_unary_rules_hold_every_value(name: str) -> None:
    fact = UNARY[name]

    @given(inside(fact.domain))
    def check(drawn: tuple[Domain, float]) -> None:
        interval, x = drawn
        assert holds(fact.interval(interval), reference(name, x))

    check()


@pytest.mark.parametrize("name", BINARY)
def test_binary_rules_hold_every_value(name: str) -> None:
    fact = BINARY[name]

    @given(inside(fact.domains[0]), inside(fact.domains[1]))
    def check(first: tuple[Domain, float], second: tuple[Domain, float]) -> None:
        assert holds(fact.interval(first[0], second[0]), reference(name, first[1], second[1]))

    check()


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (math.nan, 1.0), (0.0, math.inf)])
def test_what_is_no_interval_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match="finite bounds"):
        Domain(low=bounds[0], high=bounds[1])
