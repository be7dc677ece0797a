"""What is not defined: elements that a load masks off, numbers that do not fit, and assumptions that do not hold."""

import numpy as np
import pytest
from triton_cases import HEAD, spec_of

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError, UndefinedResultError, Values
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.frontends.triton.texts.errors import TextError
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
    with pytest.raises(
        UndefinedResultError, match="out_ptr depends on an element that a load without `other` masks off"
    ):
        _run(dtype, "int32", _PER_ROW.format(value=value))
    _run(dtype, "int32", _PER_ROW.format(value=value), other=", other=0")


def test_an_index_that_a_load_masks_off_is_a_fault() -> None:
    with pytest.raises(UndefinedResultError, match="depends on an element that a load without `other`"):
        _run("int32", "int32", _PER_ROW.format(value="tl.sum(tl.load(x_ptr + x % 200 // 20))"))


def test_a_conversion_of_an_integer_to_a_pointer_has_no_rule() -> None:
    pointer = "tl.load(tl.load(x_ptr).to(tl.int64).to(tl.pointer_type(tl.int32)))"
    with pytest.raises(ReferenceUnknownError, match="an integer to a pointer"):
        _run("int32", "int32", _PER_ROW.format(value=pointer))


def test_results_that_do_not_depend_on_it_are_right() -> None:
    stored = _run("int32", "int32", "tl.store(out_ptr + row * n + at, x * 2, mask=at < n)")
    assert stored["out_ptr"].tolist() == [2 * each for each in range(20, 32)]
    chosen = _run("float32", "float32", _PER_ROW.format(value="tl.sum(tl.where(at < n, x, 0.0))"))
    assert chosen["out_ptr"].tolist()[:4] == [63, 72, 81, 90]


def test_numbers_that_do_not_fit_are_a_fault_only_if_they_are_stored() -> None:
    too_large = "tl.store(out_ptr + row * n + at, (x * {factor} / (at < n)).to(tl.int8), mask=at < n)"
    made = _run("float32", "int8", too_large.format(factor=1.0), other=", other=0.0")  # 0 / 0 where the mask is off
    assert made["out_ptr"].tolist() == list(range(20, 32))
    with pytest.raises(UndefinedResultError, match="does not fit into, whose result is not defined"):
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


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("tl.device_assert(x < 32, 'too large')", ""),
        ("tl.device_assert(x > 0, 'too small', mask=at < n)", ""),
        ("tl.device_assert(x > 0, 'too small')", ""),
        ("tl.device_assert(x < 30, 'too large', mask=at < n)", "an assertion that does not hold: too large"),
        ("tl.assume(n < 4)", ""),
        ("tl.assume(n > 4)", "an assumption of tl.assume that does not hold"),
    ],
)
def test_assertions_and_assumptions_hold_on_the_inputs_of_a_kernel(line: str, fault: str) -> None:
    rest = f"{line}\n    tl.store(out_ptr + row * n + at, x, mask=at < n)"
    if not fault:
        other = "" if "small" not in line or "mask" in line else ", other=1"
        assert _run("int32", "int32", rest, other=other)["out_ptr"].tolist() == list(range(20, 32))
        return
    with pytest.raises(ReferenceFaultError, match=fault):
        _run("int32", "int32", rest)


def test_a_source_with_an_assertion_is_a_kernel_and_one_with_a_print_is_more() -> None:
    source = HEAD + _KERNEL.format(other="", rest="tl.device_assert(n > 0)")
    assert more_than_a_kernel(source) is None
    assert "device_print" in str(more_than_a_kernel(source.replace("device_assert(n > 0)", "device_print('n', n)")))


_ROUNDED = """module {
  tt.func public @f(%x: !tt.ptr<f32>, %a: f32) {
    %b = tt.elementwise_inline_asm "cvt.rna.tf32.f32 $0, $1;" {constraints = "=r,r", packed_element = 1 : i32, pure = true} %a : f32 -> f32
    tt.store %x, %b : !tt.ptr<f32>
    tt.return
  }
}
"""  # noqa: E501


def test_only_the_assembly_that_triton_prints_is_run() -> None:
    arrays = {"x": np.ones(1, np.float32), "a": np.asarray(1.0 + 3 * 2.0**-11, np.float32)}
    assert run(_ROUNDED, "f", arrays, list(arrays), (1,))["x"].tolist() == [1.0 + 2 * 2.0**-10]
    for changed in (("rna", "rn"), ("=r,r", "=f,f"), ("pure = true", "pure = false"), ("1 : i32", "2 : i32")):
        with pytest.raises(TextError, match="not allowed"):
            run(_ROUNDED.replace(*changed), "f", arrays, list(arrays), (1,))
