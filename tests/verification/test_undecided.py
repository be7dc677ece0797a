"""Where rounding decides a comparison, a text may take either way, and its derivative is not checked."""

from pathlib import Path

import numpy as np
import pytest
from checking import pairs_of_texts

from synthesis import Pair, get_frontend
from synthesis.frontends.base import Kernel
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
KERNELS = """import warp as wp


@wp.func
def quaternion(k: wp.array(dtype=int), i: int) -> wp.quat:
    return wp.normalize(wp.quat(float(k[4 * i]), float(k[4 * i + 1]), float(k[4 * i + 2]), float(k[4 * i + 3])))


@wp.func
def axis(a: wp.array(dtype=int), b: wp.array(dtype=int), i: int) -> wp.vec3:
    q = wp.quat_inverse(quaternion(a, i)) * quaternion(b, i)
    v = wp.vec3(q[0], q[1], q[2])
    if q[3] < 0.0:
        v = -v
    return v


@wp.func
def times(x: float, v: wp.vec3) -> wp.vec3:
    return x * v


@wp.func_grad(times)
def adj_times(x: float, v: wp.vec3, adj_ret: wp.vec3):
    wp.adjoint[x] += 1.1 * wp.dot(v, adj_ret)


@wp.kernel
def shortest(a: wp.array(dtype=int), b: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = x[i] * axis(a, b, i)


@wp.kernel
def wrong(a: wp.array(dtype=int), b: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = times(x[i], axis(a, b, i))
"""
INPUTS = """
a = "i32[256] in -2..2"
b = "i32[256] in -2..2"
x = "f32[64] in 1..2"
dim = 64
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    folder: Path = tmp_path_factory.mktemp("undecided")
    return pairs_of_texts(folder, KERNELS, f"[shortest]{INPUTS}[wrong]{INPUTS}")


def test_a_derivative_is_verified_if_rounding_decides_some_signs(pairs: dict[str, Pair]) -> None:
    pair, frontend = pairs["shortest"], get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    with Verifier(frontend) as verifier:
        plans = [make_plan(frontend, kernel, pair.texts, useful=False, fresh=False, seed=seed) for seed in (3, 4)]
        found = verifier.judge(plans)
    frontend.compiler.release([kernel])
    for each in found:
        assert not each.failed
        assert {"cpp_forward", "cpp_backward"} <= set(each.verdict.verified)


def test_a_wrong_derivative_of_the_same_kernel_is_refused(pairs: dict[str, Pair]) -> None:
    assert "cpp_forward" in pairs["wrong"].verdict.verified
    assert "cpp_backward" not in pairs["wrong"].verdict.verified


def test_the_oracle_gives_the_results_of_the_other_decision(pairs: dict[str, Pair]) -> None:
    spec, frontend = pairs["shortest"].spec, get_frontend("warp")
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    quaternions = np.tile(np.array([[1, 2, -1, 2], [1, -1, 1, 1]], np.int32), (32, 1))
    others = np.tile(np.array([[2, -1, 2, 1], [1, 2, 2, 1]], np.int32), (32, 1))
    run = {
        "a": quaternions.ravel(), "b": others.ravel(), "x": np.ones(64, np.float32),
        "out": np.zeros((64, 3), np.float32),
    }  # fmt: skip
    (perturbed,) = frontend.the_prover.reference(kernel).perturbed([run], seed=0) or []
    frontend.compiler.release([kernel])
    own, (other,) = perturbed.off["out"], [each["out"] for each in perturbed.inverted]
    flipped = np.isclose(other[0::2], -own[0::2], atol=1e-6).all(axis=1)
    assert flipped.mean() > 0.9
    assert np.abs(own[0::2]).max() > 0.5
    assert np.allclose(other[1::2], own[1::2], atol=1e-6)
