"""Marks with example arguments are no part of a row's source, however a file writes them."""

import pytest

from synthesis import Pair
from synthesis.making.runs.extraction import extract

JAX = """
import jax
import jax.numpy as jnp
import synthesis
from synthesis import example

row = synthesis.example("f32[4]")


@row
def shared(x):
    return jnp.tanh(x)


@row
@jax.jit
def compiled(x):
    return jnp.sin(x) * 2.0


def make(scale):
    @jax.jit
    def inner(x):
        return jnp.cos(x) * scale

    return inner


made = synthesis.example("f32[4]")(make(3.0))
doubled = row(make(2.0))
mapped = example("f32[4]")(jax.vmap(lambda v: v * v + 1.0))
"""
NAMES = ["shared", "compiled", "made", "doubled", "mapped"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("marks") / "marks.py"
    path.write_text(JAX)
    found = extract(path, frontend="jax", level=["jaxpr"])
    return {each.spec.name: each for each in found if isinstance(each, Pair)}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_verified_and_its_source_has_no_mark(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("jaxpr",)
    assert "example" not in pairs[name].spec.source
