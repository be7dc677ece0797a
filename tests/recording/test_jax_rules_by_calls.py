"""Functions whose derivative rules are set by calls, not by decorators, and functions that return constants."""

from pathlib import Path

import pytest
from recorded_rows import rows_of_text

pytestmark = pytest.mark.needs("jax")
RULES = """
import jax
import jax.numpy as jnp


def make(scale, custom):
    def _run(function, x, y):
        return scale * function(x) * y

    def forward(function, x, y):
        return _run(function, x, y), (x, y)

    def backward(function, kept, ct):
        x, y = kept
        return ct * scale * jax.vmap(jax.grad(function))(x) * y, ct * scale * function(x)

    if custom:
        _run = jax.custom_vjp(_run, nondiff_argnums=(0,))
        _run.defvjp(forward, backward)

    def in_a_function(x, y):
        return _run(jnp.sin, x, y) + 1.0

    return in_a_function


def plain(x, n):
    return x**2 + n


squared = jax.custom_jvp(plain)
squared.defjvp(lambda p, t: (squared(*p), 2.0 * p[0] * t[0] + t[1]))


@jax.custom_jvp
def cube(x):
    return x**3


cube.defjvps(lambda t, ans, x: 3.0 * x**2 * t)


def scaled(scale):
    def half(x):
        return x * scale

    special = jax.custom_jvp(half)

    @special.defjvp
    def rule(primals, tangents):
        return half(*primals), tangents[0] * scale

    def by_another_name(x):
        return special(x) + jnp.cos(x)

    return by_another_name


@jax.jit
def of_a_module(x, y):
    return jax.grad(lambda v: jnp.sum(squared(v, y) * y))(x)


@jax.jit
def with_a_lambda(x):
    return jax.grad(lambda v: jnp.sum(cube(v)))(x)


x, y = jnp.linspace(0.1, 0.9, 5), jnp.linspace(1.1, 2.0, 5)
jax.jit(make(2.5, True))(x, y)
jax.jit(scaled(0.5))(x)
of_a_module(x, y)
with_a_lambda(x)
"""
CONSTANTS = """
import jax
import jax.numpy as jnp


@jax.jit
def inner(x):
    return jnp.sin(x) * 2.0, 3


@jax.jit
def outer(x):
    y, _ = inner(x)
    return y, 4.0


outer(jnp.linspace(0.0, 1.0, 4))
"""


def test_rules_are_set_in_the_source_too(tmp_path: Path) -> None:
    rows = rows_of_text(RULES, tmp_path)
    assert set(rows) == {"in_a_function", "by_another_name", "of_a_module", "with_a_lambda"}
    for name, row in rows.items():
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (name, row.spec.source, row.proofs)
    assert "@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))" in rows["in_a_function"].spec.source


def test_a_function_that_calls_another_may_return_a_constant(tmp_path: Path) -> None:
    row = rows_of_text(CONSTANTS, tmp_path)["outer"]
    assert row.verdict is not None
    assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}
