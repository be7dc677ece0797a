"""Inferred arrays have unequal sizes along their dimensions, so that a text that confuses them is found."""

import re

import pytest
from checking import judged_with, pairs_of

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")

WARP = """
import warp as wp

@wp.kernel
def scaled(x: wp.array2d(dtype=float), y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = x[i, j] / float(x.shape[0]) + float(x.shape[1]) * 0.1

@wp.kernel
def summed(x: wp.array2d(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    total = float(0.0)
    for j in range(x.shape[1]):
        total += x[i, j]
    y[i] = total

@wp.kernel
def transposed(x: wp.array2d(dtype=float), y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[j, i] = x[i, j]

@wp.kernel
def stated(x: wp.array2d(dtype=float), w: wp.array(dtype=float), y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = x[i, j] * w[j]
"""
SHAPES = {
    "scaled": ((16, 20), (16, 20)),
    "summed": ((16, 20), (16,)),
    "transposed": ((16, 20), (16, 20)),
    "stated": ((16, 20), (16,), (16, 20)),
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("sizes") / "sizes.py"
    path.write_text(WARP)
    return pairs_of(path)


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_of_arrays_are_unequal(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    assert {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"} <= set(pair.verdict.verified)
    assert tuple(each.shape for each in pair.spec.signature.arguments) == SHAPES[name]


@pytest.mark.parametrize(("name", "launch"), [("scaled", (16, 20)), ("transposed", (16, 16)), ("stated", (16, 16))])
def test_the_launch_follows_where_the_kernel_stays_in_its_arrays(
    pairs: dict[str, Pair], name: str, launch: tuple[int, int]
) -> None:
    assert pairs[name].spec.signature.launch == launch


@pytest.mark.parametrize("name", ["scaled", "summed"])
def test_a_text_that_takes_one_size_for_another_is_found(pairs: dict[str, Pair], name: str) -> None:
    text = pairs[name].texts["cpp_forward"] or ""
    ends = [match[1] for match in re.finditer(r"wp::extract\(\w+, (\w+)\)", text)]
    wrong = re.sub(r"(wp::extract\(\w+), (\w+)\)", lambda found: f"{found[1]}, 1 - {found[2]})", text)
    assert ends
    right, changed = judged_with(pairs[name], "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()
