"""Kernels that change an argument, which a CUDA thread keeps for its next element: docs/findings/022."""

import pytest
from checking import pairs_of_source

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")

WARP = """
import warp as wp

@wp.struct
class Settings:
    rate: float
    axis: wp.vec3

@wp.kernel(enable_backward=False)
def counted_down(n: int, x: wp.array(dtype=int), y: wp.array(dtype=int)):
    i = wp.tid()
    total = int(0)
    while n > 0:
        n -= 1
        total += x[i]
    y[i] = total

@wp.kernel(enable_backward=False)
def summed(rate: float, m: int, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    for k in range(m):
        rate = rate * 0.5 + x[i]
    y[i] = rate

@wp.kernel(enable_backward=False)
def component(v: wp.vec3, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    v[0] += x[i]
    y[i] = v[0] + v[1]

@wp.kernel(enable_backward=False)
def field(settings: Settings, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    settings.rate += x[i]
    y[i] = settings.rate

@wp.kernel(enable_backward=False)
def component_of_a_field(settings: Settings, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    settings.axis[1] = settings.axis[1] + x[i]
    y[i] = settings.axis[1]

@wp.kernel(enable_backward=False)
def renamed(rate: float, settings: Settings, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    rate = rate * settings.rate + x[i]
    v = settings.axis
    for k in range(3):
        v[k] += x[i] * rate
    y[i] = rate + v[2]
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("changed"), WARP)


@pytest.mark.parametrize("name", ["counted_down", "summed", "component", "field", "component_of_a_field"])
def test_cuda_of_a_kernel_that_changes_an_argument_is_refused(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("cpp_forward",)


def test_cuda_of_a_kernel_that_changes_a_copy_is_verified(pairs: dict[str, Pair]) -> None:
    assert pairs["renamed"].verdict.verified == ("cpp_forward", "cuda_forward")
