"""Inputs for kernels of which nothing is known."""

from pathlib import Path

import pytest
from conftest import kernels_module

from synthesis import Pair
from synthesis.extraction import extract


@pytest.mark.needs("warp")
def test_inferred_launches_of_many_dimensions_stay_small() -> None:
    module = kernels_module(Path(__file__).parents[1] / "kernels", "constructs")
    (pair,) = extract(module.several, frontend="warp")
    assert isinstance(pair, Pair)
    assert pair.spec.signature.launch == (8, 8, 8, 8)
    assert str(pair.verdict.gradient) == "agrees"
