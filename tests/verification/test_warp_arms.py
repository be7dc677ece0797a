"""Coverage counts values and not only lines: an arm of an expression that no element takes proves no derivative."""

import pytest
from checking import pairs_of

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.core.verdicts import GradientStatus, Hindrance

HEAD = """
import warp as wp

@wp.func
def one_of(v: float):
    return wp.where(v > 40.0, wp.frac(v) * v, v * v)
"""
FAR = {
    "by_where": "wp.where(v > 40.0, wp.frac(v) * v, v * v)",
    "by_variable": "wp.where(v > 40.0, far, v * v)",
    "by_ternary": "wp.frac(v) * v if v > 40.0 else v * v",
    "by_step": "wp.step(40.0 - v) * wp.frac(v) + v * v",
    "by_mask": "wp.where(v > 40.0, 1.0, 0.0) * wp.frac(v) + v * v",
    "by_truth": "float(v > 40.0) * wp.frac(v) + v * v",
    "by_max": "v * v + wp.max(0.0, wp.frac(v) * v - 50.0)",
    "by_min": "v * v + wp.min(5.0, 50.0 + wp.frac(v))",
    "by_clamp": "v * v + wp.clamp(wp.frac(v) - 50.0, 0.0, 1.0)",
    "by_lerp": "wp.lerp(v * v, wp.frac(v), wp.step(40.0 - v))",
    "in_function": "one_of(v)",
    "inside": "wp.where(v > 40.0, wp.where(v > 0.5, wp.frac(v), v), v * v)",
    "inside_product": "wp.where(v > 0.5, wp.frac(v), v) * wp.step(40.0 - v) + v * v",
}
"""Expressions whose arm with ``wp.frac`` no input takes; Warp has no adjoint of it."""
GUARDS = {
    "guarded": "wp.sqrt(wp.max(v, 1.0e-6))",
    "divided": "wp.where(v > 0.0, 1.0 / v, 0.0)",
    "bounded": "wp.clamp(v, low, 9.0) * v",
    "chosen": "wp.where(USED, v * v, wp.sin(v))",
    "compared": "v * v if v > 0.0 and v < 40.0 else 0.0",
    "both": "wp.where(v > 0.7, wp.sin(v), v * v)",
}
"""Expressions of which every arm that counts is taken."""
FEW = {"wrong_in_few": "wp.frac(v) * v", "right_in_few": "wp.sin(v) * v"}
"""The arm of ``v > 39.9`` where the domain ends at 40."""


def _kernel(name: str, expression: str) -> str:
    return f"""
@wp.kernel
def {name}(low: float, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    far = wp.frac(v) * v
    out[i] = {expression}
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    few = {name: f"wp.where(v > 39.9, {arm}, v * v)" for name, arm in FEW.items()}
    kernels = {name: _kernel(name, each) for name, each in {**FAR, **GUARDS, **few}.items()}
    kernels = {name: each if "far," in each else each.replace("    far = wp.frac(v) * v\n", "")
               for name, each in kernels.items()}  # fmt: skip
    path = tmp_path_factory.mktemp("arms") / "arms.py"
    path.write_text("\n".join([HEAD, "USED = wp.constant(True)", *kernels.values()]))
    low = ArrayType("float32", (), Domain(low=0.01, high=0.05))
    tables = {
        name: {"low": low, "x": ArrayType("float32", (16,), Domain(low=0.1, high=40.0 if name in FEW else 1.5)),
               "out": ArrayType("float32", (16,)), "dim": 16}
        for name in kernels
    }  # fmt: skip
    return pairs_of(path, examples=Examples(tables=tables))


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", FAR)
def test_an_arm_that_no_element_takes_proves_no_derivative(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert set(verdict.verified) == {"cpp_forward", "cuda_forward"}
    assert verdict.unverified["cpp_backward"].hindrance is Hindrance.NOT_REACHED
    assert str(verdict.unverified["cpp_backward"]).startswith("not reached: no run takes ")
    assert verdict.gradient.status is GradientStatus.NOT_APPLICABLE
    assert verdict.reached < 1.0


@pytest.mark.needs("warp")
def test_what_is_not_taken_is_named_with_its_line_in_the_row(pairs: dict[str, Pair]) -> None:
    pair = pairs["by_max"]
    line = 1 + pair.spec.source.splitlines().index("    out[i] = " + FAR["by_max"])
    why = str(pair.verdict.unverified["cuda_backward"])
    assert why == f"not reached: no run takes wp.frac(v) * v - 50.0 of line {line}"


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", GUARDS)
def test_constants_and_plain_arguments_need_not_be_taken(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert "cpp_backward" in verdict.verified
    assert verdict.reached == 1.0


@pytest.mark.needs("warp")
def test_an_arm_that_few_elements_take_is_looked_for_where_derivatives_are_checked(pairs: dict[str, Pair]) -> None:
    assert pairs["wrong_in_few"].verdict.gradient.status is GradientStatus.DISAGREES
    assert "cpp_backward" in pairs["right_in_few"].verdict.verified
