"""Domains hold the numbers that functions, and constants by their names, compare arguments with."""

import math

import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.verification.thresholds import thresholds_of

SOURCE = """
import warp as wp

@wp.func
def squared_at(v: float, k: int):
    return v * 2.0 if k != 77 else v * v

@wp.kernel
def of_an_integer(k: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = squared_at(x[i], k[i])

@wp.func
def compressed(v: float):
    r = v
    if v > 50.0:
        r = 50.0 + wp.log(v - 49.0)
    return r

@wp.kernel
def of_a_number(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = compressed(v=x[i])

@wp.func
def is_selected(world: int, mask: wp.array(dtype=wp.bool), count: int):
    if world >= 0 and world < count:
        return mask[world]
    return world == -1 and mask[count]

@wp.kernel
def one_more(worlds: wp.array(dtype=int), mask: wp.array(dtype=wp.bool), count: int, out: wp.array(dtype=float)):
    i = wp.tid()
    if is_selected(worlds[i], mask, count):
        out[i] = float(i) + 1.0

@wp.kernel
def wrapped(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    a = x[i]
    if a > wp.pi:
        a = a - 2.0 * wp.pi
    if a < -wp.pi:
        a = a + 2.0 * wp.pi
    out[i] = a
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("called"), SOURCE)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["of_an_integer", "of_a_number", "one_more", "wrapped"])
def test_everything_in_called_functions_is_reached(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert verdict.reached == 1.0
    assert {"cpp_forward", "cuda_forward"} <= set(verdict.verified)
    assert not verdict.unverified


@pytest.mark.needs("warp")
def test_an_array_has_room_for_what_a_wider_domain_indexes(pairs: dict[str, Pair]) -> None:
    arguments = {each.name: each for each in pairs["one_more"].spec.signature.arguments}
    count, mask, worlds = (arguments[name] for name in ("count", "mask", "worlds"))
    assert count.domain is not None
    assert worlds.domain is not None
    assert worlds.domain.low < 0
    assert mask.shape is not None
    assert (mask.shape[0] or 0) > count.domain.high


def test_numbers_reach_an_argument_through_calls() -> None:
    source = "def g(a, b=0):\n    return a > 3.0 or b < -math.pi\ndef f(x, y):\n    z = y\n    return g(x, b=z)\n"
    found = thresholds_of(source, ["x", "y"], calls=True).of
    assert found["x"] == (3.0,)
    assert found["y"] == (-math.pi,)
