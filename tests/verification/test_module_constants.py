"""Constants in Warp modules, of 16-bit numbers and of NumPy's: in a module as written, and in the source of a row."""

from pathlib import Path

import pytest

from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import verify_folder

pytestmark = pytest.mark.needs("warp")

WARP = """
import numpy as np
import warp as wp

wp.init()
UP = wp.vec3h(0.0, 1.0, 0.0)
TURN = wp.quath(0.0, 0.0, 0.6, 0.8)
UNIT = wp.types.matrix(shape=(2, 2), dtype=wp.float16)(1.5, 0.0, 0.0, 1.0)
SCALE = wp.vec2d(0.1, 0.2)

@wp.kernel
def lifted(x: wp.array(dtype=wp.vec3h), y: wp.array(dtype=wp.float16), z: wp.array(dtype=wp.float64)):
    i = wp.tid()
    y[i] = wp.dot(wp.quat_rotate(TURN, x[i]), UP) + UNIT[0, 0] * x[i][0]
    z[i] = SCALE[0] * z[i] + SCALE[1]

def made(least):
    @wp.kernel
    def bounded(x: wp.array(dtype=float), y: wp.array(dtype=float)):
        i = wp.tid()
        y[i] = 1.0 / wp.max(x[i] * x[i], 1.0e5 * least)
    return bounded

BOUNDED = made(wp.float32(np.finfo(np.float32).eps))
"""


def test_rows_with_constants_are_verified_twice(tmp_path: Path) -> None:
    (tmp_path / "halves.py").write_text(WARP)
    extract_to_folder(str(tmp_path / "halves.py"), tmp_path / "rows")
    found = verify_folder(tmp_path / "rows", seed=5)
    assert (found.rows, found.texts) == (2, 8)
    assert not found.failures
