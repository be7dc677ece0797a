"""Gradients of inputs of 8 bits are compared within what storing them rounds."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

SOURCE = """
import jax
import jax.numpy as jnp
from jax import lax


@jax.custom_vjp
def steep(x):
    return x * jnp.sin(x)


steep.defvjp(lambda x: (steep(x), x), lambda x, g: (1.3 * g * (jnp.sin(x) + x * jnp.cos(x)),))


def too_steep(a, b):
    return steep(a.astype(jnp.float32)) * b


def scaled(a, b):
    return jnp.tanh(a.astype(jnp.float32)) * b


def several(a, b):
    x = a.astype(jnp.float32)
    return jnp.sin(x) * b + x**2 + jnp.sum(x * b)


def normalised(a, b):
    x = a.astype(jnp.float32)
    return x / jnp.sqrt(jnp.mean(x * x) + 1e-3) + b


def product(a, b):
    return lax.dot_general(a, a.T, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32) * b
"""
RIGHT = ("scaled", "several", "normalised")
LEVELS = ["stablehlo", "vjp_stablehlo"]


@pytest.fixture(scope="module", params=["f8_e4m3fn", "f8_e5m2"])
def pairs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    row = {"a": parse_type(f"{request.param}[16]"), "b": parse_type("f32[16]")}
    square = {"a": parse_type(f"{request.param}[4,8]"), "b": parse_type("f32[4,4]")}
    tables = dict.fromkeys((*RIGHT, "too_steep"), row) | {"steep": {"x": row["b"]}, "product": square}
    folder = tmp_path_factory.mktemp("narrow")
    return pairs_of_source(folder, SOURCE, examples=Examples(tables=tables), frontend="jax", level=LEVELS)


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", [*RIGHT, "product"])
def test_a_right_gradient_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)


@pytest.mark.needs("jax")
def test_a_gradient_that_is_too_large_is_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["too_steep"].verdict.verified == ("stablehlo",)
