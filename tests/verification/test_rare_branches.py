"""A derivative through a branch that few inputs take is checked in it, or is not verified."""

from pathlib import Path

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax
import jax.numpy as jnp


def cubed(x):
    return jax.lax.cond(x.sum() > 6.0, lambda y: y**3, lambda y: y * 2.0, x)


@jax.custom_vjp
def rare(x):
    return cubed(x)


rare.defvjp(lambda x: (rare(x), x), lambda x, g: (jnp.where(x.sum() > 6.0, 2.0 * x**2, 2.0) * g,))


def wrong_in_a_branch(x):
    return rare(x) + 1.0


def right(x):
    return cubed(x) + 1.0
"""


def test_a_wrong_derivative_in_a_branch_that_few_inputs_take_is_refused(tmp_path: Path) -> None:
    row = {"x": parse_type("f32[4] in -1..2")}
    examples = Examples(tables=dict.fromkeys(("cubed", "rare", "wrong_in_a_branch", "right"), row))
    levels = ["stablehlo", "vjp_stablehlo"]
    folder = tmp_path
    pairs: dict[str, Pair] = pairs_of_source(folder, SOURCE, examples=examples, frontend="jax", level=levels)
    assert pairs["wrong_in_a_branch"].verdict.verified == ("stablehlo",)
    assert set(pairs["right"].verdict.verified) == set(levels)
