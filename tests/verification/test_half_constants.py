"""Constants of 16-bit numbers in Warp modules: in a module as it is written, and in the source of a row."""

from pathlib import Path

import pytest

from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import verify_folder

pytestmark = pytest.mark.needs("warp")

WARP = """
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
"""


def test_a_row_with_constants_in_16_bits_is_verified_twice(tmp_path: Path) -> None:
    (tmp_path / "halves.py").write_text(WARP)
    extract_to_folder(str(tmp_path / "halves.py"), tmp_path / "rows")
    found = verify_folder(tmp_path / "rows", seed=5)
    assert (found.rows, found.texts) == (1, 4)
    assert not found.failures
