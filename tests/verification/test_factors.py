"""Kernels that factor matrices: Warp's method stops before the factors of some matrices have converged."""

import pytest
from checking import pairs_of_source

from synthesis import Pair, get_frontend
from synthesis.frontends.base import Kernel
from synthesis.verification.planning import make_plan

pytestmark = pytest.mark.needs("warp")

SEEDS = range(1, 9)
WARP = """
import warp as wp

@wp.kernel
def rotation_of(f: wp.array(dtype=wp.mat33), r: wp.array(dtype=wp.mat33)):
    i = wp.tid()
    u = wp.mat33()
    s = wp.vec3()
    v = wp.mat33()
    wp.svd3(f[i], u, s, v)
    r[i] = u * wp.transpose(v)

@wp.kernel
def clamped(f: wp.array(dtype=wp.mat33), p: wp.array(dtype=wp.mat33)):
    i = wp.tid()
    u, s, v = wp.svd3(f[i])
    p[i] = u * wp.diag(wp.vec3(wp.clamp(s[0], 0.1, 2.0), s[1], s[2])) * wp.transpose(v)

@wp.kernel
def function_of(f: wp.array(dtype=wp.mat33), y: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    q, d = wp.eig3(f[i] + wp.transpose(f[i]))
    y[i] = q * wp.cw_mul(d, wp.transpose(q) * wp.vec3(1.0, 2.0, 3.0))

@wp.kernel
def doubled(f: wp.array(dtype=wp.mat33d), r: wp.array(dtype=wp.mat33d)):
    i = wp.tid()
    u, s, v = wp.svd3(f[i])
    r[i] = u * wp.transpose(v)

@wp.kernel
def solved(a: wp.array2d(dtype=float), b: wp.array(dtype=float), x: wp.array(dtype=float)):
    factor = wp.tile_cholesky(wp.tile_load(a, shape=(4, 4)))
    wp.tile_store(x, wp.tile_cholesky_solve(factor, wp.tile_load(b, shape=4)))

@wp.kernel
def sorted_pairs(key: wp.array(dtype=float), value: wp.array(dtype=int)):
    k = wp.tile_load(key, shape=16, storage="shared")
    v = wp.tile_load(value, shape=16, storage="shared")
    wp.tile_sort(k, v)
    wp.tile_store(key, k)
    wp.tile_store(value, v)
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("factors"), WARP)


@pytest.mark.parametrize("name", ["rotation_of", "clamped", "function_of", "doubled"])
def test_factors_that_have_not_converged_are_verified(pairs: dict[str, Pair], name: str) -> None:
    assert {"cpp_forward", "cuda_forward"} <= set(pairs[name].verdict.verified)


@pytest.mark.parametrize("name", ["solved", "sorted_pairs"])
def test_inputs_are_found_for_which_the_result_is_defined(pairs: dict[str, Pair], name: str) -> None:
    assert {"cpp_forward", "cuda_forward"} <= set(pairs[name].verdict.verified)


def test_inputs_of_another_seed_with_undefined_results_are_replaced(pairs: dict[str, Pair]) -> None:
    pair, frontend = pairs["sorted_pairs"], get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    try:
        plans = [make_plan(frontend, kernel, pair.texts, useful=False, fresh=False, seed=seed) for seed in SEEDS]
        fresh = [make_plan(frontend, kernel, pair.texts, useful=False, seed=seed) for seed in SEEDS]
    finally:
        frontend.compiler.release([kernel])
    assert [each for each in fresh if each.unknown is not None and "not defined" in each.unknown.detail]
    assert not [each for each in plans if each.unknown is not None and "not defined" in each.unknown.detail]
