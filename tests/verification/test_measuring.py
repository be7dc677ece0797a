"""Slopes of kernels with many inputs and large arrays are measured for a few directions at a time."""

from pathlib import Path

import pytest
from checking import judged, pairs_of_source

from synthesis import Symptom, get_frontend
from synthesis.verification import measuring
from synthesis.verification.verifier import Verifier

SOURCE = """
import jax.numpy as jnp
from synthesis import example

@example("f32[32]", "f32[32]", "f32[]")
def mixed(x, y, scale):
    return scale * jnp.sin(x) * y, jnp.sum(3.0 * x - y)
"""


@pytest.mark.needs("jax")
def test_slopes_of_large_kernels_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, SOURCE, frontend="jax", level=("stablehlo", "vjp_stablehlo"))["mixed"]
    text = pair.texts["vjp_stablehlo"] or ""
    wrong = text.replace("dense<3.000000e+00>", "dense<3.030000e+00>")
    assert wrong != text
    monkeypatch.setattr(measuring, "_MOST_NUMBERS", 1)
    with Verifier(get_frontend("jax")) as verifier:
        kept, found = judged(verifier, pair.spec, [pair.texts, {**pair.texts, "vjp_stablehlo": wrong}])
    assert kept.verdict.verified == ("stablehlo", "vjp_stablehlo")
    assert found.failed["vjp_stablehlo"].symptom is Symptom.WRONG_GRADIENT
