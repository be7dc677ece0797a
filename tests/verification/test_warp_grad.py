"""``wp.grad`` has a rule: texts that compute the gradient of a function are verified, and wrong ones are found."""

import pytest
from checking import judged, pairs_of_source

from synthesis import Pair, get_frontend
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")

KERNELS = """import warp as wp


@wp.func
def energy(x: float, k: float):
    return 0.5 * k * x * x + wp.sin(x)


@wp.func
def weighted(v: wp.vec3, count: int):
    return wp.dot(v, v) * v[0] * float(count)


@wp.func
def contact(d: float, r: float):
    if d < r:
        return 0.5 * (r - d) * (r - d)
    return wp.abs(d - r) * 0.1 + wp.max(d, 1.0)


@wp.func
def pair_of(x: float):
    return wp.vec2(x * x, wp.sin(3.0 * x))


@wp.func
def squashed(x: wp.float64):
    return wp.exp(x) * x / (wp.float64(1.0) + x * x)


@wp.func
def own(x: float):
    return x * x


@wp.func_grad(own)
def adj_own(x: float, adj_ret: float):
    wp.adjoint[x] += 3.0 * adj_ret


@wp.kernel
def force(x: wp.array[float], k: wp.array[float], fx: wp.array[float], fk: wp.array[float]):
    i = wp.tid()
    dx, dk = wp.grad(energy)(x[i], k[i])
    fx[i] = -dx
    fk[i] = dk


@wp.kernel
def vectors(v: wp.array[wp.vec3], n: wp.array[int], g: wp.array[wp.vec3]):
    i = wp.tid()
    slope, _n = wp.grad(weighted)(v[i], n[i])
    g[i] = slope


@wp.kernel
def piecewise(d: wp.array[float], r: wp.array[float], g: wp.array[wp.vec2]):
    i = wp.tid()
    a, b = wp.grad(contact)(d[i], r[i])
    g[i] = wp.vec2(a, b)


@wp.kernel
def of_vector(x: wp.array[float], g: wp.array[float]):
    i = wp.tid()
    g[i] = wp.grad(pair_of)(x[i])


@wp.kernel
def of_built_in(a: wp.array[float], b: wp.array[float], g: wp.array[float]):
    i = wp.tid()
    da, db = wp.grad(wp.atan2)(a[i], b[i])
    g[i] = da + 2.0 * db


@wp.kernel
def double(x: wp.array[wp.float64], g: wp.array[wp.float64]):
    i = wp.tid()
    g[i] = wp.grad(squashed)(x[i])


@wp.kernel
def descent(x: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    d, _k = wp.grad(energy)(x[i], 2.0)
    out[i] = x[i] - 0.1 * d * energy(x[i], 2.0)


slope = wp.grad(energy)
slopes = wp.grad(wp.atan2)


@wp.kernel
def made_outside(x: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    d, _k = slope(x[i], 2.0)
    da, _b = slopes(x[i], 2.0)
    out[i] = d * da


@wp.kernel
def with_its_own(x: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.grad(own)(x[i])
"""
FORWARD = ("cpp_forward",)
LEVELS = ("cpp_forward", "cpp_backward")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("grad"), KERNELS, frontend="warp", level=LEVELS)


@pytest.mark.parametrize(
    "name", ["force", "vectors", "piecewise", "of_vector", "of_built_in", "double", "made_outside"]
)
def test_a_gradient_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == FORWARD


def test_a_gradient_is_a_constant_of_derivatives(pairs: dict[str, Pair]) -> None:
    assert pairs["descent"].verdict.verified == LEVELS


def test_what_has_a_gradient_of_its_own_is_not_modelled(pairs: dict[str, Pair]) -> None:
    assert pairs["with_its_own"].verdict.verified == ()
    assert "with a gradient of its own" in str(pairs["with_its_own"].verdict.unverified["cpp_forward"])


def test_wrong_gradients_are_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["force"]
    right = pair.texts["cpp_forward"] or ""
    changes = [
        ("wp::adj_sin(var_x, adj_x, adj_4);\n", ""),
        ("adj_5 += adj_ret;", "adj_5 += 1.01f * adj_ret;"),
        ("wp::adj_mul(var_1, var_x, adj_1, adj_x, adj_2);", "wp::adj_mul(var_1, var_k, adj_1, adj_x, adj_2);"),
    ]
    assert all(old in right for old, _ in changes)
    texts = [{"cpp_forward": right.replace(old, new)} for old, new in changes]
    with Verifier(get_frontend("warp")) as verifier:
        first, *others = judged(verifier, pair.spec, [{"cpp_forward": right}, *texts])
    assert first.verdict.verified == FORWARD
    assert [each.verdict.verified for each in others] == [()] * len(changes)
