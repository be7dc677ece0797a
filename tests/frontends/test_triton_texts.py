"""The interpreter of TTIR and TTGIR texts computes what NumPy computes, and refuses what it must not run."""

import importlib.util
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import ml_dtypes
import numpy as np
import pytest

pytest.importorskip("triton")

from kernels import triton_operations as kernels
from triton_texts import Array, outcomes, texts

from synthesis.frontends.triton.texts import BudgetError, Limits, TextError, Watch, parse, run

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


_where: Callable[[Any, Any, Any], Any] = np.where


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
    "where": Case("tl.where(x > y, x, z)", lambda x, y, z: _where(x > y, x, z), tolerance=0),
    "where_scalar": Case("tl.where(tl.program_id(0) == 0, x, z)", lambda x, y, z: x, tolerance=0),
    "constants": Case("x + float('inf') * (y > 0) + 1.25e-3", lambda x, y, z: _where(y > 0, np.inf, np.nan)),
    "nan": Case("tl.where(x > 0, float('nan'), float('-inf'))", lambda x, y, z: _where(x > 0, np.nan, -np.inf)),
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


def _floats(*shape: int, dtype: Any = F32) -> Array:
    return RNG.standard_normal(shape).astype(dtype)


def _zeros(count: int, dtype: Any = F32) -> Array:
    return np.zeros(count, dtype)


def _same(found: dict[str, dict[str, Array]], name: str, expected: Any, tolerance: float = 0) -> None:
    for level, arrays in found.items():
        wanted = np.asarray(expected).reshape(arrays[name].shape)
        np.testing.assert_allclose(
            arrays[name].astype(F64), wanted.astype(F64), rtol=tolerance, atol=tolerance, err_msg=level
        )


def test_masked_loads_read_nothing_where_the_mask_is_false() -> None:
    x = _floats(100)
    found = outcomes(K.masked, (4,), x=x, y=_zeros(100), n=I32(100), B=32)
    _same(found, "y", x + x)


def test_programs_of_a_grid_know_their_places() -> None:
    found = outcomes(K.grid, (2, 3, 4), y=_zeros(24 * 8, I32), B=8)
    z, y, x = np.meshgrid(range(4), range(3), range(2), indexing="ij")
    del z, x
    _same(found, "y", 4000 + 10 * y.reshape(-1, 1) + np.arange(8))


def test_reductions_of_rows_and_columns() -> None:
    x = _floats(16, 32)
    found = outcomes(K.row_sums, x=x, y=_zeros(16 + 32 + 32 + 1), M=16, N=32)
    _same(found, "y", np.concatenate((x.sum(1, F64), x.max(0), x.min(0), [x.sum(dtype=F64)])), 1e-5)


def test_places_of_largest_and_smallest_elements() -> None:
    x = RNG.integers(0, 9, (16, 32)).astype(F32)
    found = outcomes(K.places, x=x, y=_zeros(16 + 32 + 16, I32), M=16, N=32)
    for arrays in found.values():
        assert arrays["y"][:48].tolist() == [*x.argmax(1), *x.argmin(0)]
        assert (x[np.arange(16), arrays["y"][48:]] == x.max(1)).all()


def test_reductions_of_bits() -> None:
    x = RNG.integers(0, 2**30, 64).astype(I32)
    found = outcomes(K.bits_reduced, x=x, y=_zeros(4, I32), N=64)
    with np.errstate(over="ignore"):
        _same(found, "y", [np.bitwise_xor.reduce(x), np.bitwise_or.reduce(x), x.max(), x.sum(dtype=I32)])


@pytest.mark.parametrize("kernel", ["custom_reduce", "branching_reduce"])
def test_reductions_with_functions_of_their_own(kernel: str) -> None:
    x = _floats(64)
    expected = x[x > 0][-1] if kernel == "custom_reduce" else x.max()
    _same(outcomes(getattr(K, kernel), x=x, y=_zeros(1), N=64), "y", [expected])


def test_scans() -> None:
    x = RNG.uniform(0.8, 1.2, 64).astype(F32) * _where(RNG.random(64) < 0.5, 1, -1).astype(F32)
    found = outcomes(K.scans, x=x, y=_zeros(5 * 64), N=64)
    last, state = x[0], 0.0
    lasts: list[float] = []
    states: list[float] = []
    for number, value in enumerate(x):
        last = value if value > 0 or not number else last
        state = state * 0.5 * float(value) + float(value)
        lasts.append(float(last))
        states.append(state)
    wide = x.astype(F64)
    _same(found, "y", [wide.cumsum(), wide[::-1].cumsum()[::-1], wide.cumprod(), lasts, states], 2e-5)


def test_sorts() -> None:
    x = _floats(64)
    found = outcomes(K.sorted_blocks, x=x, y=_zeros(3 * 64 + 8), N=64, K=8)
    _same(found, "y", np.concatenate((np.sort(x), np.sort(x)[::-1], np.sort(x)[::-1][:8], x[::-1])))


def test_arrangements_of_elements() -> None:
    x = _floats(8, 16)
    joined = np.stack((x, x * 2), -1)
    both = np.concatenate((x.ravel(), x.ravel() + 5))
    expected = [x.T, (x * 2) - x * 3, joined.transpose(2, 0, 1), np.stack((x, x + 1), -1)]
    flat = np.concatenate([each.ravel() for each in expected] + [np.repeat(np.arange(8.0), 16)])
    found = outcomes(K.arranged, x=x, y=_zeros(9 * 128), M=8, N=16)
    _same(found, "y", np.concatenate((flat.astype(F32), both)))


def test_gathers() -> None:
    x, i = _floats(8, 16), RNG.integers(0, 16, (8, 16)).astype(I32)
    found = outcomes(K.gathered, x=x, i=i, y=_zeros(256), M=8, N=16)
    _same(found, "y", [np.take_along_axis(x, i, 1), np.take_along_axis(x, i % 8, 0)])


def test_histograms() -> None:
    i = RNG.integers(-3, 19, 64).astype(I32)
    found = outcomes(K.counted, i=i, y=_zeros(32, I32), n=I32(20), N=64, BINS=16)
    _same(found, "y", [[(part == bin_).sum() for bin_ in range(16)] for part in (i, i[:20])])


@pytest.mark.parametrize("dtype", [F16, BF16, F32, ml_dtypes.float8_e5m2, ml_dtypes.float8_e4m3fn])
@pytest.mark.parametrize("precision", ["ieee", "tf32"])
def test_products(dtype: Any, precision: str) -> None:
    a, b, c = _floats(16, 32, dtype=dtype), _floats(32, 16, dtype=dtype), _floats(16, 16)
    found = outcomes(K.product, a=a, b=b, c=c, y=_zeros(256), M=16, N=16, K=32, PRECISION=precision, ACC=None)
    exact = a.astype(F64) @ b.astype(F64) + c
    loose = dtype is F32 and precision == "tf32"
    _same(found, "y", exact, 2e-2 if loose else 1e-5)
    if loose:
        assert all(np.abs(arrays["y"].reshape(16, 16) - exact).max() > 1e-4 for arrays in found.values())


def test_products_of_integers() -> None:
    a, b = (RNG.integers(-128, 128, shape).astype(np.int8) for shape in ((16, 32), (32, 16)))
    c = RNG.integers(-(2**31), 2**31, (16, 16)).astype(I32)
    found = outcomes(
        K.product, a=a, b=b, c=c, y=_zeros(256, I32), M=16, N=16, K=32, PRECISION="ieee", ACC=kernels.tl.int32
    )
    _same(found, "y", (a.astype(I64) @ b.astype(I64) + c).astype(I32))


def test_products_of_batches() -> None:
    a, b = _floats(4, 16, 16), _floats(4, 16, 16)
    _same(outcomes(K.batched, a=a, b=b, y=_zeros(1024), G=4, M=16), "y", a.astype(F64) @ b, 1e-5)


@pytest.mark.parametrize("device", ["cuda:80", "cuda:90", "cuda:100", "hip"])
@pytest.mark.parametrize("dtype", [F16, F32])
def test_pipelined_products(dtype: Any, device: str) -> None:
    a, b = _floats(80, 112, dtype=dtype), _floats(112, 48, dtype=dtype)
    sizes: dict[str, Any] = {"M": I32(80), "N": I32(48), "K": I32(112), "sa": I32(112), "sb": I32(48), "sc": I32(48)}
    arrays: dict[str, Any] = {"a": a, "b": b, "c": np.zeros((80, 48), dtype)}
    found = outcomes(K.matmul, (2, 2), device, aligned=True, **arrays, **sizes, BM=64, BN=32, BK=32)
    _same(found, "c", a.astype(F64) @ b.astype(F64), 3e-2)


def test_a_text_that_waits_for_too_few_copies_computes_something_else() -> None:
    a, b = _floats(64, 128, dtype=F16), _floats(128, 32, dtype=F16)
    sizes: dict[str, Any] = {"M": I32(64), "N": I32(32), "K": I32(128), "sa": I32(128), "sb": I32(32), "sc": I32(32)}
    arrays: dict[str, Any] = {"a": a, "b": b, "c": np.zeros((64, 32), F16), **sizes}
    text = texts(K.matmul, aligned=True, **arrays, BM=64, BN=32, BK=32)["ttgir"]
    waits = text.count("{num = 2 : i32}")
    assert waits
    late = text.replace("{num = 2 : i32}", "{num = 6 : i32}")
    right, wrong = (run(each, "matmul", arrays, list(arrays), (1, 1))["c"] for each in (text, late))
    assert np.isfinite(right).all()
    assert not np.allclose(right, wrong, equal_nan=False)


_E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])


@pytest.mark.parametrize("device", ["cuda:90", "cuda:100"])
@pytest.mark.parametrize("left", ["e4m3", "e5m2", "e2m1"])
def test_scaled_products(left: str, device: str) -> None:
    m, n, k = 128, 32, 64
    right = "e4m3"
    scales = [RNG.integers(120, 132, shape).astype(np.uint8) for shape in ((m, k // 32), (n, k // 32))]
    b = _floats(k, n, dtype=ml_dtypes.float8_e4m3fn)
    if left == "e2m1":
        a: Array = RNG.integers(0, 256, (m, k // 2)).astype(np.uint8)
        codes = np.stack((a & 15, a >> 4), -1).reshape(m, k)
        numbers = _E2M1[codes & 7] * _where(codes & 8, -1.0, 1.0)
    else:
        a = _floats(m, k, dtype={"e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}[left])
        numbers = a.astype(F64)
    factors = [np.repeat(2.0 ** (each.astype(F64) - 127), 32, 1) for each in scales]
    arrays: dict[str, Any] = {"a": a, "sa": scales[0], "b": b, "sb": scales[1], "y": _zeros(m * n)}
    sizes: dict[str, Any] = {"M": m, "N": n, "K": k, "LEFT": left, "RIGHT": right}
    assert "tt.dot_scaled" in texts(K.scaled, **arrays, **sizes)["ttir"]
    found = outcomes(K.scaled, device=device, **arrays, **sizes)
    _same(found, "y", (numbers * factors[0]) @ (b.astype(F64) * factors[1].T), 1e-4)


@pytest.mark.parametrize("device", ["cuda:90", "hip"])
def test_atomics_change_elements_lane_by_lane(device: str) -> None:
    i, f = np.arange(12, dtype=I32), _zeros(5)
    x, y = RNG.integers(-50, 50, 16).astype(I32), _floats(16)
    expected, floats, old = i.copy(), f.copy(), np.zeros((3, 16), I32)
    for lane in range(16):
        if lane % 3:
            old[0, lane] = expected[lane % 4]
            expected[lane % 4] += x[lane]
        expected[4], expected[5] = max(expected[4], x[lane]), min(expected[5], x[lane])
        expected[6], expected[7], expected[8] = expected[6] & x[lane], expected[7] | x[lane], expected[8] ^ x[lane]
        old[1, lane], expected[9] = expected[9], x[lane]
        old[2, lane] = expected[10 + lane % 2]
        expected[10 + lane % 2] = x[lane] if old[2, lane] == lane else old[2, lane]
        floats[lane % 2] += y[lane]
    floats[2:] = max(0, y.max()), min(0, y.min()), 1.5
    found = outcomes(K.atomics, device=device, i=i, f=f, x=x, y=y, old=_zeros(48, I32), N=16)
    _same(found, "i", expected)
    _same(found, "f", floats, 1e-6)
    _same(found, "old", old)


@pytest.mark.parametrize("device", ["cuda:90", "cuda:80", "hip"])
def test_tensor_descriptors_leave_out_what_is_outside(device: str) -> None:
    x = _floats(20, 40)
    sizes: dict[str, Any] = {"M": I32(20), "N": I32(40)}
    found = outcomes(K.described, (2, 2), device, x=x, y=np.zeros_like(x), **sizes, B=16, C=32)
    _same(found, "y", x * 3, 1e-6)


def test_tensor_descriptors_gather_and_scatter_rows() -> None:
    x, rows = _floats(32, 64), np.array([3, 0, 9, 31, 8, 40, 2, 1], I32)
    arrays: dict[str, Any] = {"x": x, "i": rows, "y": np.zeros_like(x), "M": I32(32), "N": I32(64)}
    expected = np.zeros_like(x)
    inside = rows[rows < 32]
    expected[inside, :32] = x[inside, 32:64]
    text = texts(K.collected, **arrays, B=8, C=32)["ttir"]
    found = run(text, "collected", {key: np.asarray(each) for key, each in arrays.items()}, list(arrays), (1,))
    np.testing.assert_array_equal(found["y"], expected)


@pytest.mark.parametrize("n", [3, 20, 77])
def test_loops_and_branches(n: int) -> None:
    x = _floats(16)
    count = next(each for each in range(20) if each * each >= n)
    expected = (x + count) * (2 if n > 50 else 3 if n > 10 else 1)
    expected = expected + sum(step for step in range(n, 0, -7) if step % 2 == 0) - 3 + (0 if n == 20 else count)
    _same(outcomes(K.flow, x=x, y=_zeros(16), n=I32(n), B=16), "y", expected, 1e-5)


def test_calls_of_functions_that_are_not_inlined() -> None:
    x = _floats(16)
    assert "tt.call" in texts(K.calls, x=x, y=_zeros(16), B=16)["ttir"]
    _same(outcomes(K.calls, x=x, y=_zeros(16), B=16), "y", (x * 3 + 1) * (x - 3), 1e-6)


def test_maps_of_scalar_functions() -> None:
    def collatz(value: int) -> int:
        steps = 0
        while value > 1:
            value = value // 2 if value % 2 == 0 else value * 3 + 1
            steps += 1
        return steps

    x = RNG.integers(1, 99, 16).astype(I32)
    pairs = [number for a, b in x.reshape(-1, 2).tolist() for number in (b, a + b)]
    _same(outcomes(K.mapped, x=x, y=_zeros(32, I32), B=16), "y", [*map(collatz, x.tolist()), *pairs])


def test_arrays_of_flags() -> None:
    x = RNG.random(16) < 0.5
    at = np.arange(16)
    _same(outcomes(K.flags, x=x, y=_zeros(32, np.bool_), B=16), "y", [x ^ (at % 3 == 0), x & (at % 2 == 1)])


def test_pointers_into_different_arrays() -> None:
    x, y = _floats(16), _floats(16)
    found = outcomes(K.chosen_pointers, x=x, y=y, out=_zeros(16), B=16)
    _same(found, "out", _where(np.arange(16) % 2, y, x))


def test_pointers_to_another_type() -> None:
    x = RNG.integers(0, 256, 64).astype(np.uint8)
    _same(outcomes(K.viewed, x=x, y=_zeros(16, I32), B=16), "y", x.view(I32))


def test_random_numbers_are_those_of_philox() -> None:
    """Philox in Python integers, as in Salmon and others, Parallel random numbers: as easy as 1, 2, 3."""

    def philox(seed: int, counter: int) -> int:
        c, k = [counter, 0, 0, 0], [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        return c[0]

    signed = np.array([philox(11, lane) for lane in range(16)], U32).view(I32)
    uniform = _where(signed < 0, -signed - 1, signed) * 4.6566127342e-10
    found = outcomes(K.randoms, y=_zeros(32), seed=I32(11), B=16)
    _same(found, "y", np.concatenate((uniform, signed.view(U32).astype(F64))), 1e-6)


def test_assertions_are_checked() -> None:
    arrays: dict[str, Any] = {"x": np.full(16, 9, I32), "y": _zeros(16, I32)}
    _same(outcomes(K.asserted, debug=True, **arrays, B=16), "y", arrays["x"])
    arrays["x"] = np.arange(16, dtype=I32)
    with pytest.raises(TextError, match=r"line \d+: this does not hold: below ten"):
        outcomes(K.asserted, debug=True, **arrays, B=16)


def test_assumptions_are_checked() -> None:
    arrays: dict[str, Any] = {"x": _zeros(16, I32)}
    _same(outcomes(K.assumed, **arrays, n=I32(32), B=16), "x", np.full(16, 32))
    with pytest.raises(TextError, match="an assumption"):
        outcomes(K.assumed, **arrays, n=I32(33), B=16)


@pytest.mark.parametrize("kernel", ["printed", "assembled", "from_addresses"])
def test_what_does_more_than_compute_is_refused(kernel: str) -> None:
    x = _zeros(16, I64 if kernel == "from_addresses" else I32)
    arrays: dict[str, Any] = {"x": x} if kernel == "printed" else {"x": x, "y": _zeros(16, I32)}
    for text in texts(getattr(K, kernel), **arrays, B=16).values():
        with pytest.raises(TextError, match=r"line \d+: tt\.\w+ is not allowed"):
            run(text, kernel, arrays, list(arrays), (1,))


def test_an_access_outside_an_array_is_an_error() -> None:
    text = texts(K.masked, x=_zeros(64), y=_zeros(64), n=I32(64), B=32)["ttir"]
    for n, size in ((65, 64), (64, 63), (2000, 64)):
        arrays: dict[str, Any] = {"x": _zeros(64), "y": _zeros(size), "n": np.asarray(I32(n))}
        with pytest.raises(TextError, match=r"line \d+: element \d+ of [xy], which has 6\d"):
            run(text, "masked", arrays, list(arrays), (64,))


def test_an_endless_loop_runs_out_of_work() -> None:
    arrays: dict[str, Any] = {"x": _zeros(1, I32), "n": np.asarray(I32(1))}
    for text in texts(K.endless, x=arrays["x"], n=I32(1)).values():
        with pytest.raises(BudgetError):
            run(text, "endless", arrays, list(arrays), (1,), Limits(work=10_000))


def test_a_huge_grid_is_refused() -> None:
    text = texts(K.grid, y=_zeros(8, I32), B=8)["ttir"]
    with pytest.raises(TextError, match="a grid of"):
        run(text, "grid", {"y": _zeros(8, I32)}, ["y"], (2**31 - 1, 65535, 65535))


def test_arguments_have_to_fit_the_parameters() -> None:
    text = texts(K.masked, x=_zeros(64), y=_zeros(64), n=I32(64), B=32)["ttir"]
    arrays: dict[str, Any] = {"x": _zeros(64), "y": _zeros(64), "n": np.asarray(I32(64))}
    for wrong in ({"x": _zeros(64, F64)}, {"n": np.asarray(I64(3))}, {"x": np.asarray(F32(3))}, {"n": _zeros(64, I32)}):
        with pytest.raises(TextError, match="but the text takes"):
            run(text, "masked", arrays | wrong, list(arrays), (1,))
    with pytest.raises(TextError, match="takes 3 arguments"):
        run(text, "masked", arrays, ["x", "y"], (1,))
    with pytest.raises(TextError, match="no public function"):
        run(text, "other", arrays, list(arrays), (1,))


def test_inputs_are_not_changed() -> None:
    arrays: dict[str, Any] = {"x": _floats(32), "y": _zeros(32), "n": np.asarray(I32(32))}
    text = texts(K.masked, x=arrays["x"], y=arrays["y"], n=I32(32), B=32)["ttir"]
    assert run(text, "masked", arrays, list(arrays), (1,))["y"].any()
    assert not arrays["y"].any()


def test_races_between_programs_are_noted() -> None:
    watch = Watch()
    outcomes(K.racing, (2,), watch=watch, x=_zeros(8, I32), y=_zeros(16), z=_zeros(8, I32), B=8)
    assert (watch.written, watch.read, watch.mixed) == ({"x"}, {"y"}, set())
    watch = Watch()
    outcomes(K.grid, (2, 2, 2), watch=watch, y=_zeros(64, I32), B=8)
    assert (watch.written, watch.read, watch.mixed, watch.lanes) == (set(), set(), set(), set())


def test_lanes_that_write_different_values_to_one_element_are_noted() -> None:
    watch = Watch()
    outcomes(K.overwriting, watch=watch, x=_zeros(8, I32), y=_zeros(8, I32), B=16)
    assert watch.lanes == {"y"}


_HEAD = "module {\n  tt.func public @f(%x: !tt.ptr<i32>, %n: i32) {\n"
_TAIL = "    tt.return\n  }\n}\n"

_HOSTILE = {
    "unknown operation": '    llvm.inline_asm "exit"\n',
    "unknown type": "    %a = arith.constant 0 : i4096\n",
    "block too large": "    %a = tt.make_range {end = 2097152 : i32, start = 0 : i32} : tensor<2097152xi32>\n",
    "many axes": f"    %a = tt.splat %n : i32 -> tensor<{'1x' * 99}i32>\n",
    "shape that lies": "    %a = tt.make_range {end = 8 : i32, start = 0 : i32} : tensor<16xi32>\n",
    "types that differ": "    %a = arith.constant 1 : i64\n    %b = arith.addi %a, %n : i32\n",
    "undefined value": "    %b = arith.addi %a, %n : i32\n",
    "value of itself": "    %b = arith.addi %b, %n : i32\n",
    "defined twice": "    %n = arith.constant 1 : i32\n",
    "division by zero": "    %a = arith.constant 0 : i32\n    %b = arith.divsi %n, %a : i32\n",
    "overflow of a division": "    %a = arith.constant -1 : i32\n    %c = arith.constant -2147483648 : i32\n"
    "    %b = arith.divsi %c, %a : i32\n",
    "shift too far": "    %a = arith.constant 32 : i32\n    %b = arith.shli %n, %a : i32\n",
    "float that does not fit": "    %a = arith.constant 3.0e9 : f32\n    %b = arith.fptosi %a : f32 to i32\n",
    "nan as an integer": "    %a = arith.constant 0x7FC00000 : f32\n    %b = arith.fptosi %a : f32 to i32\n",
    "deep brackets": "    %a = arith.constant {a = " + "[" * 99 + "]" * 99 + "} 1 : i32\n",
    "deep types": "    %a = arith.constant 1 : tensor" + "<" * 99 + ">" * 99 + "\n",
    "deep regions": "    %a = arith.constant true\n" + "    scf.if %a {\n" * 99 + "    }\n" * 99,
    "huge number": "    %a = arith.constant 1" + "0" * 5000 + " : i32\n",
    "calls itself": "    tt.call @f(%x, %n) : (!tt.ptr<i32>, i32) -> ()\n",
    "calls nothing": "    tt.call @g(%n) : (i32) -> ()\n",
    "no such block": "    cf.br ^bb7\n",
    "step of zero": "    %a = arith.constant 0 : i32\n    scf.for %i = %a to %n step %a : i32 {\n    }\n",
    "foreign function": '    %a = tt.extern_elementwise %n {libname = "", libpath = "", pure = true, symbol = "system"}'
    " : (i32) -> i32\n",
    "foreign assembly": '    %a = tt.elementwise_inline_asm "trap;" {constraints = "=r,r", packed_element = 1 : i32,'
    " pure = true} %n : i32 -> i32\n",
    "address": "    %a = arith.constant 4096 : i64\n    %b = tt.int_to_ptr %a : i64 -> !tt.ptr<i32>\n",
    "generic form": '    %a = "os.system"(%n) : (i32) -> i32\n',
    "scratch as an array": "    %a = ttg.global_scratch_alloc {alignment = 1 : i32, nbytes = 8 : i32} : !tt.ptr<i32>\n"
    "    tt.store %a, %n : !tt.ptr<i32>\n",
    "negative element": "    %a = arith.constant -1 : i32\n    %b = tt.addptr %x, %a : !tt.ptr<i32>, i32\n"
    "    tt.store %b, %n : !tt.ptr<i32>\n",
    "axis outside": "    %a = tt.splat %n : i32 -> tensor<8xi32>\n"
    "    %b = tt.expand_dims %a {axis = 5 : i32} : tensor<8xi32> -> tensor<8x1xi32>\n",
    "much memory": "".join(f"    %a{number} = tt.splat %n : i32 -> tensor<1048576xi32>\n" for number in range(600)),
}


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_hostile_texts_are_refused_with_the_line(name: str) -> None:
    arrays: dict[str, Any] = {"x": _zeros(4, I32), "n": np.asarray(I32(5))}
    with pytest.raises(TextError) as caught:
        run(_HEAD + _HOSTILE[name] + _TAIL, "f", arrays, list(arrays), (1,))
    assert caught.value.line > 0
    assert str(caught.value.line) in str(caught.value)


def test_a_value_that_another_block_may_leave_undefined_is_refused() -> None:
    body = (
        "    %c = arith.constant false\n    cf.cond_br %c, ^bb1, ^bb2\n  ^bb1:\n    %a = arith.constant 1 : i32\n"
        "    cf.br ^bb2\n  ^bb2:\n    tt.store %x, %a : !tt.ptr<i32>\n"
    )
    with pytest.raises(TextError, match="undefined"):
        parse(_HEAD + body + _TAIL)


def test_cut_and_damaged_texts_raise_text_errors_only() -> None:
    arrays: dict[str, Any] = {"x": _floats(64), "y": _zeros(5 * 64)}
    limits = Limits(work=20_000)
    for text in texts(K.scans, **arrays, N=64).values():
        marks = RNG.integers(0, len(text), 150).tolist()
        pieces = [text[:mark] for mark in marks[:50]] + [text[:mark] + text[mark + 1 :] for mark in marks[50:100]]
        pieces += [
            text[:mark] + "".join(RNG.permutation(list(text[mark : mark + 9]))) + text[mark + 9 :] for mark in marks
        ]
        refused = 0
        for piece in pieces:
            try:
                run(piece, "scans", arrays, list(arrays), (1,), limits)
            except TextError:
                refused += 1
        assert refused > 50


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(TextError, match="characters"):
        parse("module {\n" * 1000, Limits(characters=100))


def test_the_interpreter_imports_no_compiler() -> None:
    code = (
        "import sys, synthesis.frontends.triton.texts\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'triton', 'jax', 'warp', 'torch'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_evaluates_text_as_code() -> None:
    import synthesis.frontends.triton.texts as package

    for path in Path(package.__file__ or "").parent.glob("*.py"):
        source = path.read_text()
        assert not any(f" {name}(" in source for name in ("eval", "exec", "getattr", "__import__", "compile"))
