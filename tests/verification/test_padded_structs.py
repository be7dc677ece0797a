"""Derivatives of kernels with structs that have unused bytes between or after their fields."""

from pathlib import Path

import pytest
from checking import pairs_of_source

pytestmark = pytest.mark.needs("warp")
PADDED = """import warp as wp


@wp.struct
class Particle:
    velocity: wp.vec3
    mass: wp.float64
    kind: wp.uint8


@wp.kernel
def energies(p: wp.array2d[Particle], energy: wp.array2d[wp.float64]):
    i, j = wp.tid()
    energy[i, j] = p[i, j].mass * wp.float64(wp.length_sq(p[i, j].velocity)) * wp.float64(0.5)
"""


def test_bytes_between_fields_are_not_compared(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, PADDED, frontend="warp", level=("cpp_forward", "cpp_backward"))["energies"]
    assert pair.verdict.verified == ("cpp_forward", "cpp_backward")
    assert str(pair.verdict.gradient) == "agrees"
