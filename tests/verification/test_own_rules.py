"""Derivative rules of a function's own are checked in float64 if the function computes in 16 bits."""

from pathlib import Path

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax
import jax.numpy as jnp


def swish_slope(x):
    s = jax.nn.sigmoid(x)
    return s * (1 + x * (1 - s))


@jax.custom_vjp
def swish(x):
    return x * jax.nn.sigmoid(x)


swish.defvjp(lambda x: (swish(x), x), lambda x, g: (g * swish_slope(x),))


@jax.custom_vjp
def steep_swish(x):
    return x * jax.nn.sigmoid(x)


steep_swish.defvjp(lambda x: (steep_swish(x), x), lambda x, g: ((1.03 * g * swish_slope(x)).astype(x.dtype),))


@jax.custom_jvp
def capped(x):
    return 8.0 * jnp.tanh(x / 8.0)


capped.defjvps(lambda t, y, x: t * (1.04 - jnp.tanh(x / 8.0) ** 2))


def right(x):
    return swish(x)


def too_steep(x):
    return steep_swish(x)


def too_steep_along(x):
    return capped(x)
"""
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]


@pytest.mark.parametrize("dtype", ["bf16", "f16"])
def test_a_rule_that_is_off_by_less_than_16_bits_show_is_refused(tmp_path: Path, dtype: str) -> None:
    names = ("swish_slope", "swish", "steep_swish", "capped", "right", "too_steep", "too_steep_along")
    row = {"x": parse_type(f"{dtype}[8,16]")}
    examples = Examples(tables=dict.fromkeys(names, row))
    pairs: dict[str, Pair] = pairs_of_source(tmp_path, SOURCE, examples=examples, frontend="jax", level=LEVELS)
    assert pairs["right"].verdict.verified == ("stablehlo", "vjp_stablehlo")
    assert pairs["too_steep"].verdict.verified == ("stablehlo",)
    assert pairs["too_steep_along"].verdict.verified == ("stablehlo",)
