"""Inputs for kernels that sort keys with values: keys all differ, since the order of equal ones is not defined."""

from pathlib import Path

import numpy as np
import pytest
from checking import judged, pairs_of_source

from synthesis import Symptom, get_frontend
from synthesis.verification.inputs import DRAWS, draw_inputs
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
SORTED = """import warp as wp


@wp.kernel
def ranked(x: wp.array2d[float], y: wp.array2d[float], places: wp.array2d[int]):
    i = wp.tid()
    keys = wp.tile_load(x[i], shape=16, storage="shared")
    values = wp.tile_arange(16, dtype=int, storage="shared")
    wp.tile_sort(keys, values)
    wp.tile_store(y[i], 2.0 * keys)
    wp.tile_store(places[i], values)
"""


def test_keys_differ_where_equal_ones_have_no_defined_order(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, SORTED, frontend="warp", level=("cpp_forward",))["ranked"]
    assert pair.verdict.verified == ("cpp_forward",)
    for seed in range(3):
        for number, edges in DRAWS:
            x = draw_inputs(pair.spec.signature, number, seed=seed, edges=edges)["x"]
            assert np.unique(x).size == x.size
    text = pair.texts["cpp_forward"] or ""
    wrong = text.replace("2.0f", "2.1f").replace("2.0;", "2.1;")
    assert wrong != text
    with Verifier(get_frontend("warp")) as verifier:
        kept, found = judged(verifier, pair.spec, [pair.texts, {"cpp_forward": wrong}])
    assert kept.verdict.verified == ("cpp_forward",)
    assert found.failed["cpp_forward"].symptom is Symptom.WRONG_RESULT
