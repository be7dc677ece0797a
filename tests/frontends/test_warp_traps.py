"""The constructs that a message names as the likely cause of a wrong gradient."""

from pathlib import Path

import pytest
from conftest import one_kernel

from synthesis.frontends.warp.traps import COMPONENT, gradient_trap

HEAD = (
    "def one(x: wp.array(dtype=float), v: wp.array(dtype=wp.vec3), out: wp.array2d(dtype=float)):\n    i = wp.tid()\n"
)


@pytest.mark.needs("warp")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    x[0] = 2.0\n", None),
        ("    out[0, 1] = 2.0\n", None),
        ("    a = v[i]\n    a[0] = 2.0\n    out[i, i] = a[0]\n", COMPONENT),
        ("    a = v[i]\n    a.x = 2.0\n    out[i, i] = a[0]\n", COMPONENT),
    ],
)
def test_an_element_of_an_array_is_no_component(tmp_path: Path, body: str, expected: str | None) -> None:
    kernel = one_kernel(tmp_path, f"import warp as wp\n\n@wp.kernel\n{HEAD}{body}")
    assert gradient_trap(kernel.live, {}) == expected
