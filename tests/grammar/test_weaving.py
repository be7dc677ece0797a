"""How often people write what a weaver chooses from."""

import functools
import re

import pytest

from synthesis import KernelGenerator
from synthesis.drawing.operations import has_two_constants
from synthesis.drawing.syntax import Call, Expression, Infix, Literal, Name, Negation

X, TWO, HALF = Name("x"), Literal("2.0"), Call(Name("wp.float16"), (Literal("0.5"),))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Infix("-", Infix("+", X, TWO), HALF), True),
        (Infix("*", TWO, Infix("/", X, Negation(TWO))), True),
        (Infix("-", TWO, Infix("-", HALF, X)), True),
        (Infix("+", Infix("*", X, TWO), HALF), False),
        (Infix("*", Infix("+", X, TWO), HALF), False),
        (Infix("+", Call(Name("wp.sin"), (Infix("+", X, TWO),)), HALF), False),
        (Infix("-", X, TWO), False),
        (Infix("%", Infix("%", X, TWO), TWO), False),
        (X, False),
    ],
)
def test_a_sum_or_product_with_two_constants_is_told(node: Expression, expected: bool) -> None:
    assert has_two_constants(node) is expected


@functools.cache
def sources(frontend: str) -> list[str]:
    """Three hundred kernels, for all tests that only read them."""
    generator = KernelGenerator(frontend, 4)
    return [generator.spec(index).source for index in range(300)]


@pytest.mark.parametrize(
    ("name", "most"), [("sin|sinf", 0.25), ("tanh", 0.1), ("atan|arctan", 0.06), ("arcsinh|asinh", 0.04)]
)
@pytest.mark.parametrize("frontend", [pytest.param("warp", marks=pytest.mark.needs("warp")),
                                      pytest.param("jax", marks=pytest.mark.needs("jax"))])  # fmt: skip
@pytest.mark.xdist_group("weaving")  # by one worker, which draws the kernels once
def test_functions_that_few_people_call_are_in_few_kernels(frontend: str, name: str, most: float) -> None:
    drawn = sources(frontend)
    calling = sum(bool(re.search(rf"\.(?:{name})\(", source)) for source in drawn)
    assert calling < 1.6 * most * len(drawn)
