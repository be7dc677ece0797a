"""Arrays of addresses in applications: where rows begin, places that are each taken once, and what hangs on what."""

import numpy as np
import numpy.typing as npt
import pytest

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.program import INT, Program
from synthesis.verification.inputs import draw_inputs

_ROWS, _STRIDE, _SLACK, _AMONG = 32, 6, 2, 3
_KEYS = ("begin", "place", "above")


def drawn(number: int, *, edges: bool) -> dict[str, npt.NDArray[np.generic]]:
    """One draw of the arrays of a kernel that names all three, by what lines call them, in one world or in many."""
    p = Program(Stream("addresses", number, difficulty=2), ("tid",), launch=(_ROWS,))
    p.starts("begin", _ROWS, _STRIDE, _SLACK)
    p.places("place", _ROWS, _AMONG)
    p.parents("above", _ROWS // 4, 4)
    p.output("out", INT, (_ROWS,))
    p.write("out[tid] = begin[tid] + place[tid] + above[tid]")
    spec = p.done("state", "moves", "copy_rows", "A sum", ("add",))
    values = draw_inputs(spec.signature, number, edges=edges)
    return {key: np.atleast_2d(values[key]) for key in _KEYS}


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize("number", range(12))
def test_addresses_keep_to_their_own_rows(number: int, edges: bool) -> None:
    values = drawn(number, edges=edges)
    for begin in values["begin"]:
        assert (np.diff(begin) >= _STRIDE - _SLACK).all()
        assert begin.min() >= 0
        assert begin[-1] + _STRIDE - _SLACK <= _ROWS * _STRIDE
    for place in values["place"]:
        assert len(set(place.tolist())) == _ROWS
        assert place.min() >= 0
        assert place.max() < _ROWS * _AMONG
    for above in values["above"]:
        nodes = np.arange(_ROWS)
        own = above[above >= 0]
        assert (own < nodes[above >= 0]).all()
        assert (own // 4 == nodes[above >= 0] // 4).all()


def test_addresses_differ_from_draw_to_draw_and_are_in_no_order() -> None:
    first, second = drawn(0, edges=False), drawn(1, edges=False)
    assert any(not np.array_equal(first[key], second[key]) for key in _KEYS)
    assert (np.diff(first["place"]) < 0).any()


def test_an_address_is_drawn_in_many_worlds_too() -> None:
    assert any(len(drawn(number, edges=False)["begin"]) > 1 for number in range(30))
