"""Which function of several of one name a call means: by what it is given, and by the forms of that."""

from pathlib import Path

import pytest
from conftest import kernels_module

from synthesis import Pair
from synthesis.making.runs.extraction import extract

pytestmark = pytest.mark.needs("warp")
KERNELS = Path(__file__).parents[1] / "kernels"


def test_a_call_means_what_it_means_to_warp() -> None:
    found = {each.spec.name: each for each in extract(kernels_module(KERNELS, "overloading")) if isinstance(each, Pair)}
    assert found.keys() == {"by_count", "by_form"}
    for name, pair in found.items():
        assert {"cpp_forward", "cuda_forward"} <= set(pair.verdict.verified), (name, pair.verdict.unverified)
        assert pair.verdict.reached == 1.0
