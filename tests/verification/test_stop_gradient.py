"""What ``stop_gradient`` returns is a constant in the slopes that a derivative is compared with."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain

JAX = """
import jax
import jax.numpy as jnp
from jax import lax


def straight_through(x, y):
    return (x + lax.stop_gradient(jnp.round(x) - x)) * y


def codebook(x, y):
    nearest = y[jnp.argmin(jnp.abs(x[:, None] - y[None]), axis=1)]
    loss = jnp.mean((lax.stop_gradient(x) - nearest) ** 2) + 0.25 * jnp.mean((x - lax.stop_gradient(nearest)) ** 2)
    return x + lax.stop_gradient(nearest - x), loss


def in_scan(x, y):
    return lax.scan(lambda c, v: (lax.stop_gradient(c) * v + 0.5 * c, jnp.tanh(c)), jnp.sum(x), y)


def in_cond(x, y):
    return lax.cond(jnp.sum(x) > 3.0, lambda a: lax.stop_gradient(a) * a, lambda a: a * 3.0, x) * y


def in_vmap(x, y):
    return jax.vmap(lambda a, b: a * lax.stop_gradient(a * b))(x, y)


@jax.custom_jvp
def ignored(x):
    return x


ignored.defjvp(lambda primals, tangents: (primals[0], tangents[0]))


def not_stopped(x, y):
    return ignored(lax.stop_gradient(x)) * x + y


@jax.custom_jvp
def stable(x):
    return lax.stop_gradient(x) * 2.0


stable.defjvp(lambda primals, tangents: (stable(primals[0]), 2.0 * tangents[0]))


def inside_own_rules(x, y):
    return stable(x) * x + y


def solved(x, y):
    return jnp.linalg.solve(jnp.outer(x, y) + 5.0 * jnp.eye(4), y)


def inverted(x, y):
    return jnp.linalg.inv(jnp.outer(x, y) + 5.0 * jnp.eye(4)) @ lax.stop_gradient(x)
"""
ROW = ArrayType("float32", (4,), Domain(low=0.1, high=1.9))
RIGHT = ["straight_through", "codebook", "in_scan", "in_cond", "in_vmap", "not_stopped", "inside_own_rules", "solved",
         "inverted"]  # fmt: skip
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]
TABLES = {name: {"x": ROW, "y": ROW} for name in RIGHT} | {name: {"x": ROW} for name in ("ignored", "stable")}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(
        tmp_path_factory.mktemp("stopped"), JAX, examples=Examples(tables=TABLES), frontend="jax", level=LEVELS
    )


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_derivative_of_a_function_with_stop_gradient_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)
