"""Random numbers without jax_threefry_partitionable: the oracle counts words as JAX then does."""

import functools
from collections.abc import Callable, Generator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.needs("jax")


@pytest.fixture
def in_pairs() -> Generator[None]:
    """JAX counts random words in two halves, as it did before the option was the default."""
    jax: Any = import_module("jax")
    jax.config.update("jax_threefry_partitionable", False)
    try:
        yield
    finally:
        jax.config.update("jax_threefry_partitionable", True)


def drawn(case: str) -> tuple[Any, Any]:
    """What JAX computes, and what the oracle does."""
    jax: Any = import_module("jax")
    jnp = jax.numpy
    from synthesis.frontends.jax.reference.evaluator import Evaluator
    from synthesis.frontends.jax.reference.graphs import graph_of

    cases: dict[str, Callable[[Any], Any]] = {
        "uint8": lambda key: jax.random.bits(key, (7,), jnp.uint8),
        "uint16": lambda key: jax.random.bits(key, (3, 3), jnp.uint16),
        "uint32, odd": lambda key: jax.random.bits(key, (5,), jnp.uint32),
        "uint32, even": lambda key: jax.random.bits(key, (2, 3), jnp.uint32),
        "a scalar": lambda key: jax.random.bits(key, (), jnp.uint32),
        "split": lambda key: jax.random.key_data(jax.random.split(key, 3)),
        "split in two axes": lambda key: jax.random.key_data(jax.random.split(key, (3, 2))),
        "many keys": lambda key: jax.vmap(functools.partial(jax.random.bits, shape=(3,)))(jax.random.split(key, 4)),
        "normal": lambda key: jax.random.normal(key, (3,)),
        "permutation": lambda key: jax.random.permutation(key, 9),
        "fold_in": lambda key: jax.random.uniform(jax.random.fold_in(key, 7), (3,)),
    }

    def function(data: Any) -> Any:
        return cases[case](jax.random.wrap_key_data(data))

    data = jnp.array([255383827, 267815257], jnp.uint32)
    ((found,),) = Evaluator(double=False).runs(graph_of(jax.make_jaxpr(function)(data)), [[np.asarray(data)]])
    return np.asarray(function(data)), found


CASES = ("uint8", "uint16", "uint32, odd", "uint32, even", "a scalar", "split", "split in two axes", "many keys",
         "normal", "permutation", "fold_in")  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_numbers_are_those_of_jax(case: str, in_pairs: None) -> None:
    right, found = drawn(case)
    np.testing.assert_allclose(found, right, rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_numbers_are_those_of_jax_by_default_too(case: str) -> None:
    right, found = drawn(case)
    np.testing.assert_allclose(found, right, rtol=1e-6)
