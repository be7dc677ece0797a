"""Results of an inner function that its callers do not use are no part of what a jaxpr computes."""

from typing import Any

import pytest

from synthesis.verification.mutating.jaxpr import jaxpr_statements

SOURCE = """
import jax
import jax.numpy as jnp
from jax import lax


@jax.jit
def both(a, b):
    return a * 2.0, jnp.exp(b)


@jax.jit
def inside(a, b):
    first, second = both(a, b)
    return first, jnp.sin(second)


def scanned(a, b):
    return lax.scan(lambda c, x: (c + x, jnp.exp(c)), a[0], b)


def chosen(a, b):
    return lax.cond(a[0] > 0.0, lambda: (a + b, jnp.exp(a)), lambda: (a - b, jnp.exp(b)))


def looped(a, b):
    return lax.scan(lambda c, x: ((c[1] + x, jnp.exp(c[0])), None), (a[0], a[1]), b)[0]


def mixed(a, b):
    return both(a, b)[0] + both(b, a)[1], 1.0


def alike(a, b):
    return both(a, b)[0] + both(b, a)[0], 1.0


def result(function, number):
    return lambda a, b: function(a, b)[number]
"""


@pytest.fixture(scope="module")
def module() -> dict[str, Any]:
    pytest.importorskip("jax")
    names: dict[str, Any] = {}
    exec(SOURCE, names)
    return names


def operations(module: dict[str, Any], name: str, number: int) -> set[str]:
    """The operations that can be changed in the jaxpr of one result of a function."""
    ones = module["jnp"].ones(4)
    text = str(module["jax"].make_jaxpr(module["result"](module[name], number))(ones, ones))
    return {each.op.text for each in jaxpr_statements(text)}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["both", "inside", "scanned", "chosen"])
def test_operations_of_a_result_that_no_caller_uses_are_left_out(module: dict[str, Any], name: str) -> None:
    assert "exp" not in operations(module, name, 0)
    assert "exp" in operations(module, name, 1)


@pytest.mark.needs("jax")
def test_a_result_that_one_of_several_callers_uses_is_kept(module: dict[str, Any]) -> None:
    assert operations(module, "mixed", 0) >= {"exp", "mul"}
    assert "exp" not in operations(module, "alike", 0)


@pytest.mark.needs("jax")
def test_what_the_next_iteration_of_a_loop_uses_is_kept(module: dict[str, Any]) -> None:
    assert "exp" in operations(module, "looped", 0)
