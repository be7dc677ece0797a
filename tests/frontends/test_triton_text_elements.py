"""Operations on numbers in TTIR and TTGIR texts compute what NumPy and Python compute."""

import importlib.util
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import ml_dtypes
import numpy as np
import pytest

pytest.importorskip("triton")

from kernels import triton_operations as kernels
from triton_texts import Array, outcomes, where

from synthesis.frontends.triton.texts import run

K: Any = kernels
RNG = np.random.default_rng(7)
LANES = 64

I32, I64, U32 = np.int32, np.int64, np.uint32
F16, F32, F64, BF16 = np.float16, np.float32, np.float64, ml_dtypes.bfloat16


@dataclass(frozen=True)
class Case:
    """An expression of ``x``, ``y`` and ``z`` in Triton and in NumPy."""

    triton: str
    numpy: Callable[[Any, Any, Any], Any]
    types: Sequence[Any] = (F32, F32, F32)
    out: Any = F32
    range: tuple[float, float] = (-4, 4)
    tolerance: float = 2e-6


def _wide(value: Array) -> Array:
    return value.astype(F64)


def _c_divide(x: Array, y: Array) -> Array:
    return np.trunc(x.astype(F64) / y).astype(x.dtype)


_FLOATS = {
    "add": Case("x + y", lambda x, y, z: x + y),
    "sub": Case("x - y", lambda x, y, z: x - y),
    "mul": Case("x * y", lambda x, y, z: x * y),
    "div": Case("x / y", lambda x, y, z: x / y),
    "rem": Case("x % y", lambda x, y, z: np.fmod(x, y)),
    "neg": Case("-x", lambda x, y, z: -x),
    "abs": Case("tl.abs(x)", lambda x, y, z: np.abs(x)),
    "exp": Case("tl.exp(x)", lambda x, y, z: np.exp(_wide(x))),
    "exp2": Case("tl.exp2(x)", lambda x, y, z: np.exp2(_wide(x))),
    "log": Case("tl.log(x)", lambda x, y, z: np.log(_wide(x)), range=(0.1, 9)),
    "log2": Case("tl.log2(x)", lambda x, y, z: np.log2(_wide(x)), range=(0.1, 9)),
    "sin": Case("tl.sin(x)", lambda x, y, z: np.sin(_wide(x))),
    "cos": Case("tl.cos(x)", lambda x, y, z: np.cos(_wide(x))),
    "sqrt": Case("tl.sqrt(x)", lambda x, y, z: np.sqrt(_wide(x)), range=(0, 9)),
    "sqrt_rn": Case("tl.sqrt_rn(x)", lambda x, y, z: np.sqrt(x), range=(0, 9), tolerance=0),
    "rsqrt": Case("tl.rsqrt(x)", lambda x, y, z: 1 / np.sqrt(_wide(x)), range=(0.1, 9)),
    "div_rn": Case("tl.div_rn(x, y)", lambda x, y, z: x / y, tolerance=0),
    "fdiv": Case("tl.fdiv(x, y)", lambda x, y, z: x / y),
    "erf": Case("tl.erf(x)", lambda x, y, z: [math.erf(each) for each in x]),
    "floor": Case("tl.floor(x)", lambda x, y, z: np.floor(x), tolerance=0),
    "ceil": Case("tl.ceil(x)", lambda x, y, z: np.ceil(x), tolerance=0),
    "fma": Case("tl.fma(x, y, z)", lambda x, y, z: _wide(x) * y + z),
    "sigmoid": Case("tl.sigmoid(x)", lambda x, y, z: 1 / (1 + np.exp(-_wide(x)))),
    "maximum": Case("tl.maximum(x, y)", lambda x, y, z: np.fmax(x, y), tolerance=0),
    "minimum": Case("tl.minimum(x, y)", lambda x, y, z: np.fmin(x, y), tolerance=0),
    "maximum_nan": Case(
        "tl.maximum(tl.sqrt(x), y, propagate_nan=tl.PropagateNan.ALL)", lambda x, y, z: np.maximum(np.sqrt(x), y)
    ),
    "minimum_nan": Case(
        "tl.minimum(tl.sqrt(x), y, propagate_nan=tl.PropagateNan.ALL)", lambda x, y, z: np.minimum(np.sqrt(x), y)
    ),
    "maximum_of_nan": Case("tl.maximum(tl.sqrt(x), y)", lambda x, y, z: np.fmax(np.sqrt(x), y)),
    "clamp": Case("tl.clamp(x, -1.0, 2.0)", lambda x, y, z: np.clip(x, -1, 2), tolerance=0),
    "clamp_nan": Case(
        "tl.clamp(tl.sqrt(x), 0.5, 1.0, propagate_nan=tl.PropagateNan.ALL)", lambda x, y, z: np.clip(np.sqrt(x), 0.5, 1)
    ),
    "where": Case("tl.where(x > y, x, z)", lambda x, y, z: where(x > y, x, z), tolerance=0),
    "where_scalar": Case("tl.where(tl.program_id(0) == 0, x, z)", lambda x, y, z: x, tolerance=0),
    "constants": Case("x + float('inf') * (y > 0) + 1.25e-3", lambda x, y, z: where(y > 0, np.inf, np.nan)),
    "nan": Case("tl.where(x > 0, float('nan'), float('-inf'))", lambda x, y, z: where(x > 0, np.nan, -np.inf)),
    "f64": Case("x * y + tl.exp(z)", lambda x, y, z: x * y + np.exp(z), (F64,) * 3, F64, tolerance=1e-15),
    "f16": Case("x * y", lambda x, y, z: x * y, (F16,) * 3, F16, tolerance=0),
    "f16_sum": Case("x + y - z", lambda x, y, z: (x + y) - z, (F16,) * 3, F16, tolerance=0),
    "bf16": Case("x * y + z", lambda x, y, z: x * y + z, (BF16,) * 3, BF16, tolerance=0),
    "bf16_division": Case("x / y", lambda x, y, z: x.astype(F32) / y.astype(F32), (BF16,) * 3, F32),
    "libdevice_tanh": Case("libdevice.tanh(x)", lambda x, y, z: np.tanh(_wide(x))),
    "libdevice_pow": Case("libdevice.pow(x, y)", lambda x, y, z: np.power(_wide(x), y), range=(0.1, 3)),
    "libdevice_log1p": Case("libdevice.log1p(x)", lambda x, y, z: np.log1p(_wide(x)), range=(0.1, 3)),
    "libdevice_rint": Case("libdevice.rint(x)", lambda x, y, z: np.rint(x), tolerance=0),
    "libdevice_round": Case("libdevice.round(x)", lambda x, y, z: np.trunc(x + np.copysign(0.5, x)), tolerance=0),
    "libdevice_isnan": Case("libdevice.isnan(tl.sqrt(x)).to(tl.float32)", lambda x, y, z: np.isnan(np.sqrt(x))),
    "libdevice_f64": Case("libdevice.atan2(x, y)", lambda x, y, z: np.arctan2(x, y), (F64,) * 3, F64, tolerance=1e-15),
    "libdevice_fast": Case("libdevice.fast_expf(x)", lambda x, y, z: np.exp(_wide(x))),
    "libdevice_trunc": Case("libdevice.trunc(x)", lambda x, y, z: np.trunc(x), tolerance=0),
    "libdevice_copysign": Case("libdevice.copysign(x, y)", lambda x, y, z: np.copysign(x, y), tolerance=0),
    "libdevice_fmod": Case("libdevice.fmod(x, y)", lambda x, y, z: np.fmod(x, y), tolerance=0),
    "softmax": Case("tl.softmax(x)", lambda x, y, z: np.exp(_wide(x)) / np.exp(_wide(x)).sum()),
}

_INTEGERS = {
    "addi": Case("x + y", lambda x, y, z: x + y, (I32,) * 3, I32, (-(2**31), 2**31)),
    "subi": Case("x - y", lambda x, y, z: x - y, (I32,) * 3, I32, (-(2**31), 2**31)),
    "muli": Case("x * y", lambda x, y, z: x * y, (I64,) * 3, I64, (-(2**62), 2**62)),
    "divsi": Case("x // y", lambda x, y, z: _c_divide(x, y), (I32,) * 3, I32, (-99, 99)),
    "remsi": Case("x % y", lambda x, y, z: x - _c_divide(x, y) * y, (I32,) * 3, I32, (-99, 99)),
    "divui": Case("x // y", lambda x, y, z: x // y, (U32,) * 3, U32, (1, 2**32)),
    "remui": Case("x % y", lambda x, y, z: x % y, (U32,) * 3, U32, (1, 2**32)),
    "cdiv": Case("tl.cdiv(x, y)", lambda x, y, z: -(-x // y), (I32,) * 3, I32, (1, 99)),
    "and": Case("x & y", lambda x, y, z: x & y, (I32,) * 3, I32, (-999, 999)),
    "or": Case("x | y", lambda x, y, z: x | y, (I32,) * 3, I32, (-999, 999)),
    "xor": Case("x ^ y", lambda x, y, z: x ^ y, (I32,) * 3, I32, (-999, 999)),
    "not": Case("~x", lambda x, y, z: ~x, (I32,) * 3, I32, (-999, 999)),
    "shl": Case("x << (y & 31)", lambda x, y, z: x << (y & 31), (I32,) * 3, I32, (-999, 999)),
    "shrs": Case("x >> (y & 31)", lambda x, y, z: x >> (y & 31), (I32,) * 3, I32, (-(2**31), 2**31)),
    "shru": Case("x >> (y & 31)", lambda x, y, z: x >> (y & 31), (U32,) * 3, U32, (0, 2**32)),
    "int8": Case("x * y", lambda x, y, z: x * y, (np.int8,) * 3, np.int8, (-128, 128)),
    "uint8": Case("x + y", lambda x, y, z: x + y, (np.uint8,) * 3, np.uint8, (0, 256)),
    "max": Case("tl.maximum(x, y)", lambda x, y, z: np.maximum(x, y), (I32,) * 3, I32, (-99, 99)),
    "min_unsigned": Case("tl.minimum(x, y)", lambda x, y, z: np.minimum(x, y), (U32,) * 3, U32, (0, 2**32)),
    "max_unsigned": Case("tl.maximum(x, y)", lambda x, y, z: np.maximum(x, y), (U32,) * 3, U32, (0, 2**32)),
    "abs_integer": Case("tl.abs(x)", lambda x, y, z: np.abs(x), (I32,) * 3, I32, (-99, 99)),
    "umulhi": Case(
        "tl.umulhi(x, y)", lambda x, y, z: x.astype(np.uint64) * y >> np.uint64(32), (U32,) * 3, U32, (0, 2**32)
    ),
    "umulhi64": Case(
        "tl.umulhi(x, y)",
        lambda x, y, z: np.array([int(a) * int(b) >> 64 for a, b in zip(x, y, strict=True)], np.uint64),
        (np.uint64,) * 3,
        np.uint64,
        (0, 2**64 - 2**12),
    ),
    "ult": Case("(x < y).to(tl.int32)", lambda x, y, z: x < y, (U32,) * 3, I32, (0, 2**32)),
    "sge": Case("(x >= y).to(tl.int32)", lambda x, y, z: x >= y, (I32,) * 3, I32, (-3, 3)),
    "ne": Case("(x != y).to(tl.int32)", lambda x, y, z: x != y, (I32,) * 3, I32, (-3, 3)),
    "libdevice_popc": Case(
        "libdevice.popc(x)", lambda x, y, z: [int(a).bit_count() for a in x], (I32,) * 3, I32, (0, 2**31)
    ),
    "libdevice_clz": Case(
        "libdevice.clz(x)", lambda x, y, z: [32 - int(a).bit_length() for a in x], (I32,) * 3, I32, (0, 2**20)
    ),
}

_TO_TF32 = "tl.cast(x, {}, fp_downcast_rounding='{}').to(tl.float32)"

_CASTS = {
    "sitofp": Case("x.to(tl.float32)", lambda x, y, z: x, (I32,) * 3, F32, (-(2**31), 2**31), 0),
    "uitofp": Case("x.to(tl.float32)", lambda x, y, z: x, (U32,) * 3, F32, (0, 2**32), 0),
    "fptosi": Case("x.to(tl.int32)", lambda x, y, z: np.trunc(x), (F32,) * 3, I32, (-1e6, 1e6)),
    "fptoui": Case("x.to(tl.uint8)", lambda x, y, z: np.trunc(x), (F32,) * 3, np.uint8, (0, 255)),
    "extsi": Case("x.to(tl.int64)", lambda x, y, z: x, (I32,) * 3, I64, (-99, 99)),
    "extui": Case("x.to(tl.int64)", lambda x, y, z: x, (U32,) * 3, I64, (0, 2**32)),
    "trunci": Case("x.to(tl.int8)", lambda x, y, z: x.astype(np.int8), (I32,) * 3, np.int8, (-999, 999)),
    "to_bool": Case("x.to(tl.int1).to(tl.int32)", lambda x, y, z: x != 0, (I32,) * 3, I32, (-2, 2)),
    "extf": Case("x.to(tl.float32)", lambda x, y, z: x, (F16,) * 3, F32, tolerance=0),
    "truncf": Case("x.to(tl.float16)", lambda x, y, z: x.astype(F16), out=F16, tolerance=0),
    "to_bf16": Case("x.to(tl.bfloat16)", lambda x, y, z: x.astype(BF16), out=BF16, tolerance=0),
    "from_bf16": Case("x.to(tl.float32)", lambda x, y, z: x.astype(F32), (BF16,) * 3, F32, tolerance=0),
    "to_f64": Case("x.to(tl.float64)", lambda x, y, z: x, out=F64, tolerance=0),
    "to_e5m2": Case(
        "x.to(tl.float8e5).to(tl.float32)", lambda x, y, z: x.astype(ml_dtypes.float8_e5m2).astype(F32), tolerance=0
    ),
    "to_e4m3": Case(
        "x.to(tl.float8e4nv).to(tl.float32)",
        lambda x, y, z: np.clip(x, -448, 448).astype(ml_dtypes.float8_e4m3fn).astype(F32),
        range=(-900, 900),
        tolerance=0,
    ),
    "bf16_to_zero": Case(
        _TO_TF32.format("tl.bfloat16", "rtz"),
        lambda x, y, z: (x.view(U32) & U32(0xFFFF0000)).view(F32),
        tolerance=0,
    ),
    "f16_to_zero": Case(
        _TO_TF32.format("tl.float16", "rtz"),
        lambda x, y, z: (x.view(U32) & U32(0xFFFFE000)).view(F32),
        range=(1, 60000),
        tolerance=0,
    ),
    "bitcast": Case("x.to(tl.int32, bitcast=True)", lambda x, y, z: x.view(I32), out=I32),
    "bitcast_back": Case("x.to(tl.float32, bitcast=True)", lambda x, y, z: x.view(F32), (I32,) * 3, F32, (0, 2**30), 0),
}

_CASES = {**_FLOATS, **_INTEGERS, **_CASTS}

_TEMPLATE = """
@triton.jit
def {name}(a, b, c, out, B: tl.constexpr):
    at = tl.arange(0, B)
    x, y, z = tl.load(a + at), tl.load(b + at), tl.load(c + at)
    tl.store(out + at, {expression})
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    path = tmp_path_factory.mktemp("cases") / "triton_cases.py"
    head = "import triton\nimport triton.language as tl\nfrom triton.language.extra import libdevice\n"
    bodies = [_TEMPLATE.format(name=f"case_{name}", expression=case.triton) for name, case in _CASES.items()]
    path.write_text(head + "\n".join(bodies))
    spec = importlib.util.spec_from_file_location("triton_cases", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _drawn(dtype: Any, low: float, high: float, count: int = LANES) -> Array:
    kind = np.dtype(dtype).kind
    if kind in "iu":
        values = RNG.integers(int(low), int(high), count, dtype=np.uint64 if high > 2**62 else np.int64).astype(dtype)
        values[values == 0] = 1 if low > -99 and "iu" and low >= 1 else values[values == 0]
        return values
    return RNG.uniform(low, high, count).astype(dtype)


@pytest.mark.parametrize("name", list(_CASES))
def test_an_elementwise_operation_computes_what_numpy_does(name: str, cases: ModuleType) -> None:
    case = _CASES[name]
    x, y, z = (_drawn(dtype, *case.range) for dtype in case.types)
    if name in ("divsi", "remsi"):
        y[y == 0] = 7
    kernel = getattr(cases, f"case_{name}")
    with np.errstate(all="ignore"):
        expected = np.asarray(case.numpy(x, y, z)).astype(case.out)
    found = outcomes(kernel, a=x, b=y, c=z, out=np.zeros(LANES, case.out), B=LANES)
    for level, arrays in found.items():
        assert arrays["out"].dtype == expected.dtype
        if np.dtype(case.out).kind in "iu":
            np.testing.assert_array_equal(arrays["out"], expected, err_msg=level)
        else:
            given, wanted = (each.astype(F64) for each in (arrays["out"], expected))
            np.testing.assert_allclose(given, wanted, rtol=case.tolerance, atol=case.tolerance, err_msg=level)


_MATH = {
    name: getattr(math, name)
    for name in [
        "acos",
        "acosh",
        "asin",
        "asinh",
        "atan",
        "atanh",
        "cbrt",
        "ceil",
        "cos",
        "cosh",
        "erf",
        "erfc",
        "exp",
        "exp2",
        "expm1",
        "floor",
        "log",
        "log10",
        "log1p",
        "log2",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
        "trunc",
    ]
}
_LIBRARY = {**_MATH, "fabs": abs, "lgamma": math.lgamma, "tgamma": math.gamma, "rint": round}


def _of_one(line: str, element: str, value: float, given: Any) -> Any:
    """What one operation on a number stores."""
    text = (
        f"module {{\n  tt.func public @f(%y: !tt.ptr<{element}>, %x: {element}) {{\n    {line}\n"
        f"    tt.store %y, %r : !tt.ptr<{element}>\n    tt.return\n  }}\n}}\n"
    )
    return run(text, "f", {"y": np.zeros(1, given), "x": np.asarray(value, given)}, ["y", "x"], (1,))["y"][0]


@pytest.mark.parametrize("element", ["f32", "f64"])
@pytest.mark.parametrize("name", list(_LIBRARY))
def test_functions_of_floats_are_those_of_the_c_library(name: str, element: str) -> None:
    dtype, letter = (F32, "f") if element == "f32" else (F64, "")
    tolerance = 1e-5 if element == "f32" else 1e-13
    value = float(dtype(1.3 if name == "acosh" else 0.7))
    expected = _LIBRARY[name](value)
    for symbol in (f"__nv_{name}{letter}", f"__ocml_{name}_{element}"):
        attributes = f'{{libname = "", libpath = "", pure = true, symbol = "{symbol}"}}'
        line = f"%r = tt.extern_elementwise %x {attributes} : ({element}) -> {element}"
        assert _of_one(line, element, value, dtype) == pytest.approx(expected, rel=tolerance)
    if name in _MATH:
        assert _of_one(f"%r = math.{name} %x : {element}", element, value, dtype) == pytest.approx(
            expected, rel=tolerance
        )


_PAIRS = [(7, 2), (-7, 2), (7, -2), (-7, -2), (2**31 - 1, 3), (-(2**31), 5), (6, 3), (0, 9)]
_WHOLE: dict[str, Callable[[int, int], int]] = {
    "arith.ceildivsi %x, %c : i32": lambda a, b: -(-a // b),
    "arith.floordivsi %x, %c : i32": lambda a, b: a // b,
    "arith.divsi %x, %c : i32": lambda a, b: int(a / b),
    "arith.remsi %x, %c : i32": lambda a, b: a - b * int(a / b),
    "arith.ceildivui %x, %c : i32": lambda a, b: -(-(a % 2**32) // (b % 2**32)),
    "arith.divui %x, %c : i32": lambda a, b: (a % 2**32) // (b % 2**32),
    "arith.remui %x, %c : i32": lambda a, b: (a % 2**32) % (b % 2**32),
    "arith.maxui %x, %c : i32": lambda a, b: max(a % 2**32, b % 2**32),
    "tt.mulhiui %x, %c : i32": lambda a, b: (a % 2**32) * (b % 2**32) >> 32,
    "math.ctlz %x : i32": lambda a, _: 32 - (a % 2**32).bit_length(),
    "math.cttz %x : i32": lambda a, _: ((a & -a).bit_length() - 1) if a else 32,
    "math.ctpop %x : i32": lambda a, _: (a % 2**32).bit_count(),
    "math.absi %x : i32": lambda a, _: abs(a),
}


@pytest.mark.parametrize("operation", list(_WHOLE))
def test_integers_are_computed_as_in_python(operation: str) -> None:
    for a, b in _PAIRS:
        line = f"%c = arith.constant {b} : i32\n    %r = {operation}"
        assert int(_of_one(line, "i32", a, I32)) % 2**32 == _WHOLE[operation](a, b) % 2**32, (a, b)


@pytest.mark.parametrize("name", ["mulsi_extended", "mului_extended"])
def test_products_of_twice_the_bits(name: str) -> None:
    for a, b in _PAIRS:
        line = f"%c = arith.constant {b} : i32\n    %low, %r = arith.{name} %x, %c : i32"
        left, right = (a, b) if name == "mulsi_extended" else (a % 2**32, b % 2**32)
        assert int(_of_one(line, "i32", a, I32)) % 2**32 == (left * right >> 32) % 2**32


@pytest.mark.parametrize(("predicate", "expected"), [
    ("oeq", "0010"), ("ogt", "0100"), ("oge", "0110"), ("olt", "1000"), ("ole", "1010"), ("one", "1100"),
    ("ord", "1110"), ("ueq", "0011"), ("ugt", "0101"), ("uge", "0111"), ("ult", "1001"), ("ule", "1011"),
    ("une", "1101"), ("uno", "0001"), ("true", "1111"), ("false", "0000"),
])  # fmt: skip
def test_comparisons_of_less_greater_equal_and_unordered(predicate: str, expected: str) -> None:
    found = ""
    for value in (1.0, 3.0, 2.0, math.nan):
        line = (
            f"%c = arith.constant 2.0 : f32\n    %p = arith.cmpf {predicate}, %x, %c : f32\n"
            "    %r = arith.uitofp %p : i1 to f32"
        )
        found += str(int(_of_one(line, "f32", value, F32)))
    assert found == expected


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite"])
def test_kinds_of_floats(name: str) -> None:
    for value in (1.0, math.inf, -math.inf, math.nan):
        line = f"%p = math.{name} %x : f32\n    %r = arith.uitofp %p : i1 to f32"
        assert _of_one(line, "f32", value, F32) == getattr(math, name)(value)
