"""Elements without a defined value: what a load masks off, and numbers that do not fit into an integer type."""

import numpy as np
import pytest
from triton_cases import HEAD, spec_of

from synthesis.frontends.base import ReferenceFaultError, Values
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.frontends.triton.texts.running import run

_KERNEL = """@triton.jit
def kernel(x_ptr, out_ptr, n, B: tl.constexpr):
    row, at = tl.program_id(0), tl.arange(0, B)
    x = tl.load(x_ptr + row * n + at, mask=at < n{other})
    {rest}
"""
_PER_ROW = "tl.store(out_ptr + row, {value})"


def _run(dtype: str, out: str, rest: str, other: str = "") -> Values:
    values: Values = {
        "x_ptr": np.arange(20, 32).astype(dtype),
        "out_ptr": np.zeros(12, out),
        "n": np.asarray(3, np.int32),
    }
    source = HEAD + _KERNEL.format(other=other, rest=rest)
    reference = TritonReference(spec_of(source, values, launch=(4,), constants={"B": 4}))
    return reference([values], double=False)[0]


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("int32", "tl.sum(x)"),
        ("int32", "tl.min(x)"),
        ("float32", "tl.sum(x).to(tl.int32)"),
        ("float32", "tl.sum((x > -0.5).to(tl.int32))"),
        ("float32", "tl.sum((x > 0.5).to(tl.int32))"),
        ("int8", "tl.sum(x.to(tl.int32))"),
        ("uint8", "tl.max(x ^ 255).to(tl.int32)"),
    ],
)
def test_results_that_depend_on_what_a_load_masks_off_are_a_fault(dtype: str, value: str) -> None:
    with pytest.raises(ReferenceFaultError, match="out_ptr depends on elements without a defined value"):
        _run(dtype, "int32", _PER_ROW.format(value=value))
    _run(dtype, "int32", _PER_ROW.format(value=value), other=", other=0")


def test_results_that_do_not_depend_on_it_are_right() -> None:
    stored = _run("int32", "int32", "tl.store(out_ptr + row * n + at, x * 2, mask=at < n)")
    assert stored["out_ptr"].tolist() == [2 * each for each in range(20, 32)]
    chosen = _run("float32", "float32", _PER_ROW.format(value="tl.sum(tl.where(at < n, x, 0.0))"))
    assert chosen["out_ptr"].tolist()[:4] == [63, 72, 81, 90]


def test_numbers_that_do_not_fit_are_a_fault_only_if_they_are_stored() -> None:
    too_large = "tl.store(out_ptr + row * n + at, (x * {factor} / (at < n)).to(tl.int8), mask=at < n)"
    made = _run("float32", "int8", too_large.format(factor=1.0), other=", other=0.0")  # 0 / 0 where the mask is off
    assert made["out_ptr"].tolist() == list(range(20, 32))
    with pytest.raises(ReferenceFaultError, match="do not fit into the integers"):
        _run("float32", "int8", too_large.format(factor=5.0), other=", other=0.0")


def test_a_text_converts_numbers_that_do_not_fit_to_some_integer() -> None:
    text = """module {
  tt.func public @f(%x: !tt.ptr<i32>, %a: f32) {
    %b = arith.fptosi %a : f32 to i32
    tt.store %x, %b : !tt.ptr<i32>
    tt.return
  }
}
"""
    for given, expected in ((3.0e9, 0), (float("nan"), 0), (-7.9, -7)):
        arrays = {"x": np.ones(1, np.int32), "a": np.asarray(given, np.float32)}
        assert run(text, "f", arrays, list(arrays), (1,))["x"].tolist() == [expected]
