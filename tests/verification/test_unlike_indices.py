"""Kernels of springs, triangles, permutations and colours need indices that differ, unlike the common inputs."""

import pytest
from checking import pairs_of_source

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")

WARP = """
import warp as wp

@wp.kernel
def springs(pairs: wp.array(dtype=int), x: wp.array(dtype=wp.vec3), f: wp.array(dtype=wp.vec3)):
    t = wp.tid()
    i = pairs[2 * t]
    j = pairs[2 * t + 1]
    if i == -1 or j == -1:
        return
    d = x[i] - x[j]
    r = wp.length(d)
    wp.atomic_sub(f, i, d * (1.0 / r) * (r - 0.5))
    wp.atomic_add(f, j, d * (1.0 / r) * (r - 0.5))

@wp.kernel
def ends(first: wp.array(dtype=int), second: wp.array(dtype=int), x: wp.array(dtype=wp.vec3), w: wp.array(dtype=float)):
    t = wp.tid()
    w[t] = 1.0 / wp.length(x[first[t]] - x[second[t]])

@wp.kernel
def vectors(corners: wp.array(dtype=wp.vec3i), x: wp.array(dtype=wp.vec3), n: wp.array(dtype=wp.vec3)):
    t = wp.tid()
    i = corners[t]
    c = wp.cross(x[i[1]] - x[i[0]], x[i[2]] - x[i[0]])
    n[t] = c / wp.length(c)

@wp.kernel
def flat(corners: wp.array(dtype=int), x: wp.array(dtype=wp.vec3), n: wp.array(dtype=wp.vec3)):
    t = wp.tid()
    i = corners[3 * t]
    c = wp.cross(x[corners[3 * t + 1]] - x[i], x[corners[3 * t + 2]] - x[i])
    n[t] = c / wp.length(c)

@wp.kernel
def permuted(x: wp.array(dtype=wp.vec3), place: wp.array(dtype=int), y: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    y[place[i]] = x[i]

@wp.kernel
def coloured(colour: wp.array(dtype=int), pairs: wp.array(dtype=wp.vec2i), x: wp.array(dtype=float)):
    t = wp.tid()
    e = pairs[colour[t]]
    m = 0.5 * (x[e[0]] + x[e[1]])
    x[e[0]] = m
    x[e[1]] = m

@wp.kernel
def racing(x: wp.array(dtype=float), place: wp.array(dtype=int), y: wp.array(dtype=float)):
    i = wp.tid()
    y[place[i] % 3] = x[i]
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("indices"), WARP)


@pytest.mark.parametrize("name", ["springs", "ends", "vectors", "flat"])
def test_elements_with_corners_that_differ_are_verified(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"}
    assert str(verdict.gradient) == "agrees"


@pytest.mark.parametrize("name", ["permuted", "coloured"])
def test_threads_that_store_at_given_places_get_places_of_their_own(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"}
    assert str(verdict.gradient) == "agrees"


def test_a_race_that_no_indices_avoid_depends_on_order(pairs: dict[str, Pair]) -> None:
    verdict = pairs["racing"].verdict
    assert verdict.verified == ("cpp_forward",)
    assert "depends on order" in str(verdict.unverified["cuda_forward"])
