"""Inputs for kernels with loops that follow links, and for integers in arrays of structs."""

from pathlib import Path

import pytest
from checking import pairs_of_source, pairs_of_texts

from synthesis import Pair, get_frontend
from synthesis.core.signatures import Domain
from synthesis.frontends.base import Kernel
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan

pytestmark = pytest.mark.needs("warp")
KERNELS = """import warp as wp


@wp.struct
class Node:
    left: int
    right: int
    value: float


@wp.kernel
def listed(head: wp.array[int], following: wp.array[int], x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    j = head[i]
    total = float(0.0)
    while j >= 0:
        total += x[j]
        j = following[j]
    y[i] = total


@wp.kernel
def rooted(parent: wp.array[int], root: wp.array[int]):
    i = wp.tid()
    j = i
    while parent[j] != j:
        j = parent[j]
    root[i] = j


@wp.kernel
def searched(nodes: wp.array[Node], x: wp.array[float], steps: wp.array[int]):
    i = wp.tid()
    n = int(0)
    k = int(0)
    while n >= 0 and k < 32:
        k += 1
        if x[i] < nodes[n].value:
            n = nodes[n].left
        else:
            n = nodes[n].right
    steps[i] = k
"""
CHOSEN = """import warp as wp


@wp.kernel
def chosen(n: wp.array[int], x: wp.array[float], y: wp.array[float]):
    i = wp.tid()
    y[i] = x[wp.where(n[0] == 17, 1000, n[0])] * x[i]
"""
FORWARD = {"cpp_forward", "cuda_forward"}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("mine"), KERNELS, frontend="warp", level=tuple(sorted(FORWARD)))


@pytest.mark.parametrize("name", ["listed", "rooted", "searched"])
def test_a_loop_that_follows_links_ends_on_inputs_of_any_seed(name: str, checked: dict[str, Pair]) -> None:
    pair = checked[name]
    assert set(pair.verdict.verified) == FORWARD, pair.verdict.unverified
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    try:
        for seed in (1, 2, 3):
            plan = make_plan(frontend, kernel, pair.texts, useful=False, fresh=True, seed=seed)
            assert plan.unknown is None
    finally:
        frontend.compiler.release([kernel])


def test_links_are_those_of_a_tree(checked: dict[str, Pair]) -> None:
    (parent, *_) = checked["rooted"].spec.signature.arguments
    assert parent.base == tuple(float(number // 2) for number in range(16))
    assert {each.base[:3] for each in checked["listed"].spec.signature.arguments[:2]} == {(-1.0, 0.0, 0.0)}


def test_an_integer_in_an_array_of_structs_may_be_an_index(checked: dict[str, Pair]) -> None:
    (nodes, *_) = checked["searched"].spec.signature.arguments
    assert nodes.fields[0].domain == Domain(low=-1, high=15)


def test_inputs_of_another_seed_are_taken_where_a_kernel_is_at_fault(tmp_path: Path) -> None:
    table = '[chosen]\nn = "i32[1] in 0..200"\nx = "f32[201]"\n'
    pair = pairs_of_texts(tmp_path, CHOSEN, table)["chosen"]
    assert set(pair.verdict.verified) >= FORWARD
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)

    def plan(seed: int, *, fresh: bool) -> Plan:
        return make_plan(frontend, kernel, pair.texts, useful=False, fresh=fresh, seed=seed)

    try:
        seed = next(each for each in range(1, 400) if plan(each, fresh=True).unknown is not None)
        assert "out of bounds" in str(plan(seed, fresh=True).unknown)
        assert plan(seed, fresh=False).unknown is None
    finally:
        frontend.compiler.release([kernel])
