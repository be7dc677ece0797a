"""Functions with derivative rules of their own, set in the less usual ways, have a whole source and are verified."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero


@jax.custom_jvp
def scaled(a, b):
    return a * b


def _scaled_jvp(primals, tangents):
    a, b = primals
    da, db = (jnp.zeros_like(a) if type(each) is SymbolicZero else each for each in tangents)
    return a * b, a * db + b * da


scaled.defjvp(_scaled_jvp, symbolic_zeros=True)


@jax.custom_vjp
def saved(a):
    return jnp.sin(a)


saved.defvjp(lambda a: (jnp.sin(a), jnp.cos(a)), lambda c, g: (c * g,), optimize_remat=True)


@jax.custom_gradient
def log1pexp(a):
    e = jnp.exp(a)
    return jnp.log(1 + e), lambda g: g * (1 - 1 / (1 + e))


@jax.custom_gradient
def steeper(a):
    e = jnp.exp(a)
    return jnp.log(1 + e), lambda g: g * (1 - 1 / (1 + 2 * e))


def _cube(a):
    return a**3, lambda g: 3 * a**2 * g


cube = jax.custom_gradient(_cube)


def with_symbolic_zeros(a):
    return scaled(a, jnp.arange(4.0))


def with_option(a):
    return jax.checkpoint(lambda a: saved(a) ** 2)(a)


def with_gradient(a):
    return jnp.sum(log1pexp(a) ** 2)


def with_wrong_gradient(a):
    return jnp.sum(steeper(a) ** 2)


def with_assigned(a):
    return cube(a) + 1.0
"""
RIGHT = ("log1pexp", "with_symbolic_zeros", "with_option", "with_gradient", "with_assigned")
LEVELS = ["stablehlo", "vjp_stablehlo"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    row = {"a": parse_type("f32[4]")}
    names = (*RIGHT, "with_wrong_gradient", "saved", "steeper", "cube")
    tables = dict.fromkeys(names, row) | {"scaled": {**row, "b": row["a"]}}
    folder = tmp_path_factory.mktemp("rules")
    return pairs_of_source(folder, SOURCE, examples=Examples(tables=tables), frontend="jax", level=LEVELS)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_rule_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)


def test_a_wrong_rule_of_custom_gradient_is_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["with_wrong_gradient"].verdict.verified == ("stablehlo",)
