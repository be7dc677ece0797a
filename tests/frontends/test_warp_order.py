"""Threads that the oracle runs together leave what they leave one after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from conftest import one_kernel
from hypothesis import given
from hypothesis import strategies as st

from synthesis import get_frontend
from synthesis.frontends.base import Kernel
from synthesis.frontends.warp.reference.order import Touched, are_in_order, depend, stages_of

THREADS = 5
ACCESSES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, THREADS - 1)), min_size=1, max_size=24
)
"""Elements, kinds and threads, in the order in which they came."""


def touched_of(accesses: list[tuple[int, int, int]]) -> Touched:
    place, kind, thread = np.array(accesses).T
    return Touched(place, kind, (kind == 2).astype(int), thread)


def conflicts(accesses: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The threads of two accesses, of which the first came first, to one element that one of them changes."""
    return [
        (first[2], second[2])
        for number, first in enumerate(accesses)
        for second in accesses[number + 1 :]
        if first[0] == second[0] and (first[1] or second[1]) and first[2] != second[2]
    ]


@pytest.mark.needs("warp")
@given(ACCESSES)
def test_accesses_are_in_order_where_no_later_thread_was_first(accesses: list[tuple[int, int, int]]) -> None:
    expected = all(first < second for first, second in conflicts(accesses))
    assert are_in_order({"a": touched_of(accesses)}) is expected


@pytest.mark.needs("warp")
@given(ACCESSES, ACCESSES)
def test_a_thread_runs_after_those_that_it_depends_on(
    left: list[tuple[int, int, int]], right: list[tuple[int, int, int]]
) -> None:
    stages = stages_of({"a": touched_of(left), "b": touched_of(right)}, THREADS)
    stage = {thread: number for number, group in enumerate(stages) for thread in group}
    assert sorted(stage) == list(range(THREADS))
    for pair in (*conflicts(left), *conflicts(right)):
        assert stage[min(pair)] < stage[max(pair)]


@pytest.mark.needs("warp")
def test_what_is_only_added_to_depends_on_nothing() -> None:
    assert not depend({"a": touched_of([(0, 2, 0), (0, 2, 1)])})
    assert depend({"a": touched_of([(0, 2, 0), (0, 0, 1)])})


def loaded(folder: Path, body: str) -> Kernel:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    kernel = one_kernel(
        folder,
        "import warp as wp\n\n\n@wp.kernel\n"
        f"def one(a: wp.array(dtype=float), n: wp.array(dtype=int), o: wp.array(dtype=float)):\n{lines}",
    )
    object.__setattr__(kernel.spec.signature, "launch", (16,))
    return kernel


Arrays = npt.NDArray[Any]


def _behind(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[i] = a[max(i - 1, 0)] * 2.0


def _ahead(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[i] = a[min(i + 1, 15)] + a[i]


def _far(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[i * 7 % 16] = a[i * 3 % 16] + 1.0


def _slots(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    if a[i] > 0.5:
        slot, n[0] = n[0], n[0] + 1
        o[slot] = a[i]


def _told(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    if o[i // 2] > 0.5:  # which decides what other threads find
        o[15 - i] = a[i] - o[i]


def _tiles(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[:4] = a[:4] * 1.5


def _moved(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[i : i + 2] = a[max(i - 1, 0) : max(i - 1, 0) + 2][: len(o[i : i + 2])] * 0.5


def _sums(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    large = a[i] * np.float32(1e6)
    o[0] += large  # of which little is left of what stood there, all of which another thread would round as well
    o[0] -= large


def _many_sums(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    for k in range(3):
        o[k] += a[i] * np.float32(10.0 ** (3 * k))
    o[i % 3] -= a[i] * np.float32(1e6)


def _mixed(a: Arrays, n: Arrays, o: Arrays, i: int) -> None:
    o[i % 3] += a[i]
    o[0] = max(o[0], 2.0 * a[i])


@pytest.mark.needs("warp")
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("i = wp.tid()\no[i] = a[wp.max(i - 1, 0)] * 2.0", _behind),
        ("i = wp.tid()\no[i] = a[wp.min(i + 1, 15)] + a[i]", _ahead),
        ("i = wp.tid()\no[i * 7 % 16] = a[i * 3 % 16] + 1.0", _far),
        ("i = wp.tid()\nif a[i] > 0.5:\n    slot = wp.atomic_add(n, 0, 1)\n    o[slot] = a[i]", _slots),
        ("i = wp.tid()\nif o[i / 2] > 0.5:\n    o[15 - i] = a[i] - o[i]", _told),
        ("i = wp.tid()\nlarge = a[i] * 1.0e6\nwp.atomic_add(o, 0, large)\nwp.atomic_sub(o, 0, large)", _sums),
        (
            "i = wp.tid()\nf = float(1.0)\nfor k in range(3):\n    wp.atomic_add(o, k, a[i] * f)\n    f *= 1000.0\n"
            "o[i % 3] -= a[i] * 1.0e6",
            _many_sums,
        ),
        ("i = wp.tid()\nwp.atomic_add(o, i % 3, a[i])\nwp.atomic_max(o, 0, 2.0 * a[i])", _mixed),
        ("wp.tile_store(o, wp.tile_load(a, shape=(4,)) * 1.5)", _tiles),
        (
            "i = wp.tid()\nt = wp.tile_load(a, shape=(2,), offset=(wp.max(i - 1, 0),))\n"
            "wp.tile_store(o, t * 0.5, offset=(i,))",
            _moved,
        ),
    ],
    ids=["behind", "ahead", "far", "slots", "told", "sums", "many sums", "mixed", "tiles", "moved"],
)
def test_threads_find_what_those_before_them_left(
    body: str, expected: Callable[[Arrays, Arrays, Arrays, int], None], shared: bool, tmp_path: Path
) -> None:
    kernel = loaded(tmp_path, body)
    generator = np.random.default_rng(0)
    runs: list[dict[str, Arrays]] = []
    for _ in range(3):
        a, o = (generator.uniform(0.0, 1.0, 16).astype(np.float32) for _ in range(2))
        runs.append({"a": a, "n": np.zeros(16, np.int32), "o": a if shared else o})
    left = get_frontend("warp").the_prover.reference(kernel)(runs, double=False)
    for run, found in zip(runs, left, strict=True):
        arrays = {name: run[name].copy() for name in "ano"}
        if shared:
            arrays["o"] = arrays["a"]
        for thread in range(16):
            expected(arrays["a"], arrays["n"], arrays["o"], thread)
        for name in "ano":
            np.testing.assert_array_equal(found[name], arrays[name])


@pytest.mark.parametrize(
    "call", ["wp.tile_sum(t)", "wp.tile_sum(wp.tile_reshape(t, (16, 1)), axis=0)", "wp.tile_dot(t, u)"]
)
def test_a_sum_over_a_tile_rounds_after_each_addition(call: str, tmp_path: Path) -> None:
    kernel = loaded(
        tmp_path, f"t = wp.tile_load(a, shape=(16,))\nu = wp.tile_ones(16, float)\nwp.tile_store(o, {call})"
    )
    a = np.ones(16, np.float32)
    a[0] = 1.0e8  # too large for 1 to change it
    run = {"a": a, "n": np.zeros(16, np.int32), "o": np.zeros(16, np.float32)}
    reference = get_frontend("warp").the_prover.reference(kernel)
    assert reference([run], double=False)[0]["o"][0] == np.float32(1.0e8)
    assert reference([run], double=True)[0]["o"][0] == 1.0e8 + 15
