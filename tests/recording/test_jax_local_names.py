"""Functions whose source needs names of the function around them: defaults, decorators, wrappers made by calls."""

from pathlib import Path

import pytest
from recorded_rows import rows_of, rows_of_text

pytestmark = pytest.mark.needs("jax")
PROGRAM = """
import functools
import jax
import jax.numpy as jnp


def scaled(by, shift=0.5):
    def with_default(x, by=by, *, shift=shift):
        return jnp.tanh(x) * by + shift

    return with_default


class Test:
    def variant(self, function):
        return jax.jit(function)

    def run(self, x):
        big = 3.0

        @self.variant
        def in_a_method(x):
            return jnp.clip(x, -big, big) * jnp.sin(x)

        return in_a_method(x)


def sized(sizes):
    def with_computed_default(x, by=sizes[0] * 2.0):
        return jnp.cos(x) * by

    return with_computed_default


def squares(x, y):
    return x * x + y


def around(function, *places):
    @functools.wraps(function)
    def wrapped(factor, *args):
        args = [each * factor if at in places else each for at, each in enumerate(args)]
        return jnp.exp(-function(*args))

    return wrapped


SHIFTED = {"squares": around(squares, 1)}


@jax.jit
def by_wrapper(x, y):
    return SHIFTED["squares"](3.0, x, y)


x, y = jnp.linspace(0.1, 0.9, 6), jnp.linspace(0.5, 1.5, 6)
jax.jit(scaled(2.5))(x)
jax.jit(sized([1.5]))(x)
Test().run(x)
by_wrapper(x, y)
jax.jit(SHIFTED["squares"])(x, y, y)
"""

LOOP = """
import jax
import jax.numpy as jnp


def plus(x, y):
    return x * x + y


def minus(x, y):
    return x * x - y


for step, rate in ((plus, 0.5), (minus, 1.5)):
    in_a_loop = lambda x, y, step=step, by=rate: step(x, y) * by - rate
    rate = 3.0
    jax.jit(in_a_loop)(jnp.linspace(0.1, 0.9, 6), jnp.linspace(0.5, 1.5, 6))
step = None
"""


def test_they_are_rows_that_are_verified(tmp_path: Path) -> None:
    rows = rows_of_text(PROGRAM, tmp_path)
    assert {"with_default", "with_computed_default", "in_a_method", "by_wrapper"} < set(rows)
    assert len(rows) == 5
    for name, row in rows.items():
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (name, row.spec.source, row.proofs)
    assert "@self" not in rows["in_a_method"].spec.source
    assert "by = 2.5" in rows["with_default"].spec.source


def test_defaults_have_the_values_that_a_loop_gave_them(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(LOOP)
    rows = rows_of(program, tmp_path)
    assert len(rows) == 2
    for row in rows:
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (row.spec.source, row.proofs)
