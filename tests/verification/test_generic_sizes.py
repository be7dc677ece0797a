"""Numbers of components and elements that Warp knows when it compiles, and constructors with keywords."""

from pathlib import Path

import pytest
from checking import judged_with, pairs_of_source

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")

WARP = """
from typing import Any

import warp as wp

@wp.func
def weighed(v: Any):
    total = v.dtype(0.0)
    for i in range(v.length):
        total += v[i]
    return total * v.dtype(float(type(v).length))

@wp.kernel
def sizes(x: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), y: wp.array(dtype=float),
          t: wp.array(dtype=wp.transform)):
    i = wp.tid()
    unit = wp.identity(n=type(x[i]).length, dtype=float)
    y[i] = weighed(x[i]) + wp.trace(unit) * x[i][0] * float(q[i].length)
    t[i] = wp.transformation(p=x[i], q=q[i])

@wp.kernel
def lengths(x: wp.array(dtype=wp.vec3), y: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    unit = wp.identity(n=wp.static(len(v) + 1), dtype=float)
    pair = (v[0], v[1])
    y[i] = wp.trace(unit) * v[0] + float(wp.static(len(pair))) * v[1]

@wp.kernel
def tiles(x: wp.array3d(dtype=float), y: wp.array2d(dtype=float), z: wp.array(dtype=float),
          w: wp.array(dtype=float), n: wp.array(dtype=wp.int64)):
    a = wp.tile_load(x, shape=(1, 8, 1), offset=(0, 0, 0))
    wp.tile_store(y, wp.tile_squeeze(a, axis=(-3,)), offset=(0, 0))
    b = wp.tile_load(z, shape=(3,))
    wp.tile_store(w, b + wp.tile_arange(0.0, 0.3, 0.1, dtype=float))
    wp.tile_store(n, wp.tile_arange(0, 9007199254740993, 9007199254740992, dtype=wp.int64))
"""


HALVES = """
import warp as wp

@wp.kernel
def product(a: wp.array2d(dtype=wp.float16), b: wp.array2d(dtype=wp.float16), c: wp.array2d(dtype=wp.float16)):
    i, j = wp.tid()
    x = wp.tile_load(a, shape=(8, 16), offset=(i * 8, 0))
    y = wp.tile_load(b, shape=(16, 8), offset=(0, j * 8))
    wp.tile_store(c, wp.tile_matmul(x, y), offset=(i * 8, j * 8))
"""


def test_products_of_tiles_of_half_precision_are_rounded_as_warp_rounds_them(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, HALVES)["product"]
    assert {"cpp_forward", "cpp_backward"} <= set(pair.verdict.verified), pair.verdict


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("sizes"), WARP)


@pytest.mark.parametrize("name", ["lengths", "sizes", "tiles"])
def test_numbers_of_components_and_elements_are_known(pairs: dict[str, Pair], name: str) -> None:
    assert {"cpp_forward", "cpp_backward", "cuda_forward"} <= set(pairs[name].verdict.verified), pairs[name].verdict


def test_a_text_with_another_number_of_components_is_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["sizes"]
    text = pair.texts["cpp_forward"] or ""
    wrong = text.replace("= 3;", "= 2;", 1)
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()
