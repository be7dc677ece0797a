"""Threads that store or add components of one element, of which each has its own."""

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.verdicts import Hindrance

ALL = ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")
SOURCE = """
import warp as wp

@wp.struct
class Body:
    x: wp.vec3
    m: float

@wp.kernel
def by_number(x: wp.array2d(dtype=float), out: wp.array(dtype=wp.vec3)):
    i, c = wp.tid()
    out[i][c] = 2.0 * x[i, c]

@wp.kernel
def of_matrices(x: wp.array3d(dtype=float), out: wp.array(dtype=wp.mat22)):
    i, r, c = wp.tid()
    out[i][r, c] = wp.sin(x[i, r, c])

@wp.kernel
def by_name(x: wp.array(dtype=float), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    if i % 2 == 0:
        out[i // 2].x = x[i] * x[i]
    else:
        out[i // 2].y = 3.0 * x[i]

@wp.kernel
def of_fields(x: wp.array(dtype=float), out: wp.array(dtype=Body)):
    i = wp.tid()
    if i % 4 == 3:
        out[i // 4].m = x[i]
    else:
        out[i // 4].x[i % 4] = 2.0 * x[i]

@wp.kernel
def added(x: wp.array2d(dtype=float), k: wp.array(dtype=int), out: wp.array(dtype=Body)):
    i, c = wp.tid()
    out[k[i]].x[c] += x[i, c]

@wp.kernel
def scaled_in_place(scale: float, x: wp.array(dtype=wp.vec3)):
    i, c = wp.tid()
    x[i][c] = wp.where(c == 1, scale, 0.5)

@wp.kernel
def one_and_all(x: wp.array(dtype=float), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    out[i // 2][i % 2] = x[i]
    if i % 2 == 0:
        out[i // 2] = wp.vec2(0.5, x[i])
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("components"), SOURCE)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["by_number", "of_matrices", "by_name", "of_fields", "added", "scaled_in_place"])
def test_components_of_their_own_are_proved_on_both(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) >= {"cpp_forward", "cuda_forward"}
    assert not pairs[name].verdict.unverified


@pytest.mark.needs("warp")
def test_a_component_and_the_whole_element_are_not_apart(pairs: dict[str, Pair]) -> None:
    verdict = pairs["one_and_all"].verdict
    assert verdict.verified == ("cpp_forward",)
    assert verdict.unverified["cuda_forward"].hindrance is Hindrance.DEPENDS_ON_ORDER


@pytest.mark.needs("warp")
@pytest.mark.parametrize(("name", "launch"), [("by_number", (16, 3)), ("of_matrices", (16, 2, 2)), ("added", (16, 3))])
def test_threads_are_launched_along_components(pairs: dict[str, Pair], name: str, launch: tuple[int, ...]) -> None:
    assert pairs[name].spec.signature.launch == launch
    assert pairs[name].verdict.verified == ALL
