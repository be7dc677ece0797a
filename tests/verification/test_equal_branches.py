"""Branches that are taken only where a number equals another, as in ``if mass == 0.0: return``.

Such a branch has a derivative of its own, which is not the slope of the results near the point.
"""

from pathlib import Path

import pytest
from checking import judged_with, pairs_of_source

from synthesis import Pair
from synthesis.verification.thresholds import thresholds_of

WARP = """import warp as wp

@wp.kernel
def moved(inverse_mass: wp.array(dtype=float), force: wp.array(dtype=float), v: wp.array(dtype=float)):
    i = wp.tid()
    m = inverse_mass[i]
    if m == 0.0:
        v[i] = force[i]
        return
    v[i] = force[i] + 3.0 * m
"""
JAX = """import jax.numpy as jnp
import synthesis

@synthesis.example("f32[16]", "f32[16]")
def moved(inverse_mass, force):
    return jnp.where(inverse_mass == 0.0, force, force + 3.0 * inverse_mass)
"""


@pytest.mark.needs("warp")
def test_a_right_adjoint_is_verified_and_a_wrong_one_refused(tmp_path: Path) -> None:
    levels = ("cpp_forward", "cpp_backward")
    pair = pairs_of_source(tmp_path, WARP, frontend="warp", level=levels)["moved"]
    assert pair.verdict.verified == levels
    text = pair.texts["cpp_backward"] or ""
    assert_found(pair, "cpp_backward", text.replace("var_10 = 3.0f", "var_10 = 3.5f").replace("3.0;", "3.5;"))


@pytest.mark.needs("jax")
def test_right_derivatives_of_a_choice_are_verified_and_wrong_ones_refused(tmp_path: Path) -> None:
    levels = ("stablehlo", "vjp_stablehlo", "jvp_stablehlo")
    pair = pairs_of_source(tmp_path, JAX, frontend="jax", level=levels)["moved"]
    assert set(pair.verdict.verified) == set(levels)
    for level in levels[1:]:
        text = pair.texts[level] or ""
        assert_found(pair, level, text.replace("dense<3.000000e+00>", "dense<3.500000e+00>"))


def assert_found(pair: Pair, level: str, wrong: str) -> None:
    right, changed = judged_with(pair, level, wrong)
    assert not right.failed
    assert level in changed.failed


def test_numbers_of_comparisons_by_equality_are_kept_apart() -> None:
    source = (
        "def f(a, b, c):\n    m = a[0]\n    if m == 0.0 or b > 2.0:\n        return c\n    return c if b != 1.0 else m"
    )
    assert thresholds_of(source, ["a", "b", "c"]).equal == {"a": (0.0,), "b": (1.0,)}
