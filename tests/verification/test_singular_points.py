"""Derivatives where a vector is zero: what a text has there may be the rounding of large terms that cancel."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checking import judged, pairs_of_texts
from conftest import one_kernel

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.frontends.base import Reference, Trace
from synthesis.verification import measuring
from synthesis.verification.points import NothingToCheck, find_points
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
SPRINGS = """import warp as wp


@wp.kernel
def one(pairs: wp.array[int], q: wp.array[wp.vec3], f: wp.array[wp.vec3]):
    k = wp.tid()
    i = pairs[k * 2]
    j = pairs[k * 2 + 1]
    if i >= 0:
        d = q[i] - q[j]
        wp.atomic_sub(f, i, d * wp.length(d) / (wp.length(d) + 1.0e-5))
"""


def springs(folder: Path, least: int, most: int, count: int) -> tuple[Reference, KernelSpec]:
    kernel = one_kernel(folder, SPRINGS)
    domains = {"pairs": Domain(low=least, high=most)}
    shapes = {"pairs": (2 * count,), "q": (16,), "f": (16,)}
    signature = kernel.spec.signature
    arguments = tuple(
        replace(each, shape=shapes[each.name], domain=domains.get(each.name, Domain(low=-1.0, high=1.0)))
        for each in signature.arguments
    )
    spec = replace(kernel.spec, signature=replace(signature, arguments=arguments, launch=(count,)))
    return get_frontend("warp").the_prover.reference(replace(kernel, spec=spec)), spec


def test_the_reference_says_in_which_runs_a_vector_is_zero(tmp_path: Path) -> None:
    reference, spec = springs(tmp_path, 0, 15, 2)
    q = np.arange(48, dtype=np.float32).reshape(16, 3)
    runs = [
        {"pairs": np.array(pairs, np.int32), "q": q, "f": np.zeros((16, 3), np.float32)}
        for pairs in ([0, 1, 2, 3], [0, 1, 3, 3], [-1, -1, 4, 2])  # where nothing runs, nothing is zero
    ]
    trace = Trace()
    reference(runs, double=True, trace=trace)
    assert trace.singular == {1}
    assert spec.signature.launch == (2,)


def test_a_vector_that_is_zero_says_nothing_where_the_thread_leaves_all_as_it_is(tmp_path: Path) -> None:
    written = "        wp.atomic_sub(f, i, d * wp.length(d) / (wp.length(d) + 1.0e-5))\n"
    assert written in SPRINGS
    guarded = SPRINGS.replace(written, "        if wp.length(d) < 1.0e-6:\n            return\n" + written)
    kernel = one_kernel(tmp_path, guarded)
    q = np.ones((16, 3), np.float32) * np.arange(16, dtype=np.float32)[:, None]
    runs = [
        {"pairs": np.array(pairs, np.int32), "q": q, "f": np.zeros((16, 3), np.float32)}
        for pairs in ([3, 3, 4, 4], [0, 1, 3, 3])
    ]
    arguments = tuple(
        replace(each, shape=(4,) if each.name == "pairs" else (16,), domain=Domain(low=0, high=15))
        for each in kernel.spec.signature.arguments
    )
    spec = replace(kernel.spec, signature=replace(kernel.spec.signature, arguments=arguments, launch=(2,)))
    trace = Trace()
    get_frontend("warp").the_prover.reference(replace(kernel, spec=spec))(runs, double=True, trace=trace)
    assert trace.singular == set()


TILES = """import warp as wp


@wp.func
def size(x: wp.vec3):
    return wp.length(x)


@wp.kernel
def one(q: wp.array2d[wp.vec3], f: wp.array2d[float]):
    i = wp.tid()
    wp.tile_store(f[i], wp.tile_map(size, wp.tile_load(q[i], shape=4)))
"""


def test_a_vector_of_a_tile_is_told_of_its_own_run(tmp_path: Path) -> None:
    kernel = one_kernel(tmp_path, TILES)
    arguments = tuple(
        replace(each, shape=(2, 4), domain=Domain(low=-1, high=1)) for each in kernel.spec.signature.arguments
    )
    signature = replace(kernel.spec.signature, arguments=arguments, launch=(2,), tiled=True)
    ones = np.ones((2, 4, 3), np.float32)
    zero = ones.copy()
    zero[1, 2] = 0.0
    runs = [{"q": each, "f": np.zeros((2, 4), np.float32)} for each in (ones, ones, zero, ones)]
    trace = Trace()
    reference = get_frontend("warp").the_prover.reference(
        replace(kernel, spec=replace(kernel.spec, signature=signature))
    )
    reference(runs, double=True, trace=trace)
    assert trace.singular == {2}


def test_points_without_such_a_vector_are_taken_where_there_are_some(tmp_path: Path) -> None:
    reference, spec = springs(tmp_path, 0, 15, 4)
    found = find_points(reference, spec, seed=3)
    assert not isinstance(found, NothingToCheck)
    for each in found:
        pairs = each.inputs["pairs"].reshape(-1, 2)
        assert (pairs[:, 0] != pairs[:, 1]).all()


def test_where_there_are_none_a_slope_may_be_off_by_a_share_of_the_largest(tmp_path: Path) -> None:
    reference, spec = springs(tmp_path, 0, 3, 200)
    found = find_points(reference, spec)
    assert not isinstance(found, NothingToCheck)
    for each in found:
        least = measuring._SINGULAR * max(abs(slope.value) for slope in each.slopes)  # pyright: ignore[reportPrivateUsage]
        assert all(slope.uncertainty >= least for slope in each.slopes)


DEGENERATE = """import warp as wp


@wp.kernel
def tetrahedra(x: wp.array[wp.vec3], corners: wp.array2d[int], size: wp.array[float]):
    t = wp.tid()
    first = x[corners[t, 0]]
    a = x[corners[t, 1]] - first
    b = x[corners[t, 2]] - first
    r = wp.sqrt(wp.dot(a, a) + wp.dot(b, b))
    if r > 1.0e-6:
        size[t] = wp.log(r)


@wp.kernel
def unit(x: wp.array[wp.vec3], ends: wp.array2d[int], f: wp.array[wp.vec3]):
    t = wp.tid()
    d = x[ends[t, 1]] - x[ends[t, 0]]
    n = d / wp.length(d)
    if ends[t, 0] != ends[t, 1]:
        wp.atomic_add(f, ends[t, 0], n)


@wp.kernel
def limited(x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = wp.sqrt(wp.max(x[i], 0.0))
"""


@pytest.fixture(scope="module")
def degenerate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    table = '[limited]\nx = "f32[16] in -1..1"\n'
    return pairs_of_texts(tmp_path_factory.mktemp("mine"), DEGENERATE, table)


@pytest.mark.parametrize("name", ["tetrahedra", "unit"])
def test_points_are_left_out_where_equal_numbers_give_the_root_of_zero(name: str, degenerate: dict[str, Pair]) -> None:
    pair = degenerate[name]
    assert "cpp_backward" in pair.verdict.verified
    assert str(pair.verdict.gradient) == "agrees"


def test_points_stay_where_a_limit_gives_the_root_of_zero(degenerate: dict[str, Pair]) -> None:
    pair = degenerate["limited"]
    assert "cpp_backward" in pair.verdict.verified
    text = pair.texts["cpp_backward"] or ""
    wrong = re.sub(r"wp::adj_max\((\w+), (\w+), (\w+), (\w+), ", r"wp::adj_max(\1 + 9.0f, \2, \3, \4, ", text)
    assert wrong != text
    with Verifier(get_frontend("warp")) as verifier:
        kept, found = judged(verifier, pair.spec, [pair.texts, {**pair.texts, "cpp_backward": wrong}])
    assert "cpp_backward" in kept.verdict.verified
    assert found.failed["cpp_backward"].symptom is Symptom.WRONG_GRADIENT
