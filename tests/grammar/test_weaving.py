"""How often people write what a weaver chooses from."""

import re

import pytest

from synthesis import KernelGenerator


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
