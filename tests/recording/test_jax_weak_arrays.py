"""Captured arrays whose type is weak in promotion, as that of a Python number."""

from pathlib import Path

import pytest
from recorded_rows import rows_of_text

pytestmark = pytest.mark.needs("jax")
PROGRAM = """
import jax
import jax.numpy as jnp

RATE = jnp.asarray(0.05)
STEPS = jnp.asarray(3)
SCALES = jnp.full((3,), 2.0)
EMPTY = jnp.zeros((0,)) * 2.0


@jax.jit
def of_half_precision(x):
    return x * RATE + STEPS


@jax.jit
def of_integers(x):
    return jnp.where(x > STEPS, x * RATE, SCALES[0] * STEPS)


@jax.jit
def of_an_array(x):
    return jnp.sin(x)[:, None] * SCALES + EMPTY.sum()


of_half_precision(jnp.linspace(0, 1, 4, dtype=jnp.bfloat16))
of_integers(jnp.arange(6, dtype=jnp.int8))
of_an_array(jnp.linspace(0, 1, 4, dtype=jnp.float16))
"""


def test_they_are_weak_in_the_source_too(tmp_path: Path) -> None:
    rows = rows_of_text(PROGRAM, tmp_path)
    assert set(rows) == {"of_half_precision", "of_integers", "of_an_array"}
    for name, row in rows.items():
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (name, row.spec.source, row.proofs)
    assert "STEPS = jnp.array(3)\n" in rows["of_integers"].spec.source
