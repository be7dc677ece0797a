"""Inferred counts and results vary, so that a text is found that confuses counts with sizes, or stores a constant."""

import re

import pytest
from checking import judged_with, pairs_of_source

from synthesis import Pair
from synthesis.core.signatures import Domain

pytestmark = pytest.mark.needs("warp")
KERNELS = """
import warp as wp


@wp.struct
class Shape:
    count: int
    scale: float


@wp.kernel
def ring(head: int, capacity: int, x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = x[(head + i) % capacity]


@wp.kernel
def row(n: int, x: wp.array2d[float], y: wp.array[float]):
    i = wp.tid()
    s = float(0.0)
    for j in range(n):
        s += x[i, j]
    y[i] = s


@wp.kernel
def scaled(shape: Shape, x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = x[i] * shape.scale / float(shape.count)


@wp.kernel
def last(n: int, x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = x[i] + x[n + 15]


@wp.kernel
def cells(x: wp.array[float], nx: int, ny: int, y: wp.array[float]):
    t = wp.tid()
    i = t // ny
    j = t % ny
    if i > 0 and i < nx - 1 and j > 0 and j < ny - 1:
        y[t] = x[t - 1] + x[t + 1] + x[t - ny] + x[t + ny] - 4.0 * x[t]
    else:
        y[t] = 0.0


@wp.struct
class Node:
    left: int
    right: int
    low: wp.vec3
    high: wp.vec3


@wp.kernel
def walk(nodes: wp.array[Node], p: wp.array[wp.vec3], steps: wp.array[int]):
    i = wp.tid()
    k = int(0)
    n = int(0)
    while k >= 0 and n < 6:
        node = nodes[k]
        q = p[i]
        if q[0] >= node.low[0] and q[1] >= node.low[1] and q[0] <= node.high[0] and q[1] <= node.high[1]:
            k = node.left
        else:
            k = node.right
        n += 1
    steps[i] = n
"""
WRONG = {
    "ring": ("wp::add(var_head, var_0)", "wp::add(var_capacity, var_0)"),
    "row": ("wp::range(var_n)", "wp::range(16)"),
    "scaled": ("wp::float(var_8)", "wp::float(16)"),
}
"""For each kernel, a change of its text to what is right if all counts are 16."""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("counts"), KERNELS, frontend="warp", level=["cpp_forward"])


@pytest.mark.parametrize("name", WRONG)
def test_a_text_that_takes_a_size_for_a_count_fails(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    text = pair.texts["cpp_forward"] or ""
    right, changed = judged_with(pair, "cpp_forward", text.replace(*WRONG[name]))
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_counts_are_varied_where_the_kernel_stays_in_its_arrays(pairs: dict[str, Pair]) -> None:
    counts = {name: pair.spec.signature.spread.arguments[0] for name, pair in pairs.items()}
    assert [counts[name].domain for name in ("ring", "row")] == [Domain(low=4, high=16)] * 2
    assert counts["scaled"].fields[0].domain == Domain(low=4, high=16)
    assert "cpp_forward" in pairs["last"].verdict.verified


def test_inputs_on_which_only_some_results_vary_come_before_those_on_which_none_do(pairs: dict[str, Pair]) -> None:
    pair = pairs["walk"]
    assert [each.domain for each in pair.spec.signature.arguments[0].fields[:2]] == [Domain(low=-1, high=15)] * 2
    text = pair.texts["cpp_forward"] or ""
    constant = re.sub(r"array_store\(var_steps, var_0, \w+\)", "array_store(var_steps, var_0, 6)", text)
    right, changed = judged_with(pair, "cpp_forward", constant)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_a_count_that_the_kernel_divides_by_is_never_zero(pairs: dict[str, Pair]) -> None:
    pair = pairs["cells"]
    count = next(each for each in pair.spec.signature.arguments if each.name == "ny")
    assert count.domain is not None
    assert count.domain.low == 1
    assert pair.verdict.verified == ("cpp_forward",), pair.verdict
