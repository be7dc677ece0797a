"""Where a function is near a bound, its slope is what rounding leaves of two numbers that cancel."""

import numpy as np
import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.verification.slopes import STEP, STEPS, differences

JAX = """
import jax
import jax.numpy as jnp


@jax.custom_jvp
def steep(x):
    return jnp.tanh(x)


steep.defjvp(lambda primals, tangents: (jnp.tanh(primals[0]), 1.02 * (1.0 - jnp.tanh(primals[0]) ** 2) * tangents[0]))


def saturated(x):
    return 3.0 * jnp.tanh(8.0 * x)


def saturated_more(x):
    return 3.0 * jnp.tanh(10.0 * x), jax.nn.sigmoid(12.0 * x)


def saturated_most(x):
    return 3.0 * jnp.tanh(15.0 * x)


def too_steep(x):
    return steep(3.0 * x)


def constant_but_for_rounding(x):
    return (x * x + 2.0) / (x * x + 2.0 + 1e-6)
"""
ROW = ArrayType("float32", (8,), Domain(low=-2.0, high=2.0))
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]
NAMES = ("saturated", "saturated_more", "saturated_most", "too_steep", "constant_but_for_rounding")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    examples = Examples(tables={"steep": {"x": ROW}} | {name: {"x": ROW} for name in NAMES})
    return pairs_of_source(tmp_path_factory.mktemp("saturated"), JAX, examples=examples, frontend="jax", level=LEVELS)


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["saturated", "saturated_more", "saturated_most"])
def test_a_right_derivative_of_a_function_near_its_bound_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)


@pytest.mark.needs("jax")
def test_a_derivative_that_is_off_by_two_in_a_hundred_is_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["too_steep"].verdict.verified == ("stablehlo",)


@pytest.mark.needs("jax")
def test_slopes_that_are_no_more_than_rounding_verify_nothing(pairs: dict[str, Pair]) -> None:
    assert pairs["constant_but_for_rounding"].verdict.verified == ("stablehlo",)
    assert all(each.symptom == "not_differentiable" for each in pairs["constant_but_for_rounding"].rejections)


def test_a_slope_is_measured_more_exactly_than_a_large_output() -> None:
    """Outputs that are changed by some units of float32 have slopes that are off by a twentieth at most."""
    slope = np.array([2.0, 0.5, 1.0, 0.25])
    middle = 3e5 + slope
    runs = middle + np.array(STEPS)[:, None] * STEP * slope
    found = differences(middle, runs[None], [slice(0, 4)])
    assert np.allclose(found.slope, slope, rtol=1e-4)
    assert (found.uncertainty < 0.06 * np.sqrt(np.mean(slope**2))).all()
