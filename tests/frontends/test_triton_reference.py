"""The reference of Triton's kernels, compared with Triton's interpreter and compiler."""

import importlib.util
import math
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from triton_cases import (
    HEAD,
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
    Values,
)
from synthesis.frontends.triton.reference.calls import call_function
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.operations import operations
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.frontends.triton.reference.sources import read, used
from synthesis.frontends.triton.reference.types import INT32, TYPES
from synthesis.frontends.triton.reference.values import Block, Buffer, Pointer

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
        name: Pointer(Buffer(name, value.reshape(-1), TYPES[PUBLIC[value.dtype.name]]), np.zeros(1, np.int64))
        for name, value in inputs_of(case).items()
    }
    kernel = read(source_of(case, result="return res")).function("kernel")
    with np.errstate(all="ignore"):
        return call_function(Machine(), kernel, (), given | {"out_ptr": None, "n": Block(N.reshape(1), INT32)})


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
    assert np.allclose(np.ravel(results["reductions-map_elementwise"].data), np.where(x > 0, x * 3, 1.5), rtol=1e-6)


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
    texts = "\n".join(
        [*sources, *(each.read_text() for each in Path(__file__).parent.glob("test_triton_reference*.py"))]
    )
    words = set(re.findall(r"\.(\w+)\(", texts))
    unseen = {name for name, modelled in operations().items() if modelled} - words
    assert unseen == {"pointer_type"}


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
