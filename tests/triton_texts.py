"""Lowers Triton kernels to TTIR and TTGIR for a device, and runs these texts."""

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts import DEFAULT_LIMITS, Limits, Watch, run

ir: Any = importlib.import_module("triton._C.libtriton").ir
targets: Any = importlib.import_module("triton.backends.compiler")
compiler: Any = importlib.import_module("triton.compiler")
backends: Any = importlib.import_module("triton.compiler.compiler")

Array = np.ndarray[Any, Any]

F32, F64 = np.float32, np.float64
RNG = np.random.default_rng(7)

where: Callable[[Any, Any, Any], Any] = np.where
"""``np.where`` without its type annotations."""

DEVICES = {**{f"cuda:{number}": ("cuda", number, 32) for number in (80, 90, 100)}, "hip": ("hip", "gfx942", 64)}

_NAMES = {
    "bool": "i1",
    "float16": "fp16",
    "bfloat16": "bf16",
    "float32": "fp32",
    "float64": "fp64",
    "float8_e4m3fn": "fp8e4nv",
    "float8_e5m2": "fp8e5",
    **{f"int{bits}": f"i{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"u{bits}" for bits in (8, 16, 32, 64)},
}


def signature_of(kernel: Any, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return Triton's types of a kernel's arguments. A value without a dtype is a compile-time constant."""
    found: dict[str, str] = {}
    for name in kernel.arg_names:
        value = arguments[name]
        dtype: Any = getattr(value, "dtype", None)
        found[name] = "constexpr" if dtype is None else ("*" if value.ndim else "") + _NAMES[dtype.name]
    return found


@functools.cache
def _texts(
    kernel: Any, types: tuple[tuple[str, str], ...], constants: tuple[Any, ...], device: str, debug: bool, aligned: bool
) -> Any:
    target = targets.GPUTarget(*DEVICES[device])
    backend = backends.make_backend(target)
    names = [name for name, each in types if each == "constexpr"]
    hints = {(place,): [["tt.divisibility", 16]] for place, each in enumerate(types) if each[1] != "constexpr"}
    source = compiler.ASTSource(
        kernel,
        signature=dict(types),
        constexprs=dict(zip(names, constants, strict=True)),
        attrs=hints if aligned else {},
    )
    options = backend.parse_options({"debug": debug, "enable_fp_fusion": True, **source.parse_options()})
    stages: dict[str, Any] = {}
    backend.add_stages(stages, options, source.language)
    context = ir.context()
    ir.load_dialects(context)
    backend.load_dialects(context)
    module = source.make_ir(
        target, options, backend.get_codegen_implementation(options), backend.get_module_map(), context
    )
    made: dict[str, str] = {}
    metadata: dict[str, Any] = {"target": target, **options.__dict__}
    for level in ("ttir", "ttgir"):
        module = stages[level](module, metadata)
        made[level] = str(module)
    return made


def texts(
    kernel: Any, device: str = "cuda:90", debug: bool = False, aligned: bool = False, **arguments: Any
) -> dict[str, str]:
    """Return the TTIR and the TTGIR of a kernel for the types and constants of the given arguments.

    If ``aligned``, Triton may assume that all numbers and addresses are multiples of 16.
    """
    types = signature_of(kernel, arguments)
    constants = tuple(arguments[name] for name, each in types.items() if each == "constexpr")
    return _texts(kernel, tuple(types.items()), constants, device, debug, aligned)


def outcomes(
    kernel: Any,
    grid: tuple[int, ...] = (1,),
    device: str = "cuda:90",
    debug: bool = False,
    aligned: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    watch: Watch | None = None,
    **arguments: Any,
) -> dict[str, dict[str, Array]]:
    """Return, by level, the final arrays of running the TTIR and the TTGIR of a kernel."""
    order = [name for name, each in signature_of(kernel, arguments).items() if each != "constexpr"]
    given = {name: np.asarray(arguments[name]) for name in order}
    return {
        level: run(text, kernel.__name__, given, order, grid, limits, watch)
        for level, text in texts(kernel, device, debug, aligned, **arguments).items()
    }


def floats(*shape: int, dtype: Any = F32) -> Array:
    """Return random normal numbers of a shape."""
    return RNG.standard_normal(shape).astype(dtype)


def zeros(count: int, dtype: Any = F32) -> Array:
    """Return an array of zeros."""
    return np.zeros(count, dtype)


def check_same(found: dict[str, dict[str, Array]], name: str, expected: Any, tolerance: float = 0) -> None:
    """Check that the text at each level leaves the expected values in an array."""
    for level, arrays in found.items():
        wanted = np.asarray(expected).reshape(arrays[name].shape)
        np.testing.assert_allclose(
            arrays[name].astype(F64), wanted.astype(F64), rtol=tolerance, atol=tolerance, err_msg=level
        )
