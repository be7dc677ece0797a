"""Kernels of one operation each, with inputs, for the tests of Triton's reference."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature

LANES = 64
SPELLED = {
    "bool": "i1", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
    "uint32": "u32", "uint64": "u64", "float16": "fp16", "bfloat16": "bf16", "float32": "fp32", "float64": "fp64",
    "float8_e4m3fn": "fp8e4nv", "float8_e5m2": "fp8e5",
}  # fmt: skip
"""NumPy's name of a type to Triton's."""
PUBLIC = {
    "bool": "int1", "float8_e4m3fn": "float8e4nv", "float8_e5m2": "float8e5",
    **{name: name for name in SPELLED if name != "bool" and not name.startswith("float8")},
}  # fmt: skip
"""NumPy's name of a type to its name in ``triton.language``."""
HEAD = """import triton
import triton.language as tl
from triton.language.extra import libdevice


"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kernel that computes ``res`` of ``x``, ``y`` and ``z``."""

    name: str
    body: str
    """Lines that compute ``res`` from blocks of ``LANES`` numbers, or of the shape of the arrays."""
    types: tuple[str, ...] = ("float32",)
    """NumPy's names of the types of the inputs."""
    low: float = -4.0
    high: float = 4.0
    shape: tuple[int, ...] = (LANES,)
    helpers: str = ""
    whole: bool = False
    """Whether numbers are integers, even in floating-point arrays."""
    units: float = 4.0
    """How many units in the last place a result may be off, at the size of the largest one."""
    compiled: bool = True
    """Whether Triton's compiler accepts it for the target of the tests."""
    interpreted: bool = True
    """Whether Triton's interpreter runs it."""


def dtype_of(name: str) -> np.dtype[Any]:
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def source_of(case: Case, *, result: str = "", typed: str = "") -> str:
    """Return the source of a case, which stores ``res``, and asserts its type if ``typed``."""
    names = "xyz"[: len(case.types)]
    loads = [f"    {name} = tl.reshape(tl.load({name}_ptr + offs), {list(case.shape)})" for name in names]
    return "\n".join([
        HEAD + case.helpers,
        "@triton.jit",
        f"def kernel({', '.join(f'{name}_ptr' for name in names)}, out_ptr, n):",
        f"    offs = tl.arange(0, {int(np.prod(case.shape))})",
        *loads,
        *(f"    {line}" for line in case.body.strip().splitlines()),
        *([f"    tl.static_assert(res.dtype == tl.{typed})"] if typed else []),
        f"    {result or 'tl.store(out_ptr, res)'}",
        "",
    ])  # fmt: skip


def inputs_of(case: Case) -> dict[str, npt.NDArray[Any]]:
    """Return random inputs, which depend on the case's name alone."""
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    values: dict[str, npt.NDArray[Any]] = {}
    for name, kind in zip("xyz", case.types, strict=False):
        drawn = random.uniform(case.low, case.high, case.shape)
        dtype = dtype_of(kind)
        if dtype.kind in "iu" or case.whole:
            drawn = np.floor(drawn)
        values[f"{name}_ptr"] = (drawn > 0) if kind == "bool" else drawn.astype(dtype)
    return values


def spec_of(source: str, values: Mapping[str, npt.NDArray[Any]], **settings: Any) -> KernelSpec:
    """Return the record of a kernel whose arguments have these values."""
    arguments = [
        Argument(
            name=name,
            type_name=("*" if value.shape else "") + SPELLED[value.dtype.name],
            dtype=value.dtype.name,
            shape=value.shape or None,
            role=Role.INOUT if name.startswith("out") else Role.INPUT,
        )
        for name, value in values.items()
    ]
    call = {"constants": settings.pop("constants", {})}
    signature = Signature(arguments=tuple(arguments), launch=settings.pop("launch", (1,)), call=call)
    return KernelSpec(frontend="triton", name="kernel", category="test", source=source, signature=signature, **settings)


FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def _binary() -> Iterator[Case]:
    signs = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "ge": ">=", "eq": "==", "ne": "!="}
    pairs = [
        ("float16", "bfloat16"), ("float16", "float32"), ("bfloat16", "float32"), ("float32", "float64"),
        ("int8", "int32"), ("uint8", "int32"), ("int32", "int64"), ("uint32", "int32"), ("int8", "float16"),
        ("int32", "bfloat16"), ("int64", "float32"), ("bool", "int32"), ("bool", "float16"), ("uint16", "int16"),
        ("uint64", "int32"), *((each, each) for each in (*FLOATS, *INTEGERS)),
    ]  # fmt: skip
    for word, sign in signs.items():
        for left, right in pairs:
            mixed = dtype_of(left).kind + dtype_of(right).kind in ("ui", "iu", "bi")
            if word == "div" and (mixed or {left, right} <= {"float16"}):
                continue
            low = 0 if "u" in dtype_of(left).kind + dtype_of(right).kind else -9
            yield Case(name=f"{word}_{left}_{right}", body=f"res = x {sign} y", types=(left, right), low=low, high=9,
                       units=2)  # fmt: skip
    for kind in INTEGERS:
        low = 1 if kind.startswith("u") else -100
        for word, sign in {"floordiv": "//", "mod": "%"}.items():
            body = f"res = x {sign} tl.where(y == 0, 7, y)"
            yield Case(name=f"{word}_{kind}", body=body, types=(kind, kind), low=low, high=100)
        for word, sign in {"and": "&", "or": "|", "xor": "^"}.items():
            yield Case(name=f"{word}_{kind}", body=f"res = x {sign} y", types=(kind, kind), low=low, high=100)
        yield Case(name=f"shl_{kind}", body="res = x << 3", types=(kind,), low=low, high=100)
        yield Case(name=f"shr_{kind}", body="res = x >> 2", types=(kind,), low=low, high=100)
        yield Case(name=f"invert_{kind}", body="res = ~x", types=(kind,), low=low, high=100)
        yield Case(name=f"neg_{kind}", body="res = -x", types=(kind,), low=low, high=100)
    for kind in ("float32", "float64"):
        yield Case(name=f"mod_{kind}", body="res = x % y", types=(kind, kind), low=0.5, high=9, units=64)
    numbers = {"int": "3", "float": "0.1", "bool": "True", "big": "2147483648", "wide": "1.0e300"}
    for kind in ("bool", "int8", "int32", "int64", "uint8", *FLOATS):
        for word, number in numbers.items():
            if word == "big" and kind in ("int8", "int32", "uint8", "bool"):
                continue
            yield Case(name=f"weak_{kind}_{word}", body=f"res = x * {number}", types=(kind,), low=0, high=9, units=2)
            if word in ("int", "float"):
                yield Case(name=f"bound_{kind}_{word}", body=f"c = {number}\nres = x * c", types=(kind,), low=0, high=9,
                           units=2)  # fmt: skip
    yield Case(name="int1_add", body="res = x + y", types=("bool", "bool"))
    yield Case(name="int1_mul", body="res = x * y", types=("bool", "bool"))
    yield Case(name="not_scalar", body="res = tl.where(not (tl.max(x) > 9.0), x, y)", types=("float32", "float32"))
    yield Case(
        name="chained", body="res = tl.where((-1 < tl.max(x)) and (tl.max(x) < 9), x, y)", types=("float32",) * 2
    )


def _casts() -> Iterator[Case]:
    kinds = ("bool", "int8", "int32", "int64", "uint8", "uint32", *FLOATS)
    for source in kinds:
        for target in kinds:
            yield Case(name=f"cast_{source}_{target}", body=f"res = x.to(tl.{PUBLIC[target]})", types=(source,), low=0,
                       high=100)  # fmt: skip
    for source in ("float16", "bfloat16", "float32"):
        for target in ("float8_e4m3fn", "float8_e5m2"):
            yield Case(name=f"cast_{source}_{target}", body=f"res = x.to(tl.{PUBLIC[target]}).to(tl.float32)",
                       types=(source,), low=-40, high=40)  # fmt: skip
    for target in ("float16", "bfloat16"):
        yield Case(name=f"rtz_{target}", body=f'res = x.to(tl.{target}, fp_downcast_rounding="rtz")', low=-90, high=90,
                   units=0.1, interpreted=target == "bfloat16")  # fmt: skip
    pairs = (
        ("float32", "int32"),
        ("int32", "float32"),
        ("float16", "int16"),
        ("int64", "float64"),
        ("bfloat16", "uint16"),
    )
    for source, target in pairs:
        body = f"res = x.to(tl.{target}, bitcast=True)"
        yield Case(name=f"bits_{source}_{target}", body=body, types=(source,), low=1, high=9, whole=True)


def _maths() -> Iterator[Case]:
    for name in ("exp", "exp2", "sin", "cos", "erf", "floor", "ceil", "abs", "sigmoid"):
        yield Case(name=f"tl_{name}", body=f"res = tl.{name}(x)", types=("float32",))
        yield Case(name=f"tl_{name}_64", body=f"res = tl.{name}(x)", types=("float64",), units=64)
    for name in ("log", "log2", "sqrt", "rsqrt", "sqrt_rn"):
        yield Case(name=f"tl_{name}", body=f"res = tl.{name}(x)", low=0.1)
    yield Case(name="abs_int", body="res = tl.abs(x)", types=("int32",))
    for name in ("maximum", "minimum", "fdiv", "div_rn", "add", "sub", "mul"):
        yield Case(name=f"tl_{name}", body=f"res = tl.{name}(x, y)", types=("float32", "float32"))
    for kind in ("int8", "uint8", "int32", "float16", "bfloat16"):
        low = 0 if kind.startswith("u") else -9
        yield Case(name=f"maximum_{kind}", body="res = tl.maximum(x, y)", types=(kind, kind), low=low, high=9)
        yield Case(name=f"minimum_{kind}", body="res = tl.minimum(x, 3)", types=(kind,), low=low, high=9)
        yield Case(name=f"where_{kind}", body="res = tl.where(x > y, x, 0)", types=(kind, kind), low=low, high=9)
    yield Case(name="where_mixed", body="res = tl.where(x > 0, x, y)", types=("float16", "float32"))
    yield Case(name="clamp", body="res = tl.clamp(x, -1.0, 2.0)")
    yield Case(name="clamp_int", body="res = tl.clamp(x, -1, 2)", types=("int32",))
    yield Case(name="clamp_16", body="res = tl.clamp(x, y, 2.0)", types=("float16", "float16"), low=-4, high=1)
    yield Case(name="fma", body="res = tl.fma(x, y, z)", types=("float32",) * 3)
    yield Case(name="fma_weak", body="res = tl.fma(x, 2.0, 1)", types=("float16",))
    yield Case(name="umulhi", body="res = tl.umulhi(x, y)", types=("uint32", "uint32"), low=0, high=4e9)
    yield Case(name="umulhi_64", body="res = tl.umulhi(x, y)", types=("uint64", "uint64"), low=0, high=1.8e19)
    yield Case(name="softmax", body="res = tl.softmax(x)", units=16)
    yield Case(name="softmax_rows", body="res = tl.softmax(x, 1)", shape=(4, 16), units=16)
    yield Case(name="min_of_numbers", body="res = x + min(3, 4) * max(n, 2)", types=("int32",))
    yield Case(name="cdiv", body="res = tl.cdiv(x, 7)", types=("int32",), low=1, high=99)
    yield Case(
        name="swizzle", body="a, b = tl.swizzle2d(x, 1, 8, 4, 3)\nres = a * 100 + b", types=("int32",), low=0, high=8
    )


def _shapes() -> Iterator[Case]:
    square = (8, 8)
    bodies = {
        "trans": "res = tl.trans(x)", "T": "res = x.T", "permute": "res = tl.permute(x, (1, 0))",
        "sum0": "res = tl.sum(x, axis=0)", "sum1": "res = tl.sum(x, 1)", "sum": "res = tl.sum(x)",
        "keep": "res = x - tl.max(x, 1, keep_dims=True)", "max0": "res = tl.max(x, 0)",
        "min1": "res = tl.min(x, axis=1)",
        "argmax": "res = tl.argmax(x, 1)", "argmin": "res = tl.argmin(x, 0)", "ravel": "res = tl.ravel(x)",
        "expand": "res = x + tl.sum(x, 1)[:, None] * tl.sum(x, 0)[None, :]", "cumsum": "res = tl.cumsum(x, 1)",
        "cumsum_back": "res = tl.cumsum(x, 0, reverse=True)", "expand_dims": "res = tl.expand_dims(x, 1)",
        "broadcast_to": "res = tl.broadcast_to(tl.sum(x, 0)[None, :], (4, 8))", "sort": "res = tl.sort(x)",
        "sort_down": "res = tl.sort(x, descending=True)", "topk": "res = tl.topk(x, 4)", "flip": "res = tl.flip(x, 1)",
        "flip0": "res = tl.flip(x, 0)", "merge": "res = tl.bitonic_merge(x)",
        "squeeze": "res = tl.squeeze(tl.unsqueeze(x, 1), 1)",
        "reshape": "res = x.reshape(4, 16)", "broadcast": "a, b = tl.broadcast(x, tl.sum(x, 0))\nres = a + b",
        "item": "res = tl.sum(tl.sum(x, 0, keep_dims=True), 1, keep_dims=True).item()",
    }  # fmt: skip
    for word, body in bodies.items():
        for kind in ("float32", "int32"):
            yield Case(name=f"{word}_{kind}", body=body, types=(kind,), shape=square, low=-20, high=20, units=16)
    yield Case(name="cumprod", body="res = tl.cumprod(x, 0)", shape=square, low=0.5, high=1.5, units=32)
    narrow = {"sum": "tl.sum(x, 0)", "max": "tl.max(x, 0)", "min": "tl.min(x)", "cumsum": "tl.cumsum(x, 0)"}
    for word, body in narrow.items():
        for kind in ("bool", "int8", "uint8", "int16", "float16", "bfloat16", "int64", "float64"):
            yield Case(name=f"{word}_{kind}", body=f"res = {body}", types=(kind,), low=0, high=3, units=64, whole=True)
    yield Case(name="max_indices", body="a, b = tl.max(x, 0, return_indices=True)\nres = tl.where(b < 99, a, 0)",
               types=("float16",))  # fmt: skip
    yield Case(name="sum_dtype", body="res = tl.sum(x, 0, dtype=tl.float32)", types=("float16",), units=16)
    yield Case(name="xor_sum", body="res = tl.xor_sum(x, 1)", types=("int32",), shape=square)
    yield Case(name="reduce_or", body="res = tl.reduce_or(x, 1)", types=("int32",), shape=square, low=0, high=90)
    pair = ("float32", "float32")
    yield Case(name="join", body="res = tl.join(x, y)", types=pair)
    yield Case(name="split", body="a, b = tl.split(tl.join(x, y))\nres = a - b", types=pair)
    yield Case(name="interleave", body="res = tl.interleave(x, y)", types=pair)
    yield Case(name="cat", body="res = tl.cat(x, y)", types=pair)
    yield Case(name="cat_dim", body="res = tl.cat(x, y, dim=1)", types=pair, shape=square)
    yield Case(name="gather", body="res = tl.gather(x, y, 0)", types=("float32", "int32"), low=0, high=63)
    yield Case(
        name="gather_rows", body="res = tl.gather(x, y, 1)", types=("float32", "int32"), low=0, high=8, shape=square
    )
    yield Case(name="histogram", body="res = tl.histogram(x, 16)", types=("int32",), low=0, high=16)
    yield Case(name="histogram_mask", body="res = tl.histogram(x, 8, x < 8)", types=("int32",), low=0, high=16)
    yield Case(name="full", body="res = x + tl.full((64,), 0.1, tl.float16)", types=("float16",))
    yield Case(name="zeros_like", body="res = tl.zeros_like(x) + tl.zeros((64,), tl.int32)", types=("int8",))
    yield Case(name="scalar_join", body="res = tl.join(tl.sum(x), tl.max(x))")


def _reductions() -> Iterator[Case]:
    helpers = """@triton.jit
def _welford(mean_1, m2_1, weight_1, mean_2, m2_2, weight_2):
    delta = mean_2 - mean_1
    weight = weight_1 + weight_2
    share = weight_2 / weight
    return mean_1 + delta * share, m2_1 + m2_2 + delta * delta * weight_1 * share, weight


@triton.jit
def _product(a, b):
    return a * b


@triton.jit
def _decayed(a1, b1, a2, b2):
    return a1 * a2, a2 * b1 + b2


@triton.jit
def _selu(x, scale):
    if x > 0:
        return x * scale
    else:
        return scale * 0.5


"""
    yield Case(name="reduce", body="res = tl.reduce(x, 0, _product)", helpers=helpers, low=0.7, high=1.4, units=32)
    yield Case(name="reduce_axis", body="res = tl.reduce(x, 1, _product, keep_dims=True)", helpers=helpers,
               shape=(8, 8), low=0.7, high=1.4, units=32)  # fmt: skip
    yield Case(name="welford", body="a, b, c = tl.reduce((x, tl.zeros_like(x), tl.zeros_like(x) + 1.0), 0, _welford)\n"
               "res = a + b + c", helpers=helpers, units=64)  # fmt: skip
    yield Case(name="scan", body="a, b = tl.associative_scan((x, y), 0, _decayed)\nres = b", helpers=helpers, low=0.2,
               high=0.9, types=("float32", "float32"), units=32)  # fmt: skip
    yield Case(name="scan_back", body="res = tl.associative_scan(x, 1, _product, reverse=True)", helpers=helpers,
               low=0.7, high=1.4, shape=(8, 8), units=32)  # fmt: skip
    yield Case(name="map_elementwise", body="res = tl.map_elementwise(_selu, x, 3.0 + x * 0)", helpers=helpers,
               interpreted=False)  # fmt: skip


def _products() -> Iterator[Case]:
    size = (16, 16)
    for kind in ("float16", "bfloat16", "float32"):
        yield Case(name=f"dot_{kind}", body="res = tl.dot(x, y)", types=(kind, kind), shape=size, units=64,
                   whole=kind == "float32")  # fmt: skip
    yield Case(name="dot_ieee", body='res = tl.dot(x, y, input_precision="ieee")', types=("float32",) * 2, shape=size,
               units=64)  # fmt: skip
    yield Case(name="dot_acc", body="res = tl.dot(x, y, acc=z)", types=("float16", "float16", "float32"), shape=size,
               units=64)  # fmt: skip
    yield Case(
        name="dot_out", body="res = tl.dot(x, y, out_dtype=tl.float16)", types=("float16",) * 2, shape=size, units=8
    )
    yield Case(name="dot_64", body="res = tl.dot(x, y)", types=("float64",) * 2, shape=size, units=256)
    whole = "res = tl.dot(tl.join(x, y).reshape(16, 32), tl.trans(tl.join(y, x).reshape(16, 32)))"
    yield Case(name="dot_int8", body=whole, types=("int8", "int8"), shape=size, low=-99, high=99)
    yield Case(name="dot_batch", body="res = tl.dot(tl.reshape(x, (1, 16, 16)), tl.reshape(y, (1, 16, 16)))",
               types=("float16",) * 2, shape=size, units=64)  # fmt: skip


def _randoms() -> Iterator[Case]:
    for name in ("rand", "randint", "randn"):
        yield Case(name=name, body=f"res = tl.{name}(n, x)", types=("int32",), low=0, high=1e6, units=16)
        yield Case(name=f"{name}_64", body=f"res = tl.{name}(n, x)", types=("int64",), low=0, high=1e12, units=16)
        four = f"a, b, c, d = tl.{name}4x(n, x, 7)\nres = tl.join(tl.join(a, b), tl.join(c, d))"
        yield Case(name=f"{name}4x", body=four, types=("int32",), low=0, high=1e6, units=16)
    words = "a, b, c, d = tl.philox(n, x, x, x * 0, x + 1)\nres = a ^ b ^ c ^ d"
    whole = "a, b, c, d = tl.philox_impl(x, x + 1, x, x, x, x)\nres = a ^ b ^ c ^ d"
    yield Case(name="philox_impl", body=whole, types=("uint32",), low=0, high=1e9)
    yield Case(name="philox", body=words, types=("uint32",), low=0, high=1e9)
    yield Case(name="philox_64", body=words, types=("uint64",), low=0, high=1e18)
    yield Case(name="uniform", body="res = tl.uint_to_uniform_float(x)", types=("uint32",), low=0, high=4e9)
    yield Case(name="pair", body="res, _ = tl.pair_uniform_to_normal(x, y)", types=("float32",) * 2, low=0.01, high=1,
               units=16)  # fmt: skip


def _statements() -> Iterator[Case]:
    helpers = """FACTOR = tl.constexpr(3)


@triton.jit
def _scaled(a, factor=2, *, more: tl.constexpr = 0):
    if more:
        return a * factor + more
    return a * factor


@triton.jit
def _sign(a):
    if a > 0:
        return 1
    return -1


@triton.constexpr_function
def _power(n):
    made = 1
    for _ in range(n):
        made *= 2
    return made


"""
    bodies = {
        "loop": "res = x\nfor i in range(0, n):\n    res += i * 2",
        "loop_back": "res = x\nfor i in range(5, 0, -1):\n    res = res * 2 + i",
        "unrolled": "res = x\nfor i in tl.static_range(4):\n    if i % 2 == 0:\n        res = res + i * FACTOR",
        "tl_range": "res = x\nfor i in tl.range(0, n, 3, num_stages=2):\n    res = res + i",
        "while": "res = x\ni = 0\nwhile i * i < n:\n    res += i\n    i += 1",
        "if": "if n > 5:\n    res = x + 1\nelse:\n    res = x - 1",
        "if_known": "BIG: tl.constexpr = 4 > 3\nif BIG:\n    res = x + 1\nelse:\n    res = y",
        "choice": "res = x + (n if n > 3 else 4)",
        "helper": "res = _scaled(x) + _scaled(x, 5, more=FACTOR) + _scaled(factor=7, a=x)",
        "returns": "res = x * _sign(n - 3)",
        "power": "res = x * _power(4)",
        "tuple": "a, (b, c) = x, (x + 1, 2)\nres = a * b + c",
        "dtype": "res = x.to(x_ptr.dtype.element_ty) + tl.zeros(x.shape, x.dtype)",
        "numel": "res = x + x.numel + x.shape[0] + x.dtype.primitive_bitwidth",
        "comprehension": "a = [x, x + 1, x * 2]\nb = tl.tuple([v * 2 for v in a])\nres = b[0] + b[2]",
        "walrus": "res = (k := x + 1) * k",
        "none": "mask: tl.constexpr = None\nres = x if mask is None else x + 1",
        "static_assert": "tl.static_assert(x.dtype == tl.int32, 'it is')\nres = x",
        "hints": "res = tl.max_contiguous(tl.multiple_of(x, 8), 8) + 1\ntl.debug_barrier()\ntl.assume(n > 0)",
        "constexpr": "C: tl.constexpr = FACTOR * 2 + 7 // 2\nres = x * C",
        "cast": "res = tl.cast(x, tl.int64)",
        "view": "res = tl.view(x, (4, 16))",
        "to_tensor": "res = x + tl.to_tensor(3)",
        "expect_zero": "res = tl.expect_zero(x, x > 99)",
        "constancy": "tl.static_print('x')\ntl.device_assert(n > 0, 'n')\nres = tl.max_constancy(x, 1)",
        "condition": "res = x\ni = 0\nwhile tl.condition(i < n):\n    res += i\n    i += 1",
        "prints": "tl.device_print('x', x)\nprint('x', x)\nres = x",
        "types": "T: tl.constexpr = tl.dtype('fp16')\nres = x.to(T)",
        "float_text": "res = tl.where(x > 0, x * 1.0, float('-inf'))",
    }  # fmt: skip
    for word, body in bodies.items():
        yield Case(name=word, body=body, types=("int32",), helpers=helpers, low=-9, high=9,
                   interpreted=word not in ("power", "if_known", "condition", "prints"))  # fmt: skip


_UNARY = {
    "acos": (-1, 1), "acosh": (1, 9), "asin": (-1, 1), "asinh": (-9, 9), "atan": (-9, 9), "atanh": (-0.9, 0.9),
    "cbrt": (-9, 9), "cosh": (-4, 4), "sinh": (-4, 4), "tan": (-1.5, 1.5), "tanh": (-4, 4), "cospi": (-3, 3),
    "sinpi": (-3, 3), "exp10": (-4, 4), "expm1": (-2, 2), "log10": (0.1, 9), "log1p": (-0.5, 9), "erfc": (-2, 3),
    "erfinv": (-0.95, 0.95), "erfcinv": (0.05, 1.95), "normcdf": (-3, 3), "normcdfinv": (0.05, 0.95),
    "lgamma": (0.1, 9), "tgamma": (0.1, 5), "rcbrt": (0.1, 9), "rsqrt_rn": (0.1, 9), "rcp_rn": (0.1, 9),
    "saturatef": (-2, 2),
    "logb": (0.1, 99), "fast_expf": (-4, 4), "fast_logf": (0.1, 9), "exp": (-4, 4), "log": (0.1, 9),
    "sqrt": (0.1, 9), "rsqrt": (0.1, 9), "erf": (-3, 3), "sin": (-4, 4), "cos": (-4, 4), "exp2": (-4, 4),
    "log2": (0.1, 9), "trunc": (-9, 9), "rint": (-9, 9), "nearbyint": (-9, 9), "round": (-9, 9), "floor": (-9, 9),
    "ceil": (-9, 9),
    "abs": (-9, 9), "isnan": (-9, 9), "isinf": (-9, 9), "finitef": (-9, 9), "signbit": (-9, 9), "ilogb": (0.1, 99),
    "llrint": (-9, 9), "float2int_rn": (-9, 9), "float2int_rz": (-9, 9), "float2int_rd": (-9, 9),
    "float2int_ru": (-9, 9), "float2ll_rz": (-9, 9),
}  # fmt: skip
"""Functions of one number of libdevice, and the numbers that they are tried on."""
_SEVERAL = {"atan2": 2, "pow": 2, "fmod": 2, "remainder": 2, "copysign": 2, "hypot": 2, "rhypot": 2, "fdim": 2,
            "fast_powf": 2, "fast_dividef": 2, "add_rn": 2, "sub_rn": 2, "mul_rn": 2, "div_rn": 2, "fma": 3,
            "fma_rn": 3, "norm3d": 3}  # fmt: skip


def _library() -> Iterator[Case]:
    for name, (low, high) in _UNARY.items():
        yield Case(name=name, body=f"res = libdevice.{name}(x)", low=low, high=high, interpreted=False, units=16)
    for name, count in _SEVERAL.items():
        given = ", ".join("xyz"[:count])
        yield Case(name=name, body=f"res = libdevice.{name}({given})", types=("float32",) * count, low=0.2, high=5,
                   interpreted=False, units=32)  # fmt: skip
    for name in ("popc", "clz", "ffs", "abs"):
        yield Case(name=f"{name}_int", body=f"res = libdevice.{name}(x)", types=("int32",), low=-99, high=99,
                   interpreted=False)  # fmt: skip
    yield Case(name="ldexp", body="res = libdevice.ldexp(x, y)", types=("float32", "int32"), interpreted=False)
    yield Case(name="powi", body="res = libdevice.pow(x, y)", types=("float32", "int32"), interpreted=False, units=32)


def every_case() -> list[Case]:
    """Return all cases; each has a name of its own."""
    groups = (_binary, _casts, _maths, _shapes, _reductions, _products, _randoms, _statements, _library)
    return [replace(case, name=f"{group.__name__[1:]}-{case.name}") for group in groups for case in group()]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A kernel with values for Triton's interpreter."""

    source: str
    values: dict[str, npt.NDArray[Any]]
    grid: tuple[int, ...] = (1,)
    constants: dict[str, Any] = field(default_factory=dict[str, Any])

    def plain(self) -> dict[str, Any]:
        """Return the job as the child process expects it."""
        return {"source": self.source, "values": self.values, "grid": self.grid, "constants": self.constants,
                "name": "kernel"}  # fmt: skip
