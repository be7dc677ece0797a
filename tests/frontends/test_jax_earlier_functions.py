"""The texts of a function do not depend on those that the process lowered before it."""

from pathlib import Path

import pytest

from synthesis import Pair
from synthesis.making.runs.extraction import extract

SOURCE = """
import jax
from jax import lax

import synthesis


@synthesis.example("u32[2]", "f32[3]")
def first(key, x):
    def step(key, scale):
        key, own = jax.random.split(key)
        return key, jax.random.normal(own, (3,)) * scale

    return lax.scan(step, key, x)[1]


@synthesis.example("u32[2]", "f32[3]")
def second(key, x):
    key, own = jax.random.split(key)
    return jax.random.normal(own, (3,)) * x
"""


@pytest.mark.needs("jax")
def test_a_text_has_no_name_of_an_earlier_function(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    _, second = extract(path, frontend="jax", level=["hlo"], verify="none")
    assert isinstance(second, Pair)
    assert second.spec.self_contained
    assert "step" not in (second.texts["hlo"] or "")
