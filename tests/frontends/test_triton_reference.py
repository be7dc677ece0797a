"""The reference of Triton's kernels: each operation by itself, whole kernels, coverage, rounding and faults."""

import importlib.util
import math
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from triton_cases import (
    HEAD,
    LANES,
    PUBLIC,
    SPELLED,
    Case,
    Job,
    dtype_of,
    every_case,
    inputs_of,
    source_of,
    spec_of,
)
from triton_programs import every_program

from synthesis.frontends.base import (
    OutOfBoundsError,
    ReferenceFaultError,
    ReferenceUnknownError,
    Trace,
    Values,
    ZeroDivisorError,
)
from synthesis.frontends.triton.reference import machine
from synthesis.frontends.triton.reference.calls import call_function
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.operations import operations
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.frontends.triton.reference.sources import read, used
from synthesis.frontends.triton.reference.types import INT32, TYPES
from synthesis.frontends.triton.reference.values import Block, Buffer, Pointer
from synthesis.verification.comparison import compare
from synthesis.verification.rounding import loosened
from synthesis.verification.tolerances import expect

pytest.importorskip("triton")
N = np.array(7, np.int32)
CASES = {case.name: case for case in every_case()}
PROGRAMS = every_program()
NAMES = {kind.name: PUBLIC_NAME for PUBLIC_NAME, kind in TYPES.items()}
"""The name that a type has in Triton's messages to its public one."""


# ---- the results of one operation


def _result(case: Case) -> Block:
    """Return ``res`` of a case, computed by the reference."""
    given: dict[str, Any] = {
        name: Pointer(Buffer(name, value.reshape(-1), TYPES[PUBLIC[value.dtype.name]]), np.int64(0))
        for name, value in inputs_of(case).items()
    }
    kernel = read(source_of(case, result="return res")).function("kernel")
    with np.errstate(all="ignore"):
        return call_function(Machine(), kernel, (), given | {"out_ptr": None, "n": Block(np.int32(N), INT32)})


def _stored(case: Case, result: Block) -> str:
    size = int(np.prod(result.shape))
    if not result.shape:
        return "tl.store(out_ptr, res)"
    return f"tl.store(out_ptr + tl.arange(0, {size}), tl.reshape(res, ({size},)))"


def _without_bfloat16(case: Case) -> Case:
    """Return a case with float32 in place of bfloat16, with which Triton's interpreter computes as with integers."""
    types = tuple("float32" if each == "bfloat16" else each for each in case.types)
    return Case(name=case.name, body=case.body.replace("tl.bfloat16", "tl.float32"), types=types, shape=case.shape,
                helpers=case.helpers)  # fmt: skip


def _job(case: Case, result: Block) -> Job:
    values = inputs_of(case)
    kind = result.type.numpy
    if ("bfloat16" in case.types or "tl.bfloat16" in case.body) and "bitcast" not in case.body:
        case = _without_bfloat16(case)
        values = {name: value.astype(np.float32) if value.dtype.name == "bfloat16" else value
                  for name, value in values.items()}  # fmt: skip
        kind = np.dtype(np.float32) if kind.name == "bfloat16" else kind
    out = np.zeros(int(np.prod(result.shape)), kind)
    return Job(source=source_of(case, result=_stored(case, result)), values=values | {"out_ptr": out, "n": N})


@pytest.fixture(scope="module")
def results() -> dict[str, Block]:
    return {name: _result(case) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def interpreted(results: dict[str, Block]) -> dict[str, Any]:
    """The outcome of every case and program in Triton's interpreter: its arrays, or a message."""
    jobs = {name: _job(case, results[name]) for name, case in CASES.items() if _is_interpreted(case)} | PROGRAMS
    child = subprocess.run(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("triton_child.py"))],
        input=pickle.dumps([each.plain() for each in jobs.values()]),
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(zip(jobs, pickle.loads(child.stdout), strict=True))


def _is_interpreted(case: Case) -> bool:
    return case.interpreted and "float8" not in case.body


def _agree(case: Case, result: Block, other: npt.NDArray[Any]) -> bool:
    own = np.ravel(result.data)
    if result.type.is_int:
        return np.array_equal(own, other)
    one, two = own.astype(np.float64), other.astype(np.float64)
    finite = np.isfinite(one) & np.isfinite(two)
    same = (one == two) | (np.isnan(one) & np.isnan(two))
    size = np.maximum(np.abs(one), np.abs(one[finite]).max(initial=0.0) / 8)
    units = max(case.units, 1.0) if result.type.name == "bf16" else case.units
    with np.errstate(invalid="ignore"):
        near = np.abs(one - two) <= units * 2.0**-result.type.digits * size
    return bool(np.where(finite, near, same).all())


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if _is_interpreted(case)])
def test_an_operation_gives_what_tritons_interpreter_gives(
    name: str, results: dict[str, Block], interpreted: dict[str, Any]
) -> None:
    found = interpreted[name]
    assert not isinstance(found, str), found
    assert _agree(CASES[name], results[name], found["out_ptr"]), (results[name].data, found["out_ptr"])


@pytest.fixture(scope="module")
def compile_ir() -> Callable[[str, dict[str, Any], Path], None]:
    """Return a function that compiles a kernel to Triton's first IR, which checks its static assertions."""
    ir: Any = importlib.import_module("triton._C.libtriton").ir
    compiler: Any = importlib.import_module("triton.compiler.compiler")
    target: Any = importlib.import_module("triton.backends.compiler").GPUTarget("cuda", 90, 32)
    backend: Any = compiler.make_backend(target)
    options: Any = backend.parse_options({"num_warps": 4})
    alive: list[Any] = []

    def run(source: str, values: dict[str, Any], folder: Path) -> None:
        path = folder / f"case{len(alive)}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        alive.append(module)
        types = {name: f"*{SPELLED[value.dtype.name]}" for name, value in values.items()}
        compiled: Any = compiler.ASTSource(module.kernel, signature=types | {"n": "i32"}, constexprs={})
        context: Any = ir.context()
        ir.load_dialects(context)
        backend.load_dialects(context)
        functions = backend.get_codegen_implementation(options)
        compiled.make_ir(target, options, functions, backend.get_module_map(), context)

    return run


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.compiled])
def test_an_operation_has_the_type_and_shape_that_tritons_compiler_infers(
    name: str, results: dict[str, Block], compile_ir: Any, tmp_path: Path
) -> None:
    case, result = CASES[name], results[name]
    shape = f"res.shape == {list(result.shape)}" if result.shape else "len(res.shape) == 0"
    source = source_of(case, typed=NAMES[result.type.name], result=f"tl.static_assert({shape})")
    compile_ir(source, inputs_of(case) | {"out_ptr": np.zeros(1, np.float32)}, tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_the_compiler_refuses_another_type(compile_ir: Any, tmp_path: Path) -> None:
    case = CASES["binary-add_float16_float32"]
    source = source_of(case, typed="float16", result="tl.static_assert(True)")
    with pytest.raises(Exception, match="static_assert") as error:
        compile_ir(source, inputs_of(case) | {"out_ptr": np.zeros(1, np.float32)}, tmp_path)
    assert type(error.value).__name__ == "CompileTimeAssertionFailure"


def _binary_digits(number: Any) -> str:
    return f"{int(number) & 0xFFFFFFFF:032b}"


def _of_one(compute: Callable[[Any], Any]) -> Callable[..., Any]:
    return compute


def _of_two(compute: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return compute


def _of_three(compute: Callable[[Any, Any, Any], Any]) -> Callable[..., Any]:
    return compute


def _library_expected() -> dict[str, Callable[..., Any]]:
    """Return the functions of libdevice as SciPy and NumPy have them, after CUDA's description of each."""
    special: Any = pytest.importorskip("scipy.special")
    return {
        "acos": np.arccos, "acosh": np.arccosh, "asin": np.arcsin, "asinh": np.arcsinh, "atan": np.arctan,
        "atanh": np.arctanh, "cbrt": special.cbrt, "cospi": _of_one(lambda x: np.cos(np.pi * x)), "erfc": special.erfc,
        "sinpi": _of_one(lambda x: np.sin(np.pi * x)), "exp10": special.exp10, "erfinv": special.erfinv,
        "erfcinv": special.erfcinv, "normcdf": special.ndtr, "normcdfinv": special.ndtri, "lgamma": special.gammaln,
        "tgamma": special.gamma, "rcbrt": _of_one(lambda x: x ** (-1 / 3)), "rsqrt_rn": _of_one(lambda x: x**-0.5),
        "rcp_rn": _of_one(lambda x: 1 / x), "saturatef": _of_one(lambda x: np.clip(x, 0, 1)),
        "logb": _of_one(lambda x: np.frexp(x)[1] - 1), "ilogb": _of_one(lambda x: np.frexp(x)[1] - 1),
        "fast_expf": np.exp, "fast_logf": np.log, "rsqrt": _of_one(lambda x: x**-0.5), "erf": special.erf,
        "round": _of_one(lambda x: np.sign(x) * np.floor(np.abs(x) + 0.5)), "nearbyint": np.round, "rint": np.round,
        "finitef": np.isfinite, "llrint": np.round, "float2int_rn": np.round, "float2int_rz": np.fix,
        "float2int_rd": np.floor, "float2int_ru": np.ceil, "float2ll_rz": np.fix, "pow": np.power,
        "fast_powf": np.power, "remainder": np.vectorize(math.remainder),
        "rhypot": _of_two(lambda x, y: 1 / np.hypot(x, y)),
        "fdim": _of_two(lambda x, y: np.where(x > y, x - y, 0)), "fast_dividef": np.divide, "add_rn": np.add,
        "sub_rn": np.subtract, "mul_rn": np.multiply, "div_rn": np.divide, "fma": _of_three(lambda x, y, z: x * y + z),
        "fma_rn": _of_three(lambda x, y, z: x * y + z), "powi": np.power, "abs_int": np.abs, "atan2": np.arctan2,
        "norm3d": _of_three(lambda x, y, z: np.linalg.norm([x, y, z], axis=0)),
        "popc_int": np.vectorize(_of_one(lambda x: _binary_digits(x).count("1"))),
        "clz_int": np.vectorize(_of_one(lambda x: 32 - len(_binary_digits(x).lstrip("0")))),
        "ffs_int": np.vectorize(_of_one(lambda x: _binary_digits(x)[::-1].find("1") + 1)),
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("library-")])
def test_a_function_of_libdevice_gives_what_scipy_gives(name: str, results: dict[str, Block]) -> None:
    word = name.removeprefix("library-")
    compute = _library_expected().get(word) or getattr(np, word)
    given = [
        value.astype(np.float64) if value.dtype.kind == "f" else value for value in inputs_of(CASES[name]).values()
    ]
    assert _agree(CASES[name], results[name], np.asarray(compute(*given)))


@pytest.mark.parametrize("kind", ["float8_e4m3fn", "float8_e5m2"])
def test_a_number_becomes_the_nearest_of_8_bits_and_large_ones_the_largest(kind: str) -> None:
    every = np.arange(256, dtype=np.uint8).view(dtype_of(kind)).astype(np.float64)
    every = np.unique(every[np.isfinite(every)])
    given = np.concatenate([np.linspace(-700, 700, 96), [5e4, -6e4, 1e-3, 2.0**-9, 7e4, 0, 1, 2] * 4]).astype(
        np.float32
    )
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 128)
    tl.store(out_ptr + offs, tl.load(x_ptr + offs).to(tl.{PUBLIC[kind]}).to(tl.float32))
"""
    )
    values = {"x_ptr": given, "out_ptr": np.zeros(128, np.float32)}
    (own,) = TritonReference(spec_of(source, values))([values], double=False)
    nearest = np.abs(given[:, None].astype(np.float64) - every[None, :]).min(axis=1)
    assert np.isin(own["out_ptr"].astype(np.float64), every).all()
    assert np.array_equal(np.abs(own["out_ptr"].astype(np.float64) - given), nearest)


def test_a_function_is_mapped_over_elements(results: dict[str, Block]) -> None:
    x = inputs_of(CASES["reductions-map_elementwise"])["x_ptr"]
    assert np.allclose(results["reductions-map_elementwise"].data, np.where(x > 0, x * 3, 1.5), rtol=1e-6)


def test_a_scaled_product_multiplies_decoded_numbers(tmp_path: Path, compile_ir: Any) -> None:
    random = np.random.default_rng(2)
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, y_ptr, z_ptr, out_ptr, n):
    i = tl.arange(0, 16)
    k = tl.arange(0, 64)
    a = tl.load(x_ptr + i[:, None] * 32 + tl.arange(0, 32)[None, :])
    b = tl.load(y_ptr + k[:, None] * 16 + i[None, :])
    s = tl.load(z_ptr + i[:, None] * 2 + tl.arange(0, 2)[None, :])
    c = tl.dot_scaled(a, s, "e2m1", b, None, "bf16")
    tl.store(out_ptr + i[:, None] * 16 + i[None, :], c)
"""
    )
    values: Values = {
        "x_ptr": random.integers(0, 256, (16, 32)).astype(np.uint8),
        "y_ptr": random.integers(-8, 8, (64, 16)).astype(dtype_of("bfloat16")),
        "z_ptr": random.integers(120, 130, (16, 2)).astype(np.uint8), "out_ptr": np.zeros((16, 16), np.float32),
    }  # fmt: skip
    compile_ir(source, values, tmp_path)
    (own,) = TritonReference(spec_of(source, values | {"n": N}))([values | {"n": N}], double=False)
    codes = np.stack([values["x_ptr"] % 16, values["x_ptr"] // 16], -1).reshape(16, 64)
    sizes = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])[codes % 8] * np.where(codes >= 8, -1, 1)
    scales = 2.0 ** (np.repeat(values["z_ptr"].astype(float), 32, axis=1) - 127)
    assert np.allclose(own["out_ptr"], (sizes * scales) @ values["y_ptr"].astype(float), rtol=1e-5)


# ---- whole kernels


def _reference(job: Job) -> TritonReference:
    return TritonReference(spec_of(job.source, job.values, launch=job.grid, constants=job.constants))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_kernel_gives_what_tritons_interpreter_gives(name: str, interpreted: dict[str, Any]) -> None:
    job, found = PROGRAMS[name], interpreted[name]
    assert not isinstance(found, str), found
    (own,) = _reference(job)([job.values], double=False)
    for array, value in own.items():
        assert value.shape == job.values[array].shape
        assert np.allclose(value.astype(np.float64), found[array].astype(np.float64), rtol=1e-5, atol=1e-6), array


@pytest.mark.parametrize("name", PROGRAMS)
def test_float64_agrees_with_the_kernels_own_precision(name: str) -> None:
    job = PROGRAMS[name]
    reference = _reference(job)
    (own,), (double,) = reference([job.values], double=False), reference([job.values], double=True)
    for array, value in double.items():
        assert value.dtype == (np.float64 if own[array].dtype.kind == "f" else own[array].dtype)
        assert np.allclose(value, own[array].astype(np.float64), rtol=5e-3, atol=5e-3)


def test_arguments_are_left_alone() -> None:
    job = PROGRAMS["vector"]
    before = {name: value.copy() for name, value in job.values.items()}
    _reference(job)([job.values], double=False)
    assert all(np.array_equal(before[name], value) for name, value in job.values.items())


# ---- coverage


_BRANCHES = (
    HEAD
    + """@triton.jit
def _unused(a):
    return a + 1


@triton.jit
def _limited(a, WIDE: tl.constexpr):
    if WIDE:
        return tl.minimum(a, 9.0 * a)
    return a


@triton.jit
def kernel(x_ptr, out_ptr, n, WIDE: tl.constexpr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs, mask=offs < n, other=x_ptr.dtype.element_ty == tl.float32)
    if tl.max(x) > 100:
        x = x - 100
        x = x * 2
    y = tl.where(x > 3, x * x, x + 1)
    z = tl.maximum(y, x * 8)
    z = _limited(z, WIDE)
    z = z * (2 if n > 60 else tl.sum(x))
    tl.store(out_ptr + offs, z)
    return
    z = _unused(z)
"""
)


def _branches(x: float, n: int, *, wide: bool = False) -> tuple[TritonReference, dict[str, npt.NDArray[Any]]]:
    values: Values = {
        "x_ptr": np.full(64, x, np.float32),
        "out_ptr": np.zeros(64, np.float32),
        "n": np.array(n, np.int32),
    }
    return TritonReference(spec_of(_BRANCHES, values, constants={"WIDE": wide})), values


def _missed(trace: Trace, reference: TritonReference) -> tuple[list[str], list[str]]:
    reached = reference.reached(trace)
    return list(reached.missed), [each.words.rpartition(" of line")[0] for each in reached.untaken]


def test_statements_and_arms_that_no_run_takes_are_told() -> None:
    reference, run = _branches(1.0, 64)
    trace = Trace()
    reference([run], double=False, trace=trace)
    statements, arms = _missed(trace, reference)
    assert statements == ["x = x - 100", "x = x * 2"]
    assert set(arms) == {"x * x", "y", "x_ptr.dtype.element_ty == tl.float32", "tl.sum(x)"}
    assert reference.reached(trace).places == 13
    assert not any(each.slopes for each in reference.reached(trace).untaken)


def test_several_runs_reach_the_whole_kernel_and_the_first_is_recorded() -> None:
    reference, run = _branches(1.0, 64)
    trace = Trace()
    runs = [run, _branches(-0.1, 4)[1], _branches(200.0, 64)[1]]
    runs[1]["x_ptr"][1] = 4.0
    reference(runs, double=False, trace=trace)
    assert _missed(trace, reference) == ([], [])
    assert set(trace.first.values()) == {0, 2}
    assert set(trace.arms.values()) == {0, 1}


def test_a_branch_that_constants_decide_on_is_left_out() -> None:
    wide, run = _branches(1.0, 64, wide=True)
    trace = Trace()
    wide([run], double=False, trace=trace)
    assert wide.reached(trace).places == 13
    assert "9.0 * a" in _missed(trace, wide)[1]


# ---- order


def test_an_array_that_depends_on_the_order_of_programs_is_told() -> None:
    orders: dict[str, str | None] = {}
    for name, job in PROGRAMS.items():
        trace = Trace()
        _reference(job)([job.values], double=False, trace=trace)
        orders[name] = trace.order
    assert orders.pop("atomics") == "out_ptr"
    assert set(orders.values()) == {None}


def test_arrays_that_programs_add_to_and_those_that_they_share_are_told() -> None:
    job = PROGRAMS["atomics"]
    reference = _reference(job)
    assert reference.accumulated(job.values) == {"out_ptr", "out_f_ptr"}
    assert reference.separate([job.values]) == {"x_ptr", "out_ptr", "out_f_ptr", "out_m_ptr"}
    shared = _kernel("tl.store(out_ptr + 1, tl.load(out_ptr + 2) + pid)\n    tl.store(out_ptr + 2, pid)", grid=4)
    assert shared[0].separate([shared[1]]) == {"x_ptr"}
    trace = Trace()
    shared[0]([shared[1]], double=False, trace=trace)
    assert trace.order == "out_ptr"


# ---- rounding


def _expected(reference: TritonReference, values: Values) -> Any:
    double, own = reference([values], double=True), reference([values], double=False)
    expected = expect(double, own, {}, unit=reference.unit)
    assert expected.ill_conditioned is None
    assert expected.non_finite is None
    return loosened(expected, reference.shaken([values], seed=3))


def _passes(expected: Any, found: Values) -> bool:
    return compare([found], expected).mismatch is None


_ROUNDED = (
    HEAD
    + """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    y = tl.load(y_ptr + offs)
    total = tl.sum(x * 1000.0) - tl.sum(x) * 999.0
    tl.store(out_ptr + offs, tl.exp(x) * y + total)
"""
)


def test_another_order_of_summation_stays_within_and_another_term_does_not() -> None:
    random = np.random.default_rng(4)
    values: Values = {name: random.normal(size=64).astype(np.float32) for name in ("x_ptr", "y_ptr", "out_ptr")}
    reference = TritonReference(spec_of(_ROUNDED, values))
    expected = _expected(reference, values)
    x, y = values["x_ptr"], values["y_ptr"]
    one = np.add.accumulate((x * np.float32(1000))[::-1])[-1] - np.add.accumulate(x[::-1])[-1] * np.float32(999)
    right = np.exp(x) * y + one
    assert right.dtype == np.float32
    assert _passes(expected, values | {"out_ptr": right})
    assert not _passes(expected, values | {"out_ptr": np.exp(x) * y + one * np.float32(1.1)})
    assert not _passes(expected, values | {"out_ptr": (np.exp(x[::-1]) * y + one).astype(np.float32)})


def test_perturbed_numbers_differ_by_units_in_the_last_place() -> None:
    values: Values = {name: np.random.default_rng(4).normal(size=64).astype(np.float32) for name in
                      ("x_ptr", "y_ptr", "out_ptr")}  # fmt: skip
    reference, off = TritonReference(spec_of(HEAD + _SIMPLE, values)), list[npt.NDArray[Any]]()
    (own,) = reference([values], double=False)
    for seed, opposite in ((1, False), (2, False), (1, True)):
        (found,) = reference.shaken_again([values], seed=seed, opposite=opposite)
        off.append(found["out_ptr"].astype(np.float64) - own["out_ptr"])
    units = np.abs(off[0]) / np.spacing(np.abs(own["out_ptr"]))
    assert 0.3 < np.mean(units > 0) <= 1
    assert units.max() <= 64
    assert not np.array_equal(off[0], off[1])
    assert np.corrcoef(off[0], off[2])[0, 1] < -0.9


_SIMPLE = """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    offs = tl.arange(0, 64)
    tl.store(out_ptr + offs, tl.load(x_ptr + offs) / 3.0)
"""


def test_numbers_that_are_exact_are_not_perturbed() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    tl.store(out_ptr + offs, tl.cumsum(x * 2.0 + 1.0, 0).to(tl.int32) + tl.argmax(x, 0))
"""
    )
    values: Values = {"x_ptr": np.arange(64, dtype=np.float32), "out_ptr": np.zeros(64, np.int32)}
    reference = TritonReference(spec_of(source, values))
    (shake,), (own,) = reference.shaken([values], seed=1), reference([values], double=False)
    assert np.array_equal(shake.off["out_ptr"], own["out_ptr"])
    assert not shake.turned
    assert not shake.unsettled


_DECIDING = (
    HEAD
    + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    y = x * 0.1 * 10.0
    tl.store(out_ptr + offs, tl.where(y >= 0.7, 1.0, 20.0) + tl.floor(y * 10.0))
"""
)


def test_a_decision_that_rounding_may_turn_is_turned_and_no_other() -> None:
    values: Values = {"x_ptr": np.linspace(0, 3, 64).astype(np.float32), "out_ptr": np.zeros(64, np.float32)}
    values["x_ptr"][5] = 0.7
    reference = TritonReference(spec_of(_DECIDING, values))
    (shake,), (own,) = reference.shaken([values], seed=1), reference([values], double=False)
    moved = np.flatnonzero(shake.turned[0]["out_ptr"] != own["out_ptr"])
    near = np.flatnonzero(np.abs(values["x_ptr"] * 10 - np.round(values["x_ptr"] * 10)) < 1e-4)
    assert 5 in moved
    assert set(moved) <= set(near)
    assert not shake.unsettled


def test_a_loop_that_rounding_may_end_elsewhere_is_unsettled() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    total = tl.load(x_ptr) * 0.0
    while total < 0.7:
        total += 0.1
    tl.store(out_ptr, total)
"""
    )
    values: Values = {"x_ptr": np.ones(1, np.float32), "out_ptr": np.zeros(1, np.float32)}
    assert TritonReference(spec_of(source, values)).shaken([values], seed=1)[0].unsettled


def test_a_product_of_rounded_operands_may_be_rounded_otherwise() -> None:
    random = np.random.default_rng(8)
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    i = tl.arange(0, 32)
    offs = i[:, None] * 32 + i[None, :]
    tl.store(out_ptr + offs, tl.dot(tl.load(x_ptr + offs), tl.load(y_ptr + offs)))
"""
    )
    values: Values = {name: random.normal(size=(32, 32)).astype(np.float32) for name in ("x_ptr", "y_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values))
    expected = _expected(reference, values)
    assert reference.unit == 2.0**-10
    cut = [(values[name].view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32) for name in ("x_ptr", "y_ptr")]
    for one, two in ((values["x_ptr"], values["y_ptr"]), cut):
        assert _passes(expected, values | {"out_ptr": one @ two})
    wrong = cut[0] @ cut[1] - cut[0][:, :1] * cut[1][:1]
    assert not _passes(expected, values | {"out_ptr": wrong})


@pytest.mark.parametrize(("body", "unit"), [
    ("x = x.to(tl.float32)\n    tl.store(out_ptr + offs, x * 3)", 0.0),
    ("tl.store(out_ptr + offs, (x.to(tl.float32) * 3).to(tl.float16))", 0.0),
    ("tl.store(out_ptr + offs, x * x)", 2.0**-10),
    ("y = (x.to(tl.float32) * 3).to(tl.bfloat16)\n    tl.store(out_ptr + offs, y.to(tl.float32) + 1)", 2.0**-7),
])  # fmt: skip
def test_the_unit_is_that_of_numbers_that_are_computed_with(body: str, unit: float) -> None:
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    {body}
"""
    )
    values: Values = {name: np.linspace(0, 1, 64).astype(np.float16) for name in ("x_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values))
    reference([values], double=False)
    assert reference.unit == unit


# ---- faults and what is not modelled


def _kernel(body: str, *, grid: int = 1, head: str = "") -> tuple[TritonReference, Values]:
    source = (
        HEAD
        + head
        + f"""@triton.jit
def kernel(x_ptr, out_ptr, n):
    pid = tl.program_id(0)
    offs = tl.arange(0, 16)
    {body}
"""
    )
    values: Values = {
        "x_ptr": np.arange(16, dtype=np.int32),
        "out_ptr": np.zeros(16, np.int32),
        "n": np.array(0, np.int32),
    }
    return TritonReference(spec_of(source, values, launch=(grid,))), values


@pytest.mark.parametrize(("body", "error"), [
    ("tl.store(out_ptr + offs, tl.load(x_ptr + offs + 1))", OutOfBoundsError),
    ("tl.store(out_ptr + offs - 1, 1)", OutOfBoundsError),
    ("tl.atomic_add(out_ptr + offs * 2, 1)", OutOfBoundsError),
    ("tl.store(out_ptr + offs, offs // n)", ZeroDivisorError),
    ("tl.store(out_ptr, 5 % n)", ZeroDivisorError),
    ("while n < 1:\n        n = n * 1", ReferenceFaultError),
    ("for i in range(0, 1 << 40):\n        n += 1", ReferenceFaultError),
    ("x = offs[:, None, None, None, None] + offs[None, :, None, None, None] + offs[None, None, :, None, None] "
     "+ offs[None, None, None, :, None] + offs[None, None, None, None, :] * offs[:, None, None, None, None]\n"
     "    tl.store(out_ptr + x[:, :, :, :, :, None] * offs, 1)", ReferenceFaultError),
    ("tl.store(out_ptr + offs, tl.gather(offs, offs + 1, 0))", ReferenceFaultError),
    ("tl.static_assert(1 > 2)", ReferenceFaultError),
    ("x = 2 ** (2 ** 1000)", ReferenceUnknownError),
    ("x = 'a' * 1000000000", ReferenceUnknownError),
    ("x: tl.constexpr = (1, 2)\n    for _ in tl.static_range(60):\n        x: tl.constexpr = x + x",
     ReferenceUnknownError),
    ("x = tl.math.log(0) + (1,)[5]", ReferenceUnknownError),
    ("tl.store(x_ptr + offs * 0, offs)", ReferenceUnknownError),
    ("x = __import__('os')", ReferenceUnknownError),
    ("x = (1).__class__", ReferenceUnknownError),
    ("x = open('/etc/passwd')", ReferenceUnknownError),
    ("x = tl.inline_asm_elementwise('', '', [offs], tl.int32, True, 1)", ReferenceUnknownError),
    ("x = tl.load((out_ptr + offs).to(tl.int64))", ReferenceUnknownError),
    ("x = tl.make_block_ptr(x_ptr, (16,), (1,), (0,), (16,), (0,))", ReferenceUnknownError),
    ("x = lambda: 1", ReferenceUnknownError),
    ("import os", ReferenceUnknownError),
])  # fmt: skip
def test_a_fault_or_something_not_modelled_is_told(
    body: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_MOST_STEPS", 5_000)
    reference, values = _kernel(body)
    with pytest.raises(error):
        reference([values], double=False, trace=Trace())


def test_a_call_of_itself_ends() -> None:
    head = "@triton.jit\ndef _again(x):\n    return _again(x + 1)\n\n\n"
    reference, values = _kernel("x = _again(n)", head=head)
    with pytest.raises(ReferenceFaultError):
        reference([values], double=False)


def test_an_access_outside_tells_the_array_and_how_many_elements_it_needs() -> None:
    reference, values = _kernel("tl.store(out_ptr + offs, tl.load(x_ptr + offs + 4, mask=offs < 14))")
    with pytest.raises(OutOfBoundsError) as error:
        reference([values], double=False)
    assert (error.value.array, error.value.size, error.value.needed) == ("x_ptr", 16, 18)


def test_what_is_masked_off_without_a_value_is_not_a_number_in_float64() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs, mask=offs < 60)
    tl.store(out_ptr + offs, x, mask=offs < 60)
    tl.store(out_ptr + 63, tl.sum(x))
"""
    )
    values: Values = {"x_ptr": np.ones(60, np.float32), "out_ptr": np.zeros(64, np.float32)}
    (double,) = TritonReference(spec_of(source, values))([values], double=True)
    assert np.isnan(double["out_ptr"][63])
    assert np.isfinite(double["out_ptr"][:63]).all()


@pytest.mark.parametrize("source", ["def kernel(:", "x = 1", "(" * 5000, "class kernel: pass", "-" * 100_000 + "1"])
def test_a_source_without_the_kernel_is_refused(source: str) -> None:
    with pytest.raises(ReferenceUnknownError):
        TritonReference(spec_of(source, {}))


def test_too_many_programs_are_refused() -> None:
    with pytest.raises(ReferenceUnknownError, match="programs"):
        _kernel("tl.store(out_ptr + offs, 1)", grid=2**31)


# ---- the table of operations


def test_every_public_function_of_the_language_is_in_the_table() -> None:
    language: Any = importlib.import_module("triton.language")
    functions = {name for name in dir(language) if callable(getattr(language, name)) and not name.startswith("_")}
    types = {name for name in functions if isinstance(getattr(language, name), type)} - {
        "range",
        "static_range",
        "condition",
    }
    told = operations()
    assert functions - types - {"str_to_ty", "aggregate_replace"} <= set(told)
    assert set(told) <= set(dir(language))
    assert sum(told.values()) / len(told) > 0.95


def test_every_function_that_is_modelled_has_a_case() -> None:
    sources = [*(case.body + case.helpers for case in CASES.values()), *(job.source for job in PROGRAMS.values())]
    texts = "\n".join([*sources, Path(__file__).read_text()])
    words = set(re.findall(r"\.(\w+)\(", texts))
    elsewhere = {"atomic_load", "atomic_store", "device_assert", "device_print", "dtype", "load_tensor_descriptor",
                 "max_constancy", "philox_impl", "pointer_type", "static_print", "to_tensor", "view", "expect_zero",
                 "cast", "condition"}  # fmt: skip
    assert {name for name, modelled in operations().items() if modelled} - words <= elsewhere


def test_the_functions_that_a_source_uses_are_told() -> None:
    source = """import triton
import triton.language as tl
from triton.language import exp as power, math
from triton.language.extra import libdevice


@triton.jit
def kernel(x_ptr, out_ptr):
    x = tl.load(x_ptr).to(tl.float32)
    tl.store(out_ptr, power(x.sum()) + math.sqrt(x) + libdevice.tanh(x) + tl.standard.sigmoid(x))
"""
    assert used(source) == {"load", "cast", "store", "exp", "sum", "sqrt", "sigmoid"}


# ---- speed


def test_a_kernel_of_60_operations_takes_milliseconds() -> None:
    body = "\n    ".join(f"x = x * 1.01 + {number}.0" for number in range(30))
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.program_id(0) * 256 + tl.arange(0, 256)
    x = tl.load(x_ptr + offs)
    {body}
    tl.store(out_ptr + offs, x)
"""
    )
    values: Values = {name: np.ones(2048, np.float32) for name in ("x_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values, launch=(8,)))
    reference([values], double=False)
    began = time.process_time()
    reference([values], double=False)
    assert time.process_time() - began < 0.1
    assert LANES == 64
