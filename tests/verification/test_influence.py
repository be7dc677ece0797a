"""The derivative of a value that affects no result at any point is not checked, though the value is computed."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.core.verdicts import Hindrance

JAX = """
import jax
import jax.numpy as jnp
from jax import lax


@jax.custom_vjp
def bad(x):
    return x * x


bad.defvjp(lambda x: (x * x, x), lambda x, g: (3.0 * x * g,))


def by_row(x, y):
    return jnp.stack([x, y * y])[(jnp.sum(x) > 100.0).astype(jnp.int32)]


def by_largest(x, y):
    return jnp.max(jnp.stack([x, y * y - 100.0]), axis=0)


def by_order(x, y):
    return jnp.sort(jnp.concatenate([x, y * y + 100.0]))[:4] * y


def by_expert(x, y):
    scores = jnp.stack([jnp.sin(x), jnp.cos(x), jnp.sin(x) - 5.0])
    gate = jax.nn.one_hot(jnp.argmax(scores, axis=0), 3, axis=0)
    return jnp.einsum("eb,eb->b", gate, jnp.stack([x, 2.0 * y, y * y]))


def by_running(x, y):
    return lax.cummax(jnp.concatenate([x, y * y - 100.0]))


def by_floor(x, y):
    return jnp.floor(x / 100.0) * (y * y) + x


def by_matrix(x, y):
    return (x[:, None] > 90.0 + x[None, :]).astype(x.dtype) @ (y * y) + x


def by_sign(x, y):
    return jnp.maximum(jnp.sign(x - 90.0), 0.0) * (y * y) + x


def by_own_rules(x, y):
    return jnp.exp(-1e6 * jnp.abs(x)) * bad(y) + x


def left_out(x, y):
    pair = jax.jit(lambda a, b: (a * 2.0, jnp.where(a > 90.0, jnp.exp(b), b)))
    return pair(x, y)[0] * y


def rotated(x, y):
    pairs = jnp.stack([x[::2] * y[::2] - x[1::2], x[1::2] * y[::2] + x[::2]], -1).reshape(x.shape)
    return jax.nn.softmax(pairs) + jnp.max(jnp.concatenate([x, y]))


def rounded(x, y):
    return jnp.round(10.0 * x) * y


def last_of_scan(x, y):
    pair = lax.associative_scan(lambda l, r: (l[0] * r[0], l[1] * r[0] + r[1]), (x, y))
    return pair[1][-1] + jnp.median(x)
"""
ROW = ArrayType("float32", (4,), Domain(low=0.1, high=1.5))
UNTAKEN = {
    "by_row": "operand 1 of stack in the function", "by_largest": "operand 1 of stack in the function",
    "by_order": "operand 1 of concatenate in the function", "by_expert": "operand 2 of stack in the function",
    "by_running": "operand 1 of concatenate in the function", "by_floor": "operand 1 of mul in the function",
    "by_matrix": "operand 1 of dot_general in the function", "by_sign": "operand 1 of mul in the function",
    "by_own_rules": "the result of bad in the function",
}  # fmt: skip
RIGHT = ["left_out", "rotated", "rounded", "last_of_scan"]
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]
TABLES = {name: {"x": ROW, "y": ROW} for name in [*UNTAKEN, *RIGHT]} | {"bad": {"x": ROW}}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(
        tmp_path_factory.mktemp("influence"), JAX, examples=Examples(tables=TABLES), frontend="jax", level=LEVELS
    )


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", UNTAKEN)
def test_a_derivative_of_a_value_that_affects_no_result_is_not_verified(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) <= {"stablehlo"}
    for level in LEVELS[1:] if name != "by_own_rules" else LEVELS[1:2]:
        assert verdict.unverified[level].hindrance is Hindrance.NOT_REACHED
        assert str(verdict.unverified[level]) == f"not reached: no run takes {UNTAKEN[name]}"


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", RIGHT)
def test_values_that_affect_a_result_and_those_of_dead_code_hinder_no_derivative(
    pairs: dict[str, Pair], name: str
) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)
