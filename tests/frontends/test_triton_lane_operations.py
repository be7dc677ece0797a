"""Each operation of Triton's reference gives in several lanes what it gives in one."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from triton_cases import PUBLIC, Case, every_case, inputs_of, source_of

from synthesis.frontends.triton.reference.calls import call_function
from synthesis.frontends.triton.reference.machine import Lanes, Machine
from synthesis.frontends.triton.reference.sources import read
from synthesis.frontends.triton.reference.types import INT32, TYPES
from synthesis.frontends.triton.reference.values import Block, Buffer, DivergedError, Pointer

CASES = {case.name: case for case in every_case()}
LANES = 3
ALONE = frozenset({"reductions-map_elementwise"})
"""Cases with a branch in which the lanes differ."""

Arrays = npt.NDArray[Any]


def _result(case: Case, values: dict[str, Arrays], lanes: int) -> tuple[list[bytes], Arrays]:
    """Return the bytes of the result of a case in each lane, and the memory. Inputs have one row for each lane."""
    given: dict[str, Any] = {
        name: Pointer(
            Buffer(name, value.reshape(-1).copy(), TYPES[PUBLIC[value.dtype.name]]),
            np.arange(lanes) * (value.size // lanes),
        )
        for name, value in values.items()
    }
    kernel = read(source_of(case, result="return res")).function("kernel")
    m = Machine()
    m.begin(Lanes(np.arange(lanes), np.zeros(lanes, np.int64), (lanes, 1, 1)))
    with np.errstate(all="ignore"):
        made = call_function(m, kernel, (), given | {"out_ptr": None, "n": Block(np.array([7], np.int32), INT32)})
    data = np.broadcast_to(made.data, (*made.shape, lanes))
    memory = np.concatenate([each.buffer.data.reshape(lanes, -1).astype(np.float64) for each in given.values()], axis=1)
    return [data[..., lane].tobytes() for lane in range(lanes)], memory


@pytest.mark.parametrize("name", CASES)
def test_an_operation_gives_in_each_lane_what_it_gives_alone(name: str) -> None:
    case = CASES[name]
    values = {
        array: np.stack([np.roll(value.reshape(-1), 5 * lane) for lane in range(LANES)])
        for array, value in inputs_of(case).items()
    }
    if name in ALONE:
        with pytest.raises(DivergedError):
            _result(case, values, LANES)
        return
    together, memory = _result(case, values, LANES)
    for lane in range(LANES):
        (alone,), own = _result(case, {array: value[lane] for array, value in values.items()}, 1)
        assert together[lane] == alone
        assert memory[lane].tobytes() == own[0].tobytes()
