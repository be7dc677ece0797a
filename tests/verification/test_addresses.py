"""Arrays of addresses, whose values bend a base: what verification puts into them are addresses too."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checking import judged, pairs_of_texts

from synthesis import get_frontend
from synthesis.core.verdicts import Hindrance
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel, Purpose
from synthesis.generator import draw
from synthesis.verification.inputs import array_shape
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
ROUNDED = 1e-6
"""What single precision may take from an offset that is not a whole number: bases of floats are below 4."""
ROWS = """
import warp as wp

@wp.kernel
def settle(begin: wp.array(dtype=int), count: wp.array(dtype=int), x: wp.array(dtype=float)):
    w, row = wp.tid()
    if row >= count[w]:
        return
    x[begin[w] + row] = x[begin[w] + row] * 0.5 + float(w)
"""
ROW_INPUTS = """
[settle]
begin = "i32[6] in 0..2"
count = "i32[6] in 2..7"
x = "f32[54]"
dim = [6, 9]
"""


@pytest.mark.parametrize("name", ["articulations", "assembly", "joints", "stacked", "topology"])
def test_no_run_of_verification_takes_an_address_elsewhere(name: str) -> None:
    frontend = get_frontend("warp")
    (recipe,) = (each for each in frontend.drawer.recipes if each.name == name)
    bent = 0
    for number in range(12):
        stream = Stream("bases", name, number, difficulty=recipe.difficulties[number % len(recipe.difficulties)])
        spec = draw(recipe, stream, recipe.targets[number % len(recipe.targets)])
        addresses = [each for each in spec.signature.spread.arguments if each.base and not each.handle]
        if not addresses:
            continue
        kernel = frontend.load_one(spec)
        assert isinstance(kernel, Kernel)
        plan = make_plan(frontend, kernel, {"cpp_forward": "", "cpp_backward": ""}, useful=True, seed=number)
        runs = [run for each in plan.programs for key, run in each.runs.items() if key.purpose is not Purpose.OVERLAP]
        for argument in addresses:
            domain = argument.domain
            assert domain is not None
            for run in runs:
                off = run[argument.name] - np.asarray(argument.base).reshape(array_shape(argument))
                slack = ROUNDED if argument.is_float else 0
                low, high = domain.low - slack, domain.high + slack
                assert low <= off.min() <= off.max() <= high, f"{argument.name}\n{spec.source}"
        bent += len(runs)
        frontend.compiler.release([kernel])
    assert bent


def test_rows_of_their_own_leave_the_same_in_every_grid(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, ROWS, ROW_INPUTS)["settle"]
    begin, *rest = pair.spec.signature.arguments
    apart = replace(begin, base=tuple(range(0, 54, 9)))
    spec = replace(pair.spec, signature=replace(pair.spec.signature, arguments=(apart, *rest)))
    text = pair.texts["cuda_forward"]
    assert text is not None
    other = text.replace("_idx < dim.size", "!(dim.size <= _idx)")  # a frame that has to run in several grids
    assert other != text
    with Verifier(get_frontend("warp")) as verifier:
        (mixed,) = judged(verifier, pair.spec, {"cuda_forward": other})
        (found,) = judged(verifier, spec, {"cuda_forward": other})
    assert mixed.verdict.unverified["cuda_forward"].hindrance is Hindrance.DEPENDS_ON_ORDER
    assert found.verdict.verified == ("cuda_forward",), found.failed
