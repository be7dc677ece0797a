"""How often people write what a weaver chooses from, and how large values are kept small."""

import re

import pytest

from synthesis import KernelGenerator
from synthesis.grammar.taming import may_be_limited, shrinking_factor
from synthesis.records import Domain


@pytest.mark.parametrize(
    ("name", "most"), [("sin|sinf", 0.25), ("tanh", 0.1), ("atan|arctan", 0.06), ("arcsinh|asinh", 0.04)]
)
@pytest.mark.parametrize("frontend", [pytest.param("warp", marks=pytest.mark.needs("warp")),
                                      pytest.param("jax", marks=pytest.mark.needs("jax"))])  # fmt: skip
def test_functions_that_few_people_call_are_in_few_kernels(frontend: str, name: str, most: float) -> None:
    generator = KernelGenerator(frontend, 4)
    count = 300
    calling = sum(bool(re.search(rf"\.(?:{name})\(", generator.spec(index).source)) for index in range(count))
    assert calling < 1.6 * most * count


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-30, 30, True), (-8, 12, True), (0, 300, False), (100, 120, False), (-40, 40, False)],
)
def test_values_are_cut_off_where_many_are_left(low: float, high: float, expected: bool) -> None:
    assert may_be_limited(Domain(low=low, high=high), 10.0) is expected


@pytest.mark.parametrize(("bound", "expected"), [(50, 0.5), (150, 0.25), (400, 0.1), (100_000, 1e-4), (1e7, 1e-4)])
def test_large_values_are_scaled_by_round_factors(bound: float, expected: float) -> None:
    assert shrinking_factor(bound, 40.0) == expected
