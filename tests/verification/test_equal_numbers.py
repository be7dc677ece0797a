"""Derivative rules that are wrong where indices or numbers are equal are refused, and right ones are not."""

import pytest

from synthesis import Pair
from synthesis.making.runs.extraction import extract

SOURCE = """
import functools

import jax
import jax.numpy as jnp

import synthesis


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def rows(table, count, index):
    return table[index]


def rows_forward(table, count, index):
    return table[index], index


def set_rows(count, index, g):
    return jnp.zeros((count, *g.shape[1:]), g.dtype).at[index].set(g), None


rows.defvjp(rows_forward, set_rows)


@synthesis.example("f32[24,3]", "i32[3] in 0..23")
def last_row_wins(table, index):
    return rows(table, 24, index)


@jax.custom_jvp
def product(x, y):
    return x * y


@product.defjvp
def product_rule(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return x * y, jnp.where(x == y, 2.0 * x * dx, dx * y + x * dy)


@synthesis.example("f32[5]", "f32[5]")
def square_where_equal(x, y):
    return product(x, y)


@jax.custom_jvp
def slope(a, b):
    return jnp.where(a == b, jnp.exp(a), (jnp.exp(a) - jnp.exp(b)) / jnp.where(a == b, 1.0, a - b))


@slope.defjvp
def slope_rule(primals, tangents):
    (a, b), (da, db) = primals, tangents
    value, apart = slope(a, b), jnp.where(a == b, 1.0, a - b)
    left = jnp.where(a == b, 0.5 * value, (jnp.exp(a) - value) / apart)
    right = jnp.where(a == b, 0.5 * value, (value - jnp.exp(b)) / apart)
    return value, left * da + right * db


@synthesis.example("f32[5]", "f32[5]")
def divided_difference(x, y):
    return jnp.sin(slope(x, y))


@jax.custom_vjp
def unit(x):
    return x / jnp.linalg.norm(x)


def unit_backward(x, g):
    length = jnp.linalg.norm(x)
    return ((g - (x @ g) * x / length**2) / length,)


unit.defvjp(lambda x: (unit(x), x), unit_backward)


@synthesis.example("f32[3] in 0.5..2")
def direction(x):
    return unit(x)


@synthesis.example("f32[3,3] in -1..1", "f32[3]")
def not_symmetric(a, b):
    a = a + 4.0 * jnp.eye(3)
    solve = lambda _, right: jnp.linalg.solve(a, right)
    return jax.lax.custom_linear_solve(lambda x: a @ x, b, solve, symmetric=True)
"""
LEVELS = ["jaxpr", "vjp_jaxpr"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("equal") / "mine.py"
    path.write_text(SOURCE)
    return {each.spec.name: each for each in extract(path, frontend="jax", level=LEVELS) if isinstance(each, Pair)}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["last_row_wins", "square_where_equal", "not_symmetric"])
def test_a_rule_that_is_wrong_for_equal_numbers_is_refused(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("jaxpr",)
    assert str(pairs[name].verdict.gradient) == "disagrees: derivative rules of its own"


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["divided_difference", "direction"])
def test_a_right_rule_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("jaxpr", "vjp_jaxpr")


@pytest.mark.needs("jax")
def test_a_rule_beside_a_lambda_is_in_the_source_once(pairs: dict[str, Pair]) -> None:
    assert pairs["direction"].spec.source.count("def unit_backward") == 1
