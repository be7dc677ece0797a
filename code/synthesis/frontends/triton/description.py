"""The description of Triton for the rest of irsmith, which is available without Triton."""

from synthesis.frontends.base import Description, Passage
from synthesis.frontends.triton.facts import call_facts

_LANGUAGE = frozenset({
    "abs", "add", "arange", "argmax", "argmin", "associative_scan", "assume", "atomic_add", "atomic_and", "atomic_cas",
    "atomic_load", "atomic_max", "atomic_min", "atomic_or", "atomic_store", "atomic_xchg", "atomic_xor", "bfloat16",
    "broadcast", "broadcast_to", "cast", "cat", "cdiv", "ceil", "clamp", "const", "constexpr", "cos", "cumprod",
    "cumsum", "debug_barrier", "device_assert", "div_rn", "dot", "dot_scaled", "dtype", "erf", "exp", "exp2",
    "expand_dims", "extra", "fdiv", "flip", "float16", "float32", "float64", "float8e4b15", "float8e4b8", "float8e4nv",
    "float8e5", "float8e5b16", "floor", "fma", "full", "gather", "histogram", "int1", "int16", "int32", "int64",
    "int8", "interleave", "join", "load", "load_tensor_descriptor", "log", "log2", "make_tensor_descriptor", "math",
    "max", "max_constancy", "max_contiguous", "maximum", "min", "minimum", "mul", "multiple_of", "num_programs",
    "pair_uniform_to_normal", "permute", "philox", "pi32_t", "pointer_type", "program_id", "rand", "rand4x", "randint",
    "randint4x", "randn", "randn4x", "range", "ravel", "reduce", "reduce_or", "reshape", "rsqrt", "sigmoid", "sin",
    "softmax", "sort", "split", "sqrt", "sqrt_rn", "squeeze", "static_assert", "static_range", "store",
    "store_tensor_descriptor", "sub", "sum", "swizzle2d", "tensor", "tensor_descriptor", "to_tensor", "topk", "trans",
    "uint16", "uint32", "uint64", "uint8", "uint_to_uniform_float", "umulhi", "unsqueeze", "view", "void", "where",
    "xor_sum", "zeros", "zeros_like",
})  # fmt: skip
_LIBDEVICE = frozenset({
    "abs", "acos", "acosh", "add_rn", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clz",
    "copysign", "cos", "cosh", "cospi", "div_rn", "erf", "erfc", "erfcinv", "erfinv", "exp", "exp10", "exp2",
    "expm1", "fast_cosf", "fast_dividef", "fast_exp10f", "fast_expf", "fast_log10f", "fast_log2f", "fast_logf",
    "fast_powf", "fast_sinf", "fast_tanf", "fdim", "ffs", "finitef", "float2int_rd", "float2int_rn",
    "float2int_ru", "float2int_rz", "float2ll_rd", "float2ll_rn", "float2ll_ru", "float2ll_rz", "floor", "fma",
    "fma_rn", "fmod", "hypot", "ilogb", "int2float_rn", "isfinited", "isinf", "isnan", "ldexp", "lgamma",
    "llrint", "log", "log10", "log1p", "log2", "logb", "mul_rn", "nearbyint", "norm3d", "norm4d", "normcdf",
    "normcdfinv", "popc", "pow", "rcbrt", "rcp_rn", "remainder", "rhypot", "rint", "rnorm3d", "rnorm4d",
    "round", "rsqrt", "rsqrt_rn", "saturatef", "scalbn", "signbit", "sin", "sinh", "sinpi", "sqrt", "sqrt_rn",
    "sub_rn", "tan", "tanh", "tgamma", "trunc",
})  # fmt: skip
"""The functions of libdevice that the oracle models. Each only computes a number from one or more numbers."""
_MEMBERS: dict[str, frozenset[str]] = {
    "triton": frozenset({"cdiv", "constexpr_function", "jit", "language", "next_power_of_2"}),
    "triton.language": _LANGUAGE,
    "triton.language.core": _LANGUAGE,
    "triton.language.random": _LANGUAGE,
    "triton.language.standard": _LANGUAGE,
    "triton.language.math": frozenset({
        "abs", "ceil", "cos", "div_rn", "erf", "exp", "exp2", "fdiv", "floor", "fma", "log", "log2", "rsqrt", "sin",
        "sqrt", "sqrt_rn", "umulhi",
    }),
    "triton.language.extra": frozenset({"cuda", "libdevice"}),
    "triton.language.extra.cuda": frozenset({"libdevice"}),
    "triton.language.extra.libdevice": _LIBDEVICE,
    "triton.language.extra.cuda.libdevice": _LIBDEVICE,
}  # fmt: skip
"""The members of Triton that a source may use. Prints, inline assembly and calls of external libraries are excluded.

Triton calls Python's functions while it compiles a kernel, so the bodies of kernels are checked like any other code.
"""

DESCRIPTION = Description(
    tool="Triton",
    unit="kernel",
    modules=("triton",),
    members=_MEMBERS,
    conventions="no locations, no comments, no debug information; values have the numbers that the compiler prints",
    passages=(
        Passage("ttir", "ttgir"),
        Passage("ttgir", "llir"),
        Passage("llir", "ptx"),
        Passage("ttgir", "ptx"),
        Passage("ptx", "sass"),
        Passage("llir", "amdgcn"),
    ),
    makers={"inductor": "synthesis.frontends.triton.compiling:MAKER"},
    call_facts=call_facts,
    tags=("triton", "mlir", "ptx"),
    text_seconds=10.0,
)
