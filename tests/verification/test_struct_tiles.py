"""Tiles of structs, functions that are mapped over tiles, and arrays of structs in structs."""

import pytest
from checking import judged, pairs_of

from synthesis import Pair, get_frontend
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
KERNELS = """
import warp as wp

@wp.struct
class Inner:
    a: wp.vec2h
    n: int

@wp.struct
class Item:
    inner: Inner
    x: float

@wp.func
def joined(a: Item, b: Item) -> Item:
    r = Item()
    r.x = a.x + b.x
    r.inner.a = a.inner.a + b.inner.a
    r.inner.n = a.inner.n - b.inner.n
    return r

@wp.func
def scaled(a: Item, s: float) -> Item:
    r = a
    r.x = s * a.x
    return r

@wp.func
def size(a: Item) -> float:
    return a.x * a.x + 0.5 * float(a.inner.a[0])

@wp.func
def stepwise(a: float):
    b = a * 2.0
    c = b + 1.0
    return c * a

@wp.kernel
def elements(inp: wp.array2d(dtype=Item), out: wp.array(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(inp[i], shape=4)
    out[i] = t[1].x + 2.0 * float(t[2].inner.n)

@wp.kernel
def combined(inp: wp.array2d(dtype=Item), other: wp.array2d(dtype=Item), out: wp.array2d(dtype=Item)):
    i = wp.tid()
    t = wp.tile_load(inp[i], shape=4)
    u = wp.tile_load(other[i], shape=4)
    wp.tile_store(out[i], wp.tile_map(joined, t, u))

@wp.kernel
def times(inp: wp.array2d(dtype=Item), s: float, out: wp.array2d(dtype=Item)):
    i = wp.tid()
    t = wp.tile_load(inp[i], shape=4)
    wp.tile_store(out[i], wp.tile_map(scaled, t, s))

@wp.kernel
def sizes(inp: wp.array(dtype=Item), out: wp.array(dtype=float)):
    t = wp.tile_load(inp, shape=4)
    wp.tile_store(out, wp.tile_sum(wp.tile_map(size, t)))

@wp.kernel
def beyond(inp: wp.array(dtype=Item), out: wp.array(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(inp, shape=4, offset=i * 3)
    out[i] = t[3].x + t[0].x

@wp.kernel
def mapped(inp: wp.array(dtype=float), out: wp.array(dtype=float)):
    t = wp.tile_load(inp, shape=4)
    wp.tile_store(out, wp.tile_map(stepwise, t))

@wp.kernel
def nested(inp: wp.array(dtype=Item), out: wp.array(dtype=Item)):
    i = wp.tid()
    out[i] = scaled(inp[i], 3.0)
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("structs") / "items.py"
    path.write_text(KERNELS)
    return pairs_of(path)


@pytest.mark.parametrize("name", ["elements", "combined", "times", "sizes", "beyond", "mapped", "nested"])
def test_they_are_verified_with_their_derivatives(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert {"cpp_forward", "cpp_backward", "cuda_forward"} <= set(verdict.verified), verdict.unverified
    assert verdict.reached == 1.0


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("combined", "wp::sub(", "wp::add("),
        ("times", "wp::mul(", "wp::add("),
        ("sizes", "0.5", "0.25"),
        ("mapped", "2.0", "2.1"),
        ("nested", "3.0", "3.1"),
    ],
)
def test_a_wrong_text_is_refused(pairs: dict[str, Pair], name: str, right: str, wrong: str) -> None:
    text = str(pairs[name].texts["cpp_forward"])
    changed = text.replace(right, wrong, 1)
    assert changed != text
    with Verifier(get_frontend("warp")) as verifier:
        first, second = judged(verifier, pairs[name].spec, [{"cpp_forward": text}, {"cpp_forward": changed}])
    assert first.verdict.verified == ("cpp_forward",)
    assert list(second.failed) == ["cpp_forward"]
