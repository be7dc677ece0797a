"""Derivatives of gamma variates are compared with slopes at which the variates keep their quantiles."""

import numpy as np
import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type
from synthesis.frontends.jax.reference.rules.randoms import same_quantile

SOURCE = """
import jax
import jax.numpy as jnp
from jax import lax


def gamma(key, a):
    return jax.random.gamma(key, a) * jnp.arange(1.0, 4.0)


def dirichlet(key, a):
    return jax.random.dirichlet(key, a)


def each_in_scan(key, a):
    def step(key, shape):
        key, own = jax.random.split(key)
        return key, jax.random.gamma(own, shape)

    return lax.scan(step, key, a)[1] * a


def in_cond(key, a):
    return lax.cond(jnp.sum(a) > 6.0, lambda b: jax.random.gamma(key, b), lambda b: b * b, a)


@jax.custom_vjp
def rule(key, a):
    return jax.random.gamma(key, a)


rule.defvjp(
    lambda key, a: (rule(key, a), (a, rule(key, a))),
    lambda kept, g: (None, 1.03 * g * lax.random_gamma_grad(*kept)),
)


def too_steep(key, a):
    return rule(key, a)
"""
LEVELS = ["stablehlo", "vjp_stablehlo"]
RIGHT = ["gamma", "dirichlet", "each_in_scan", "in_cond"]
INPUTS = {"key": parse_type("u32[2]"), "a": parse_type("f32[3] in 0.5..4")}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    examples = Examples(tables=dict.fromkeys([*RIGHT, "rule", "too_steep"], INPUTS))
    return pairs_of_source(tmp_path_factory.mktemp("gamma"), SOURCE, examples=examples, frontend="jax", level=LEVELS)


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == set(LEVELS)


@pytest.mark.needs("jax")
def test_a_rule_that_is_too_steep_is_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["too_steep"].verdict.verified == ("stablehlo",)


def test_variates_move_with_their_quantiles() -> None:
    shapes, variates = np.array([0.5, 2.0, 7.0]), np.array([0.01, 3.0, 20.0])
    moved = same_quantile(shapes + 0.1, shapes, variates, log_space=False)
    assert (moved > variates).all()
    back = same_quantile(shapes, shapes + 0.1, np.log(moved), log_space=True)
    assert np.allclose(np.exp(back), variates, rtol=1e-9, atol=0.0)
