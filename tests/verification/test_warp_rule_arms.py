"""A gradient or a replay that a user wrote, and that is wrong in an arm of its own, is refused or not verified."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.verdicts import Hindrance

pytestmark = pytest.mark.needs("warp")
SLOPES = {
    "by_branch": "    if i > 100:\n        wp.adjoint[x] += 3.0 * x * adj_ret\n    else:\n"
    "        wp.adjoint[x] += 2.0 * x * adj_ret\n",
    "by_where": "    wp.adjoint[x] += wp.where(i > 100, 3.0 * x, 2.0 * x) * adj_ret\n",
    "by_element": "    g = 2.0 * x * adj_ret\n    if i > 100:\n        g = 3.0 * x * adj_ret\n    wp.adjoint[x] += g\n",
    "by_adjoint": "    if adj_ret > 1.0e9:\n        wp.adjoint[x] += adj_ret\n    else:\n"
    "        wp.adjoint[x] += 2.0 * x * adj_ret\n",
    "by_function": "    wp.adjoint[x] += slope(x, i) * adj_ret\n",
}
"""Gradients of ``x * x`` that are wrong in an arm that no thread of 16 takes."""
RARE = {
    "nearly_equal": "    s = 2.0 * x\n    if wp.abs(x - y) < 1.0e-3:\n        s = 3.0 * x\n"
    "    wp.adjoint[x] += s * adj_ret\n",
    "equal": "    wp.adjoint[x] += wp.where(x == y, 3.0, 2.0) * x * adj_ret\n",
    "without_else": "    if wp.abs(x - y) > 1.0e-3:\n        wp.adjoint[x] += 2.0 * x * adj_ret\n",
}
"""Gradients of ``x * x`` that are wrong where both arguments are about equal, for which points are searched."""
RIGHT = """

@wp.func
def length(v: wp.vec3):
    return wp.length(v)


@wp.func_grad(length)
def adj_length(v: wp.vec3, adj_ret: float):
    n = wp.length(v)
    if n < 1.0e-8:
        return
    wp.adjoint[v] += adj_ret * v / n


@wp.kernel
def guarded(v: wp.array[wp.vec3], y: wp.array[float]):
    i = wp.tid()
    y[i] = length(v[i])


@wp.func
def row(x: wp.array[float], i: int):
    return x[2 * i] * x[2 * i + 1]


@wp.func_grad(row)
def adj_row(x: wp.array[float], i: int, adj_ret: float):
    for k in range(2):
        if k == 0:
            wp.adjoint[x][2 * i] += x[2 * i + 1] * adj_ret
        else:
            wp.atomic_add(wp.adjoint[x], 2 * i + k, x[2 * i] * adj_ret)


@wp.kernel
def rows(x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = row(x, i)


@wp.func
def counted(x: float, seen: wp.array[int], i: int):
    seen[i] = seen[i] + 1
    return x * x


@wp.func_replay(counted)
def replay_counted(x: float, seen: wp.array[int], i: int):
    if i > 100:
        return x
    return x * x


@wp.kernel
def replayed(x: wp.array[float], seen: wp.array[int], y: wp.array[float]):
    i = wp.tid()
    z = counted(x[i], seen, i)
    y[i] = z * z
"""
HEAD = """import warp as wp


@wp.func
def slope(x: float, i: int):
    if i > 100:
        return 3.0 * x
    return 2.0 * x
"""


def _kernel(name: str, other: str, kind: str, given: str, rule: str) -> str:
    array = f"{other}: wp.array[{kind}], " if given != other else ""
    return f"""

@wp.func
def of_{name}(x: float, {other}: {kind}):
    return x * x


@wp.func_grad(of_{name})
def adj_of_{name}(x: float, {other}: {kind}, adj_ret: float):
{rule}

@wp.kernel
def {name}(x: wp.array[float], {array}out: wp.array[float]):
    i = wp.tid()
    out[i] = of_{name}(x[i], {given}) * slope(x[i], 95 + i)
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    kernels = [_kernel(name, "i", "int", "i", rule) for name, rule in SLOPES.items()]
    kernels += [_kernel(name, "y", "float", "y[i]", rule) for name, rule in RARE.items()]
    source = "".join([HEAD, *kernels, RIGHT])
    return pairs_of_source(tmp_path_factory.mktemp("rules"), source, frontend="warp")


@pytest.mark.parametrize("name", SLOPES)
def test_an_arm_of_a_rule_that_no_point_takes_proves_no_derivative(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) == {"cpp_forward", "cuda_forward"}
    assert verdict.unverified["cpp_backward"].hindrance is Hindrance.NOT_REACHED
    assert str(verdict.unverified["cpp_backward"]).endswith(" in a derivative rule")


@pytest.mark.parametrize("name", RARE)
def test_points_are_searched_that_take_the_arms_of_a_rule(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) == {"cpp_forward", "cuda_forward"}
    assert not verdict.unverified


def test_a_replay_counts_as_a_rule(pairs: dict[str, Pair]) -> None:
    why = str(pairs["replayed"].verdict.unverified["cpp_backward"])
    assert why == "not reached: no run takes return x in a derivative rule"


@pytest.mark.parametrize("name", ["guarded", "rows"])
def test_right_rules_are_verified(pairs: dict[str, Pair], name: str) -> None:
    assert {"cpp_backward", "cuda_backward"} <= set(pairs[name].verdict.verified)
    assert pairs[name].verdict.reached == 1.0
