"""Every public name of ``triton.language``: its implementation, or the reason why it is not modelled."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference import arithmetic, maths, memory, products, randoms, reducing, shapes
from synthesis.frontends.triton.reference.arithmetic import binary, is_dynamic, known
from synthesis.frontends.triton.reference.casting import cast_op
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import INT32, SPELLED, TYPES, Dtype, PointerType
from synthesis.frontends.triton.reference.values import Block, Operation

Implementation = Callable[..., Any]


def operate(m: Machine, name: str, left: Any, right: Any) -> Any:
    """Return the result of an operator on any two values."""
    if is_dynamic(left) or is_dynamic(right):
        return binary(m, name, left, right)
    return known(name, left, right)


def cdiv(m: Machine, x: Any, div: Any) -> Any:
    """Evaluate ``tl.cdiv``; the quotient is rounded up only if it is not negative, since division truncates."""
    return operate(m, "floordiv", operate(m, "add", x, operate(m, "sub", div, 1)), div)


def swizzle2d(m: Machine, i: Any, j: Any, size_i: Any, size_j: Any, size_g: Any) -> tuple[Any, Any]:
    """Evaluate ``tl.swizzle2d``: map a position in row-major order to column-major order within groups of rows."""

    def on(name: str, left: Any, right: Any) -> Any:
        return operate(m, name, left, right)

    place = on("add", on("mul", i, size_j), j)
    in_group = on("mul", size_g, size_j)
    first = on("mul", on("floordiv", place, in_group), size_g)
    rows = arithmetic.minimum(m, on("sub", size_i, first), size_g)
    inner = on("mod", place, in_group)
    return on("add", first, on("mod", inner, rows)), on("floordiv", inner, rows)


def program_id(m: Machine, axis: Any) -> Block:
    """Evaluate ``tl.program_id``."""
    return Block(m.lanes.program(axis), INT32)


def num_programs(m: Machine, axis: Any) -> Block:
    """Evaluate ``tl.num_programs``."""
    return Block(np.array([m.lanes.grid[axis]], np.int32), INT32)


def _same(m: Machine, value: Any, *_: Any, **__: Any) -> Any:
    return value


def _nothing(m: Machine, *_: Any, **__: Any) -> None:
    return None


def static_assert(m: Machine, cond: Any, msg: Any = "") -> None:
    """Evaluate ``tl.static_assert``.

    Raises:
        ReferenceFaultError: if the condition does not hold, so that Triton does not compile the kernel.
    """
    del msg
    if is_dynamic(cond):
        raise ReferenceUnknownError("a static assertion about values that are not known when the kernel is compiled")
    if not cond:
        raise ReferenceFaultError("a static assertion that does not hold")


def device_assert(m: Machine, cond: Any, msg: Any = "", mask: Any = None) -> None:
    """Evaluate ``tl.device_assert``.

    Raises:
        ReferenceFaultError: if the condition does not hold. Without debugging a kernel goes on, but the inputs are not
            those that it is meant for.
    """
    holds = m.block_of(cond).data != 0
    if mask is not None:
        holds = holds | (m.block_of(mask).data == 0)
    if not (m.double or m.garbage or holds.all()):
        raise ReferenceFaultError(
            f"an assertion that does not hold: {msg}" if msg else "an assertion that does not hold"
        )


def assume(m: Machine, cond: Any) -> None:
    """Evaluate ``tl.assume``.

    Raises:
        ReferenceFaultError: if the condition does not hold, so that the compiler may do anything.
    """
    if not (m.double or m.garbage or (m.block_of(cond).data != 0).all()):
        raise ReferenceFaultError("an assumption of tl.assume that does not hold")


def _constexpr(m: Machine, value: Any) -> Any:
    return value


def _to_tensor(m: Machine, x: Any) -> Any:
    return x if is_dynamic(x) else m.number_of(x)


def _dtype(m: Machine, name: Any) -> Dtype:
    return SPELLED[name]


def _pointer_type(m: Machine, element_ty: Any, address_space: Any = "", const: Any = False) -> PointerType:
    del address_space, const
    return PointerType(element_ty)


def _logical_and(m: Machine, x: Any, other: Any) -> Block:
    return arithmetic.logical(m, "and", x, other)


def _logical_or(m: Machine, x: Any, other: Any) -> Block:
    return arithmetic.logical(m, "or", x, other)


def _of_python(compute: Callable[[float], float]) -> Implementation:
    def run(m: Machine, x: Any) -> float:
        return compute(x)

    return run


_HINTS = ("multiple_of", "max_contiguous", "max_constancy", "expect_zero")
_WITHOUT_EFFECT = ("debug_barrier", "static_print", "device_print")

FUNCTIONS: Mapping[str, Implementation] = {
    **{name: maths.math_function(name) for name in (*maths.MATHS, "floor", "ceil")},
    **dict.fromkeys(_HINTS, _same),
    **dict.fromkeys(_WITHOUT_EFFECT, _nothing),
    **{f"atomic_{name}": memory.atomic(name) for name in ("add", "max", "min", "and", "or", "xor", "xchg")},
    "abs": maths.abs_, "add": arithmetic.add, "arange": shapes.arange, "argmax": reducing.argmax,
    "assume": assume, "device_assert": device_assert,
    "argmin": reducing.argmin, "associative_scan": reducing.associative_scan, "atomic_cas": memory.atomic_cas,
    "atomic_load": memory.atomic_load, "atomic_store": memory.atomic_store, "bitonic_merge": shapes.bitonic_merge,
    "broadcast": shapes.broadcast, "broadcast_to": shapes.broadcast_to, "cast": cast_op, "cat": shapes.cat,
    "cdiv": cdiv, "clamp": arithmetic.clamp, "constexpr": _constexpr, "cumprod": reducing.cumprod,
    "cumsum": reducing.cumsum, "div_rn": maths.div_rn, "dot": products.dot, "dot_scaled": products.dot_scaled,
    "dtype": _dtype, "expand_dims": shapes.expand_dims, "fdiv": maths.fdiv, "flip": shapes.flip,
    "fma": arithmetic.fma, "full": shapes.full, "gather": shapes.gather, "histogram": shapes.histogram,
    "interleave": shapes.interleave, "join": shapes.join, "load": memory.load,
    "load_tensor_descriptor": memory.descriptor_load, "make_tensor_descriptor": memory.make_tensor_descriptor,
    "map_elementwise": reducing.map_elementwise, "max": reducing.max_, "maximum": arithmetic.maximum,
    "min": reducing.min_, "minimum": arithmetic.minimum, "mul": arithmetic.mul, "num_programs": num_programs,
    "pair_uniform_to_normal": randoms.pair_uniform_to_normal, "permute": shapes.permute, "philox": randoms.philox,
    "philox_impl": randoms.philox_impl, "pointer_type": _pointer_type, "program_id": program_id,
    "rand": randoms.rand, "rand4x": randoms.rand4x, "randint": randoms.randint, "randint4x": randoms.randint4x,
    "randn": randoms.randn, "randn4x": randoms.randn4x, "ravel": shapes.ravel, "reduce": reducing.reduce,
    "reduce_or": reducing.reduce_or, "reshape": shapes.reshape, "sigmoid": maths.sigmoid,
    "softmax": reducing.softmax, "sort": shapes.sort, "split": shapes.split, "squeeze": shapes.squeeze,
    "static_assert": static_assert, "store": memory.store, "store_tensor_descriptor": memory.descriptor_store,
    "sub": arithmetic.sub, "sum": reducing.sum_, "swizzle2d": swizzle2d, "to_tensor": _to_tensor,
    "topk": shapes.topk, "trans": shapes.trans, "uint_to_uniform_float": randoms.uint_to_uniform_float,
    "umulhi": arithmetic.umulhi, "unsqueeze": shapes.unsqueeze, "view": shapes.reshape, "where": arithmetic.where,
    "xor_sum": reducing.xor_sum, "zeros": shapes.zeros, "zeros_like": shapes.zeros_like,
}  # fmt: skip
"""The functions that are modelled, by their public names."""
SYNTAX = frozenset({"condition", "range", "static_range", "tuple"})
"""Names of the language that are parts of statements and are modelled by ``statements.py``."""
OTHERS = frozenset({
    *TYPES, "PropagateNan", "TRITON_MAX_TENSOR_NUMEL", "block_type", "const", "constexpr_type", "extra",
    "float8e4b15", "math", "pi32_t", "slice", "target_info", "tensor", "tensor_descriptor", "void",
    "tensor_descriptor_type", "tuple_type", "aggregate_replace",
})  # fmt: skip
"""Public names that are not functions: types, classes, modules and constants."""
NOT_MODELLED: Mapping[str, str] = {
    "atomic_poll": "it waits for another program",
    "inline_asm_elementwise": "it contains assembly",
    "make_block_ptr": "block pointers were removed from Triton",
}
"""Public functions that are not modelled, with the reason."""
ARMS: Mapping[str, Implementation] = {
    "where": arithmetic.arms_of_where, "maximum": arithmetic.arms_of_maximum,
    "minimum": arithmetic.arms_of_minimum, "clamp": arithmetic.arms_of_clamp, "load": memory.arms_of_load,
}  # fmt: skip
"""For each function that selects among its arguments, a function that returns where each is selected."""
METHODS = frozenset({
    "abs", "argmax", "argmin", "associative_scan", "atomic_add", "atomic_and", "atomic_cas", "atomic_load",
    "atomic_max", "atomic_min", "atomic_or", "atomic_store", "atomic_xchg", "atomic_xor", "broadcast_to", "cast",
    "cdiv", "ceil", "cos", "cumprod", "cumsum", "erf", "exp", "exp2", "expand_dims", "flip", "floor", "gather",
    "histogram", "log", "log2", "max", "min", "permute", "ravel", "reduce", "reduce_or", "reshape", "rsqrt",
    "sigmoid", "sin", "softmax", "sort", "split", "sqrt", "sqrt_rn", "store", "sum", "trans", "view", "xor_sum",
})  # fmt: skip
"""Functions that are also methods of blocks."""
_MORE_METHODS: Mapping[str, Implementation] = {
    "to": cast_op, "item": shapes.item,
    "logical_and": _logical_and, "logical_or": _logical_or,
}  # fmt: skip
_OF_DESCRIPTORS: Mapping[str, Implementation] = {
    "load": memory.descriptor_load, "store": memory.descriptor_store, "gather": memory.descriptor_gather,
    "scatter": memory.descriptor_scatter,
    **{f"atomic_{name}": memory.descriptor_atomic(name) for name in ("add", "max", "min", "and", "or", "xor")},
}  # fmt: skip
_OF_PYTHON: Mapping[str, Callable[[float], float]] = {
    "ceil": math.ceil, "exp": math.exp, "floor": math.floor, "log": math.log, "log2": math.log2, "sqrt": math.sqrt,
}  # fmt: skip

OPERATIONS = {name: Operation(name, run) for name, run in FUNCTIONS.items()}
OF_BLOCKS = {
    **{name: OPERATIONS[name] for name in METHODS},
    **{name: Operation(name, run) for name, run in _MORE_METHODS.items()},
}
OF_DESCRIPTORS = {name: Operation(name, run) for name, run in _OF_DESCRIPTORS.items()}
OF_LIBDEVICE = {name: Operation(f"libdevice.{name}", run) for name, run in maths.LIBDEVICE.items()}
OF_MATH = {name: Operation(f"math.{name}", _of_python(run)) for name, run in _OF_PYTHON.items()}


def _next_power_of_2(m: Machine, n: Any) -> int:
    return 1 << max(0, int(n) - 1).bit_length()


def _length(m: Machine, value: Any) -> int:
    return len(value)


def _to_int(m: Machine, value: Any = 0) -> Any:
    return as_whole(m, value) if is_dynamic(value) else int(value)


def as_whole(m: Machine, value: Any) -> Any:
    """Refuse ``int(value)`` for a number that is not known when the kernel is compiled; Triton does not support it.

    Raises:
        ReferenceUnknownError: always.
    """
    raise ReferenceUnknownError("a Python integer from a value that is not known when the kernel is compiled")


def _absolute(m: Machine, value: Any) -> Any:
    return abs(value)


def _to_bool(m: Machine, value: Any) -> Any:
    return as_whole(m, value) if is_dynamic(value) else bool(value)


def _to_float(m: Machine, value: Any = 0.0) -> float:
    return float(value)


_BUILTINS: Mapping[str, Implementation] = {
    "max": reducing.builtin_max, "min": reducing.builtin_min, "len": _length, "int": _to_int, "float": _to_float,
    "print": _nothing, "range": _nothing, "abs": _absolute, "bool": _to_bool,
}  # fmt: skip
BUILTINS = {name: Operation(name, run) for name, run in _BUILTINS.items()}
"""Python's functions that a kernel may call."""
OF_TRITON = {"cdiv": OPERATIONS["cdiv"], "next_power_of_2": Operation("next_power_of_2", _next_power_of_2)}
"""Functions of ``triton`` itself that a kernel may call."""


def operations() -> dict[str, bool]:
    """Return for each public function of ``triton.language``, by name, whether it is modelled."""
    return {**dict.fromkeys(FUNCTIONS, True), **dict.fromkeys(SYNTAX, True), **dict.fromkeys(NOT_MODELLED, False)}
