"""Kernels that a library makes of functions, which are written out as Warp builds them."""

from pathlib import Path

import numpy as np
import pytest
from recorded_rows import rows_of, rows_of_text

from synthesis.verification.inputs import draw_inputs

pytestmark = pytest.mark.needs("warp")
KERNELS = Path(__file__).parents[1] / "kernels"
INTEGRAND = """
import warp as wp
import warp.fem as fem

@fem.integrand
def heat(s: fem.Sample, u: fem.Field, v: fem.Field, rate: float):
    return rate * u(s) * v(s)

wp.config.quiet = True
grid = fem.Grid2D(res=wp.vec2i(2, 2))
domain = fem.Cells(grid)
space = fem.make_polynomial_space(grid, degree=1)
test = fem.make_test(space, domain=domain)
trial = fem.make_trial(space, domain=domain)
fem.integrate(heat, fields={"u": trial, "v": test}, values={"rate": 2.0})
"""


def test_what_was_put_into_a_kernels_tree_is_in_its_source(tmp_path: Path) -> None:
    (pair,) = rows_of(KERNELS / "generated.py", tmp_path)
    assert pair.spec.self_contained
    assert set(pair.verdict.verified) >= {"cpp_forward", "cuda_forward"}, pair.verdict.unverified
    assert "* 2.0" in pair.spec.source  # the library's, which the kernel's own lines lack
    assert pair.spec.source.count("\ndef weight") == 2
    assert pair.spec.source.count("\ndef product(") == 3
    assert "warp.types" not in pair.spec.source
    assert '"""' not in pair.spec.source
    numbers = draw_inputs(pair.spec.signature, 0)
    assert np.array_equal(numbers["arg.values"], np.linspace(0.5, 2.5, 5).astype(np.float32))
    assert [each.dtype for each in pair.spec.signature.arguments[:3]] == ["Args", "Args_2", "Args"]


def test_an_integrand_is_a_row_with_the_kernel_that_is_made_of_it(tmp_path: Path) -> None:
    pair = rows_of_text(INTEGRAND, tmp_path)["integrate_kernel_fn"]
    assert "\ndef heat(" in pair.spec.source
    assert "rate * " in pair.spec.source
    assert "fem" not in pair.spec.source
    assert set(pair.verdict.verified) >= {"cpp_forward", "cuda_forward"}, pair.verdict.unverified
