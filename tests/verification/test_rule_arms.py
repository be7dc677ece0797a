"""A derivative rule that is wrong in an arm of its own is refused, or not verified if no point takes the arm."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax
import jax.numpy as jnp


@jax.custom_vjp
def shifted(x, n):
    return x * x + n


shifted.defvjp(
    lambda x, n: (shifted(x, n), (x, n)),
    lambda saved, g: (g * 2 * saved[0] * jnp.where(saved[1] > 77, 1.1, 1.0), None),
)


def _bounded_slope(x):
    return jax.lax.cond(jnp.max(x) < -1.2, lambda: jnp.ones_like(x), lambda: 1 - jnp.tanh(x) ** 2)


@jax.custom_vjp
def bounded(x, n):
    return jnp.tanh(x) * n


bounded.defvjp(
    lambda x, n: (bounded(x, n), (x, n)),
    lambda saved, g: (g * saved[1] * _bounded_slope(saved[0]), None),
)


def _ordered_slope(x, g):
    slope = jnp.zeros_like(g).at[jnp.argsort(x)].set(g)
    return jnp.where(jnp.all(jnp.diff(x) > 0), 2 * slope, slope)


@jax.custom_vjp
def ordered(x, n):
    return jnp.sort(x) * n


ordered.defvjp(
    lambda x, n: (ordered(x, n), (x, n)),
    lambda saved, g: (_ordered_slope(saved[0], g * saved[1]), None),
)


@jax.custom_vjp
def length(x, n):
    return jnp.sqrt(jnp.sum(x * x)) + n


def _length_slope(x, size):
    return jnp.where(size > 0, x / jnp.where(size > 0, size, 1.0), 0.0)


length.defvjp(
    lambda x, n: (length(x, n), (x, jnp.sqrt(jnp.sum(x * x)))),
    lambda saved, g: (g * _length_slope(*saved), None),
)


@jax.custom_vjp
def softplus(x, n):
    return jnp.logaddexp(x, 0.0) * n


softplus.defvjp(
    lambda x, n: (softplus(x, n), (x, n)),
    lambda saved, g: (g * saved[1] * jnp.where(saved[0] > 20, 1.0, jax.nn.sigmoid(saved[0])), None),
)
"""
WRONG, RIGHT = ("shifted", "bounded", "ordered"), ("length", "softplus")
LEVELS = ["stablehlo", "vjp_stablehlo"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    given = {"x": parse_type("f32[6]"), "n": parse_type("i32[] in 1..99")}
    slopes = {"_bounded_slope": {"x": given["x"]}, "_ordered_slope": {"x": given["x"], "g": given["x"]}}
    slopes["_length_slope"] = {"x": given["x"], "size": parse_type("f32[]")}
    tables = dict.fromkeys((*WRONG, *RIGHT), given) | slopes
    folder = tmp_path_factory.mktemp("rules")
    return pairs_of_source(folder, SOURCE, examples=Examples(tables=tables), frontend="jax", level=LEVELS)


@pytest.mark.parametrize("name", WRONG)
def test_a_rule_that_is_wrong_in_one_arm_is_not_verified(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("stablehlo",)


@pytest.mark.parametrize("name", RIGHT)
def test_a_constant_that_no_input_selects_keeps_no_rule_from_being_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)
