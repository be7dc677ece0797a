"""Launches of graphs on a GPU, with memory of the host in place of a GPU's: which are read, and when."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import kernels_module

from synthesis.frontends.warp.captures import Captures, Tiling
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.packed import Known, read_packed, spans_of

launching: Any = kernels_module(Path(__file__).parents[1] / "kernels", "launching")


class Graph:
    """What Warp's own has that is asked for; None is the host."""

    device = None


def params_of(kernel: Any, *given: Any) -> list[Any]:
    """Launch bounds, and arguments as C has them."""
    command = wp.launch(kernel, dim=4, inputs=list(given), device="cpu", record_cmd=True)
    return list(command.params)


@pytest.fixture
def told() -> dict[str, Any]:
    return {"wanted": True, "taken": [], "missed": []}


@pytest.fixture
def captures(told: dict[str, Any]) -> Captures:
    def take(kernel: Any, params: Sequence[Any], how: Tiling, device: Any) -> None:
        launched = read_packed(kernel, params, None, Known(objects={}, textures={}), device)
        told["taken"].append((launched.values, how))

    return Captures(lambda _: told["wanted"], take, lambda _, why: told["missed"].append(why))


def numbers(value: float, size: int = 4) -> Any:
    return wp.full(size, value, dtype=float, device="cpu")


def test_what_a_graph_is_given_is_read_when_it_is_launched(captures: Captures, told: dict[str, Any]) -> None:
    kernel, graph = launching.make_scaled(2.0), Graph()
    values, out = numbers(1.0), numbers(0.0)
    captures.postpone(graph, kernel, params_of(kernel, values, out), (1, 32))
    values.fill_(3.0)
    assert told["taken"] == []
    with captures.observing(graph):
        ((read, how),) = told["taken"]
    assert read["values"].tolist() == [3.0] * 4
    assert how == (1, 32)
    told["wanted"] = False
    with captures.observing(graph):
        assert len(told["taken"]) == 1


def test_launches_whose_arrays_another_before_them_is_given_are_not_read(
    captures: Captures, told: dict[str, Any]
) -> None:
    kernel, graph = launching.make_scaled(2.0), Graph()
    first, second, third, *out = numbers(1.0, 8), numbers(2.0), numbers(5.0), numbers(0.0), numbers(0.0)
    captures.postpone(graph, kernel, params_of(kernel, first, second), (None, None))
    captures.postpone(graph, kernel, params_of(kernel, first[4:], out[0]), (None, None))
    captures.postpone(graph, kernel, params_of(kernel, third, out[1]), (None, None))
    with captures.observing(graph):
        assert [read["values"][0] for read, _ in told["taken"]] == [1.0, 5.0]
    assert [each for each in told["missed"] if "same arrays" in each] == told["missed"] != []


def test_memory_that_is_made_in_a_capture_is_not_read(captures: Captures, told: dict[str, Any]) -> None:
    kernel, graph = launching.make_scaled(2.0), Graph()
    values, out = numbers(1.0), numbers(0.0)
    captures.exclude(int(values.ptr), values.capacity)
    captures.postpone(graph, kernel, params_of(kernel, values, out), (None, None))
    with captures.observing(graph):
        assert told["taken"] == []
    assert "made during the capture" in told["missed"][0]


def test_spans_are_those_of_arrays_in_structs_and_of_indices_too() -> None:
    square, some = wp.zeros((8, 8), dtype=float, device="cpu"), wp.array([5, 0, 2], dtype=int, device="cpu")
    out = numbers(0.0)
    found = spans_of(launching.chosen, params_of(launching.chosen, wp.indexedarray(square, [some, None]), out))
    assert found == {(each.ptr, each.ptr + each.size * 4) for each in (square, some, out)}
    state = launching.State()
    state.positions = wp.zeros(4, dtype=wp.vec3, device="cpu")
    far = wp.zeros(4, dtype=wp.vec3, device="cpu")
    found = spans_of(launching.fall, params_of(launching.fall, state, state.positions[::2], 0.1, far))
    start = state.positions.ptr
    assert found == {(start, start + 48), (start, start + 36), (far.ptr, far.ptr + 48)}
