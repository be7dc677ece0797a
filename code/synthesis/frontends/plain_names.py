"""The modules and names that a source may use if it is to do no more than define a kernel."""

import functools
import importlib
import importlib.util
import pkgutil

JAX_PACKAGES = ("jax.numpy", "jax.lax", "jax.nn", "jax.random", "jax.scipy", "jax.image", "jax.ops")
"""JAX's public packages for computation. A source may also use every public module in them that is installed."""
JAX_MODULES = frozenset({
    "jax", *JAX_PACKAGES, "jax.tree", "jax.tree_util", "jax.ad_checkpoint", "jax.custom_derivatives",
    "jax.custom_batching", "jax.dtypes", "jax.flatten_util", "jax.typing", "jax.sharding", "jax.experimental",
    "jax.experimental.pallas", "jax.experimental.pallas.tpu", "jax.experimental.pallas.triton",
    "jax.experimental.jet", "jax.experimental.ode", "jax.experimental.shard_map", "jax.example_libraries.optimizers",
})  # fmt: skip
"""The public modules of JAX that a source may name, besides those inside ``JAX_PACKAGES``."""
JAX_OWN = frozenset({
    "jax._src", "jax._src.api", "jax._src.custom_derivatives", "jax._src.dtypes", "jax._src.lax", "jax._src.lax.lax",
    "jax._src.lax.control_flow", "jax._src.lax.slicing", "jax._src.lax.special", "jax._src.nn",
    "jax._src.nn.functions", "jax._src.nn.initializers", "jax._src.numpy", "jax._src.numpy.lax_numpy",
    "jax._src.numpy.linalg", "jax._src.numpy.reductions", "jax._src.numpy.ufuncs", "jax._src.numpy.util",
    "jax._src.numpy.vectorize", "jax._src.numpy.indexing", "jax._src.numpy.einsum", "jax._src.ops",
    "jax._src.ops.special", "jax._src.random", "jax._src.scipy", "jax._src.scipy.special", "jax._src.scipy.linalg",
    "jax._src.third_party.scipy.betaln", "jax._src.typing",
})  # fmt: skip
"""The private modules that define JAX's public functions. Sources extracted from JAX itself name these."""
LIBRARIES = frozenset({
    "__future__", "math", "cmath", "functools", "typing", "dataclasses", "enum", "collections", "collections.abc",
    "itertools", "operator", "numbers", "numpy", "numpy.linalg", "numpy.typing", "warp", "warp.types",
})  # fmt: skip
MODULES = JAX_MODULES | JAX_OWN | LIBRARIES
"""The modules that a source may name, in addition to those whose members a front end lists."""

ONLY: dict[str, frozenset[str]] = {
    "jax": frozenset({
        "Array", "ShapeDtypeStruct", "checkpoint", "checkpoint_policies", "closure_convert", "custom_derivatives",
        "custom_gradient",
        "custom_jvp", "custom_vjp", "default_matmul_precision", "dtypes", "eval_shape", "grad", "hessian", "jacfwd",
        "jacobian", "jacrev", "jit", "jvp", "lax", "linear_transpose", "linearize", "named_call", "named_scope", "pmap",
        "nn", "numpy", "random", "remat", "scipy", "tree", "tree_util", "value_and_grad", "vjp", "vmap", "image",
        "ops", "typing", "custom_batching", "ad_checkpoint", "experimental", "shard_map", "sharding", "P",
        "flatten_util",
    }),
    "jax.flatten_util": frozenset({"ravel_pytree"}),
    "jax.sharding": frozenset({"AbstractMesh", "AxisType", "NamedSharding", "PartitionSpec"}),
    "jax.example_libraries.optimizers": frozenset({"OptimizerState"}),
    "jax.experimental": frozenset({"jet", "ode", "pallas", "shard_map"}),
    "jax.experimental.jet": frozenset({"jet"}),
    "jax.experimental.ode": frozenset({"odeint"}),
    "jax.experimental.shard_map": frozenset({"shard_map"}),
    "jax.tree": frozenset({
        "all", "broadcast", "flatten", "flatten_with_path", "leaves", "leaves_with_path", "map", "map_with_path",
        "reduce", "reduce_associative", "structure", "transpose", "unflatten",
    }),
    "jax.tree_util": frozenset({
        "DictKey", "GetAttrKey", "Partial", "SequenceKey", "register_dataclass", "register_pytree_node_class",
        "register_pytree_with_keys_class", "register_static", "tree_all", "tree_flatten", "tree_flatten_with_path",
        "tree_leaves", "tree_leaves_with_path", "tree_map", "tree_map_with_path",
        "tree_reduce", "tree_structure", "tree_transpose", "tree_unflatten",
    }),
    "jax._src": frozenset({
        "api", "custom_derivatives", "dtypes", "lax", "nn", "numpy", "ops", "random", "scipy", "typing"
    }),
    "jax._src.api": frozenset({"grad", "jacfwd", "jacrev", "jit", "jvp", "value_and_grad", "vjp", "vmap"}),
    "jax._src.dtypes": frozenset({
        "_lattice_result_type", "bfloat16", "canonicalize_dtype", "check_and_canonicalize_user_dtype", "dtype",
        "finfo", "float0", "iinfo", "issubdtype", "is_python_scalar", "promote_types", "result_type",
        "scalar_type_of", "to_inexact_dtype", "to_complex_dtype", "to_numeric_dtype", "to_floating_dtype",
        "check_user_dtype_supported",
    }),
    "functools": frozenset({"partial", "reduce", "wraps", "cache", "lru_cache"}),
    "dataclasses": frozenset({"dataclass", "field", "replace"}),
    "collections": frozenset({"OrderedDict", "abc"}),
    "enum": frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "auto"}),
    "itertools": frozenset({
        "accumulate", "chain", "combinations", "permutations", "product", "repeat", "starmap", "zip_longest",
        "pairwise",
    }),
    "operator": frozenset({
        "abs", "add", "and_", "eq", "floordiv", "ge", "gt", "index", "invert", "itemgetter", "le", "lt", "matmul",
        "mod", "mul", "ne", "neg", "not_", "or_", "pos", "pow", "sub", "truediv", "xor",
    }),
    "numpy": frozenset({
        "abs", "add", "all", "any", "arange", "arccos", "arcsin", "arctan", "arctan2", "argmax", "argmin", "argsort",
        "array", "asarray", "bool_", "ceil", "clip", "complex128", "complex64", "concatenate", "cos", "cosh",
        "cumsum", "diag", "dot", "dtype", "e", "empty", "exp", "expm1", "eye", "finfo", "float16", "float32",
        "float64", "floating", "floor", "full", "geomspace", "iinfo", "inexact", "inf", "int16", "int32", "int64",
        "int8", "integer", "issubdtype", "isscalar", "linalg", "linspace", "log", "log10", "log1p", "log2",
        "maximum", "mean", "meshgrid", "min", "minimum", "max", "multiply", "nan", "ndarray", "ndim", "newaxis",
        "ones", "ones_like", "outer", "pi", "power", "prod", "repeat", "reshape", "result_type", "round", "shape",
        "sign", "sin", "sinh", "size", "sort", "sqrt", "square", "stack", "std", "subtract", "sum", "tan", "tanh",
        "tile", "transpose", "trapezoid", "tri", "tril", "triu", "typing", "uint16", "uint32", "uint64", "uint8",
        "unsignedinteger", "vander", "var", "where", "zeros", "zeros_like", "euler_gamma", "complexfloating",
        "number", "generic", "signedinteger", "float_power", "sinc", "logspace", "flip", "moveaxis", "isfinite",
        "isnan",
    }),
    "numpy.linalg": frozenset({"cholesky", "det", "eigvals", "inv", "norm", "qr", "solve", "svd"}),
    "typing": frozenset({
        "Annotated", "Any", "Callable", "ClassVar", "Dict", "Final", "Generic", "Hashable", "Iterable", "List",
        "Literal", "Mapping", "NamedTuple", "Optional", "ParamSpec", "Protocol", "Self", "Sequence", "SupportsFloat",
        "SupportsIndex", "Tuple", "Type", "TypeAlias", "TypeVar", "Union", "cast", "overload",
    }),
    "warp.types": frozenset({
        "matrix", "vector", "quaternion", "transformation", "array", "float32", "float64", "int32"
    }),
}  # fmt: skip
"""The names that a source may use from each module whose other members it may not use."""
WARP_ONLY = frozenset({
    "array", "array1d", "array2d", "array3d", "array4d", "constant", "fabricarray", "fabricarrayarray",
    "indexedfabricarray", "indexedfabricarrayarray", "fixedarray", "func", "func_grad",
    "func_native", "func_replay", "handle", "indexedarray", "kernel", "overload", "ref", "static", "struct", "tile",
    "tile_stack", "types", "bool", "bfloat16", "DeterministicMode", "Bvh", "Mesh", "HashGrid", "Volume", "BvhQuery",
    "BvhQueryTiled", "HashGridQuery", "MeshQuery", "MeshQueryAABB", "MeshQueryAABBTiled", "MeshQueryPoint",
    "MeshQueryRay", "Texture1D", "Texture2D", "Texture3D", "TextureAddressMode", "TextureFilterMode", "Float", "Int",
    "Scalar", "matrix_from_cols", "matrix_from_rows", "transform_expand", "indexedarray1d", "indexedarray2d",
    "indexedarray3d", "indexedarray4d", "E", "HALF_PI", "INF", "LN10", "LN2", "LOG10E", "LOG2E", "NAN", "PHI", "PI",
    "TAU", "e", "half_pi", "inf", "ln10", "ln2", "log10e", "log2e", "nan", "phi", "pi", "tau",
})  # fmt: skip
"""The functions, classes and constants of Warp that Python may use while a kernel is defined."""
WARP_TYPES = r"(u?int|float)\d+|(vec|mat|quat|transform|spatial_(vector|matrix))\d*[a-z]{0,2}"
WARP_COMPUTES = frozenset({
    "abs", "acos", "asin", "atan", "atan2", "ceil", "clamp", "cos", "cosh", "cross", "degrees", "dot", "exp",
    "floor", "identity", "length", "log", "log10", "log2", "max", "min", "mod", "normalize", "pow",
    "quat_from_axis_angle", "quat_identity", "quat_rotate", "quat_rpy", "radians", "round", "sign", "sin", "sinh",
    "sqrt", "tan", "tanh", "transpose", "trunc", "transform_identity", "inverse", "determinant", "skew", "outer",
    "diag", "trace", "vector", "matrix",
})  # fmt: skip
WARP_PRINTS = frozenset({"print"})
"""Warp's built-ins that a kernel may call, but that Python code outside of kernels may not use."""

NO_MEMBERS = frozenset({
    "load", "save", "savez", "frombuffer", "fromfile", "fromregex", "fromfunction", "from_dlpack",
    "set_printoptions", "printoptions", "print", "debug_callback", "debug_print", "pure_callback", "io_callback",
    "custom_linear_solve_callback", "create_token", "infeed", "outfeed", "register_pytree_node", "ufunc", "ffi_call",
})  # fmt: skip
"""Names that may not be used from any module, since they access files or memory, or call back into Python."""
NO_NAMES = frozenset({
    "exec", "eval", "compile", "open", "getattr", "setattr", "delattr", "hasattr", "globals", "locals", "vars",
    "dir", "input", "breakpoint", "memoryview", "super", "next", "iter", "help", "exit", "quit", "copyright",
    "credits", "license", "bytearray", "aiter", "anext", "id", "hash",
})  # fmt: skip
NO_ATTRIBUTES = frozenset({
    "adj", "bind", "cache_clear", "clear_cache", "ctypes", "def_abstract_eval", "def_impl", "dispatch_func", "dump",
    "dumps", "export_func", "func_globals", "module", "mro", "native_func", "register", "runtime_executable", "save",
    "set_global", "set_local", "setfield", "setflags", "swap_local", "tofile", "unsafe_buffer_pointer",
    "user_overloads", "value_func", "with_traceback", "wrapped",
})  # fmt: skip
"""Attributes that may not be used on any object.

They give access to its memory, file or frames, or to a tool's records.
"""
FRAMES = frozenset({
    "gi_frame", "gi_code", "gi_yieldfrom", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "f_trace",
    "f_lasti", "f_lineno", "f_generator", "tb_frame", "tb_next", "tb_lasti", "tb_lineno", "cr_frame", "cr_code",
    "cr_await", "cr_origin", "ag_frame", "ag_code", "ag_await", "co_code", "co_consts", "co_names", "co_freevars",
    "co_filename",
})  # fmt: skip
NO_KEYWORDS = frozenset({
    "ptr", "metaclass", "assigned", "updated", "out", "compiler_options", "device", "default_factory", "backend",
    "make_default",
})  # fmt: skip
METHODS = frozenset({
    "__add__", "__call__", "__getitem__", "__init__", "__iter__", "__len__", "__mul__", "__neg__", "__post_init__",
    "__sub__", "__truediv__", "__radd__", "__rmul__", "__matmul__", "__pow__", "__eq__", "__lt__",
})  # fmt: skip
HARMLESS = frozenset({"_replace", "_asdict"})
MUTATORS = frozenset({
    "append", "extend", "insert", "pop", "popitem", "clear", "update", "setdefault", "remove", "discard",
    "appendleft", "popleft", "resize", "fill", "itemset", "partition", "byteswap", "sort", "reverse", "put",
    "move_to_end", "intersection_update", "difference_update", "symmetric_difference_update",
})  # fmt: skip
"""Methods that change a list, a dictionary, a set or an array in place."""
CONTAINERS = frozenset({"dict", "list", "set", "sorted", "tuple", "range"})
"""Built-in functions that return an object which can be iterated repeatedly."""
MAKING_FIXED = frozenset({"wp", "math", "jnp", "jax", "tl"})
"""Customary names of modules whose functions return what cannot be changed in place, outside of functions."""
MAKING_TUPLES = frozenset({"jax.flatten_util.ravel_pytree"})
"""Functions that return a tuple of objects which cannot be changed in place."""
ITERATORS = frozenset({"enumerate", "filter", "map", "reversed", "zip"})
"""Built-in functions that return an object which can be iterated once."""
REGISTERS = frozenset({
    "register_dataclass", "register_pytree_node", "register_pytree_node_class", "register_pytree_with_keys",
    "register_pytree_with_keys_class", "register_static",
})  # fmt: skip
"""Functions of ``jax.tree_util`` that register a class as a pytree."""
REGISTERING = frozenset(("jax.tree_util", each) for each in REGISTERS)
"""The module and the name of each of these functions."""
RULES = frozenset({"defvjp", "defjvp", "defjvps", "def_vmap", "defgrad"})
"""Methods that set the derivative rule or the batching rule of a function."""


def is_special(name: str) -> bool:
    """Return whether a name starts as Python's special names do. Names of underscores alone are ordinary names."""
    return name.startswith("__") and bool(name.strip("_"))


@functools.cache
def is_public_jax(path: str) -> bool:
    """Return whether a path is a public module inside one of ``JAX_PACKAGES``. The parent packages are imported."""
    if not path.startswith(tuple(f"{each}." for each in JAX_PACKAGES)) or "._" in path:
        return False
    try:
        return importlib.util.find_spec(path) is not None
    except ImportError:  # a parent is not a package, or JAX is not installed
        return False


def public_modules_beside(module: str) -> list[str]:
    """Return public modules of JAX, shortest paths first, if a source may not name the given private module of JAX.

    JAX defines most functions in private modules. A source that imports such a function from a public one is plain.
    """
    if module in MODULES or not module.startswith("jax._src."):
        return []
    found = [each for each in JAX_MODULES if not each.startswith("jax.experimental.")]  # Pallas is slow to import
    return sorted(found, key=lambda path: (path.count("."), path))


@functools.cache
def public_jax_modules() -> tuple[str, ...]:
    """Return all public modules of ``JAX_PACKAGES``, shortest paths first, after importing them.

    Raises:
        ModuleNotFoundError: if JAX is not installed.
    """
    found = list(JAX_PACKAGES)
    for name in JAX_PACKAGES:
        paths = getattr(importlib.import_module(name), "__path__", ())
        found += [each.name for each in pkgutil.walk_packages(paths, f"{name}.") if "._" not in each.name]
    return tuple(sorted(found, key=lambda path: (path.count("."), path)))
