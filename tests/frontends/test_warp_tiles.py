"""Numbers that a whole block shares are about as large as what they are made of, so that what follows tells them apart.

The hyperbolic tangent of a sum of 64 products is 1, and its slope is rounding's: nothing can be proved of that.
"""

import numpy as np
import pytest
from running import load

from synthesis import get_frontend
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Name
from synthesis.frontends.warp.recipes.tile import Tiled
from synthesis.generator import draw
from synthesis.verification.inputs import complete, draw_inputs

_RECIPES = {target: each for each in get_frontend("warp").drawer.recipes for target in each.targets}
_LARGEST = 3.0
"""Where the hyperbolic tangent is 0.995 and its slope 0.01."""


def _unchanged(_: Tiled, tile: Name) -> Name:
    return tile


@pytest.mark.parametrize("target", ["tile_dot", "tile_view", "tile_cholesky", "tile_cholesky_inplace", "tile_diag_add"])
def test_no_tile_is_all_beyond_what_is_told_apart(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tiled, "change", _unchanged)
    frontend = get_frontend("warp")
    assert frontend.prover is not None
    for number in range(24):
        spec = draw(_RECIPES[target], Stream("sizes of numbers", target, number), target)
        kernel = load(spec)
        runs = [complete(spec.signature, draw_inputs(spec.signature, seed)) for seed in range(3)]
        results = frontend.prover.reference(kernel)(runs, double=True)
        frontend.compiler.release([kernel])
        least = [np.abs(each[spec.signature.arguments[-1].name]).min() for each in results]
        assert max(least) < _LARGEST, f"{least}\n{spec.source}"
