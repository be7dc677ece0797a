"""Objects of dataclasses whose constructors take any number of arguments."""

from pathlib import Path

import pytest
from recorded_rows import rows_of_text

pytestmark = pytest.mark.needs("jax")
PROGRAM = """
import dataclasses

import jax
import jax.numpy as jnp


@dataclasses.dataclass
class Applied:
    function: object
    args: tuple
    kwargs: dict

    def __init__(self, function, *args, **kwargs):
        self.function = function
        self.args = args
        self.kwargs = kwargs

    def value(self):
        return self.function(*self.args, **self.kwargs)


def taken(applied):
    key = jax.tree_util.GetAttrKey
    return ((key("args"), applied.args), (key("kwargs"), applied.kwargs)), applied.function


def made(function, parts):
    new = object.__new__(Applied)
    new.function, (new.args, new.kwargs) = function, parts
    return new


jax.tree_util.register_pytree_with_keys(Applied, taken, made)


@jax.jit
def of_an_argument(applied, x):
    return applied.value() * jnp.cos(x)


CAPTURED = Applied(jnp.power, jnp.array([1.5, 2.5]), 2.0)


@jax.jit
def of_a_captured_one(x):
    return CAPTURED.value() * jnp.cos(x)


x = jnp.array([0.25, 0.75])
of_an_argument(Applied(jnp.tanh, jnp.array([0.5, 1.5])), x)
of_a_captured_one(x)
"""


def test_they_are_made_of_their_fields(tmp_path: Path) -> None:
    rows = rows_of_text(PROGRAM, tmp_path)
    assert set(rows) == {"of_an_argument", "of_a_captured_one"}
    assert rows["of_an_argument"].texts["jaxpr"] is not None
    verdict = rows["of_a_captured_one"].verdict
    assert verdict is not None
    assert set(verdict.verified) >= {"jaxpr", "stablehlo"}
