"""Generic functions of Warp that ask for the number of components of a vector, and constructors with keywords."""

from pathlib import Path

import pytest
from checking import judged_with, pairs_of_source

pytestmark = pytest.mark.needs("warp")

WARP = """
from typing import Any

import warp as wp

@wp.func
def weighed(v: Any):
    total = v.dtype(0.0)
    for i in range(v.length):
        total += v[i]
    return total * v.dtype(float(type(v).length))

@wp.kernel
def sizes(x: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), y: wp.array(dtype=float),
          t: wp.array(dtype=wp.transform)):
    i = wp.tid()
    unit = wp.identity(n=type(x[i]).length, dtype=float)
    y[i] = weighed(x[i]) + wp.trace(unit) * x[i][0] * float(q[i].length)
    t[i] = wp.transformation(p=x[i], q=q[i])
"""


def test_numbers_of_components_are_known(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, WARP)["sizes"]
    assert len(pair.verdict.verified) == 4, pair.verdict
    text = pair.texts["cpp_forward"] or ""
    wrong = text.replace("= 3;", "= 2;", 1)
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()
