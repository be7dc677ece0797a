"""Kernels that are launched with one thread and ask for no index, and those that print."""

from pathlib import Path

import pytest
from checking import pairs_of_texts

from synthesis import Pair, SynthesisPipeline, get_frontend
from synthesis.drawing.streams import Stream
from synthesis.generator import draw

pytestmark = pytest.mark.needs("warp")
PRINTING = """
import warp as wp

LOUD = False

@wp.kernel
def limited(count: wp.array[int], total: wp.array[float], limit: int, mean: wp.array[float]):
    n = count[0]
    if n > limit:
        wp.printf("spam: %d of %d\\n", n, limit)
        n = limit
    if wp.static(LOUD):
        wp.printf("spam %f\\n", total[0])
    mean[0] = total[0] / float(wp.max(n, 1))
"""
INPUTS = """
[limited]
dim = 1
count = "i32[1] in 0..9"
limit = "i32 in 3..5"
total = "f32[1] in 1..2"
mean = "f32[1]"
"""


def test_what_a_kernel_prints_goes_nowhere_and_is_no_effect(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pair = pairs_of_texts(tmp_path, PRINTING, INPUTS)["limited"]
    assert "printf" in (pair.texts["cpp_forward"] or "")
    assert set(pair.verdict.verified) >= {"cpp_forward", "cuda_forward"}
    assert pair.verdict.reached == 1.0
    assert "spam" not in "".join(capfd.readouterr())


def test_kernels_of_one_thread_ask_for_no_index_and_are_verified() -> None:
    count = 24
    outcomes = list(SynthesisPipeline("warp", seed=6, recipe=["singles"]).outcomes(range(count)))
    pairs = [each for each in outcomes if isinstance(each, Pair)]
    assert len(pairs) >= count - 2, outcomes
    for pair in pairs:
        assert pair.spec.signature.launch == (1,)
        assert "wp.tid()" not in pair.spec.source
        assert {"cpp_forward", "cuda_forward"} <= {*pair.verdict.verified, *pair.verdict.unverified}, pair.spec.source


def test_some_of_them_print_where_too_much_is_asked_for() -> None:
    recipe = next(each for each in get_frontend("warp").drawer.recipes if each.name == "singles")
    targets = recipe.targets
    sources = [
        draw(recipe, Stream("singles", each, difficulty=4), targets[each % len(targets)]).source for each in range(150)
    ]
    printing = [each for each in sources if "wp.printf" in each]
    assert len(printing) > 10
    assert not any("'" in line for each in printing for line in each.splitlines() if "printf" in line)
