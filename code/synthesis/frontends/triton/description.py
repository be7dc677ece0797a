"""What irsmith says of Triton, known without Triton itself."""

from synthesis.frontends.base import Description, Passage

_MEMBERS: dict[str, frozenset[str]] = {
    "triton": frozenset({"cdiv", "jit", "language", "next_power_of_2"}),
    "triton.language": frozenset({
        "abs", "add", "arange", "argmax", "argmin", "associative_scan", "assume", "atomic_add", "atomic_and",
        "atomic_cas", "atomic_load", "atomic_max", "atomic_min", "atomic_or", "atomic_store", "atomic_xchg",
        "atomic_xor", "bfloat16", "broadcast", "broadcast_to", "cast", "cat", "cdiv", "ceil", "clamp", "constexpr",
        "cos", "cumprod", "cumsum", "debug_barrier", "div_rn", "dot", "dot_scaled", "dtype", "erf", "exp", "exp2",
        "expand_dims", "fdiv", "flip", "float16", "float32", "float64", "float8e4b15", "float8e4b8", "float8e4nv",
        "float8e5", "float8e5b16", "floor", "fma", "full", "gather", "histogram", "int1", "int16", "int32", "int64",
        "int8", "interleave", "join", "load", "load_tensor_descriptor", "log", "log2", "make_tensor_descriptor",
        "math", "max", "max_constancy", "max_contiguous", "maximum", "min", "minimum", "mul", "multiple_of",
        "num_programs", "pair_uniform_to_normal", "permute", "philox", "pi32_t", "pointer_type", "program_id", "rand",
        "rand4x", "randint", "randint4x", "randn", "randn4x", "range", "ravel", "reduce", "reduce_or", "reshape",
        "rsqrt", "sigmoid", "sin", "softmax", "sort", "split", "sqrt", "sqrt_rn", "squeeze", "static_assert",
        "static_range", "store", "store_tensor_descriptor", "sub", "sum", "swizzle2d", "tensor", "tensor_descriptor",
        "to_tensor", "topk", "trans", "uint16", "uint32", "uint64", "uint8", "uint_to_uniform_float", "umulhi",
        "unsqueeze", "view", "void", "where", "xor_sum", "zeros", "zeros_like",
    }),
    "triton.language.math": frozenset({
        "abs", "ceil", "cos", "div_rn", "erf", "exp", "exp2", "fdiv", "floor", "fma", "log", "log2", "rsqrt", "sin",
        "sqrt", "sqrt_rn", "umulhi",
    }),
}  # fmt: skip
"""The members of Triton that a source may use: no prints, no assembly, no functions of other libraries.

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
    tags=("triton", "mlir", "ptx"),
    text_seconds=10.0,
)
