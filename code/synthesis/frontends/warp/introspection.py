"""What a live Warp kernel, function, struct or type is: facts that Warp keeps in private places, by names of our own.

Nothing here makes text or runs it, so that the oracle may know it too.
"""

import ast
import builtins
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as _np
import warp as _warp
import warp._src.codegen as _codegen  # noqa: TID251
import warp._src.context as _context  # noqa: TID251
import warp._src.types as _types  # noqa: TID251

from synthesis.core.formats import numpy_dtype
from synthesis.frontends.loading import forget_module
from synthesis.frontends.warp.options import DEFAULTS

wp: Any = _warp
_warp_codegen: Any = _codegen
_warp_context: Any = _context
_warp_types: Any = _types

_UNIQUE = re.compile(r"_[0-9a-f]{8}$")
"""What the name that Warp gives a kernel's own module ends with."""
_OF_BLOCK = re.compile(
    r"\b(?:tile|untile|tile_i?fft|tile_rand[fi]|tile_stack|tile_(?:bvh|mesh)_query_\w+|\w+_tiled)\s*\("
)
"""Calls of functions of Warp's whose tiles have an element, or a part, for each thread of a block."""
TYPES_AND_BUILT_INS: tuple[Any, ...] = tuple(
    getattr(wp, name) for name in ("array", "tile", "tile_stack") if hasattr(wp, name)
)
"""Types of Warp's whose names kernels call as built-ins."""
_replaced: dict[str, Any] = {}
"""Warp modules whose names those of loaded sources have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An argument of a kernel or function, or a field of a struct."""

    name: str
    type: Any
    """As Warp has it: a value type, an array, a struct; what a generic one was declared with where it is none."""


@functools.cache
def scalar_header() -> str:
    """The C++ header of operations on scalars that the installed Warp compiles kernels with."""
    return Path(_warp.__file__).with_name("native").joinpath("builtin.h").read_text(encoding="utf-8")


# ---- modules, and what is in them


@contextmanager
def own_modules() -> Generator[None]:
    """Have kernels that are declared inside get Warp modules of their own.

    Warp gives a kernel with ``module="unique"`` the module, and the kernel object, of an equal one that is known, whose
    lines stand in another file. Modules of the same names are back in their places once ``forget`` drops the new ones.
    """
    modules = _warp_context.user_modules
    unique = {name: modules.pop(name) for name in list(modules) if _UNIQUE.search(name) and name not in sys.modules}
    try:
        yield
    finally:
        for name, module in unique.items():
            (_replaced if name in modules else modules)[name] = module


def forget(module_name: str) -> None:
    """Drop every reference that Python and Warp hold to a module; some 180 kB a kernel otherwise."""
    module = forget_module(module_name)
    if module is None:
        return
    # A kernel declared with module="unique" has a Warp module of its own, and may be one declared elsewhere before.
    own = [kernel for kernel in kernels_in(module) if kernel.func.__module__ == module_name]
    for name in {module_name, *(kernel.module.name for kernel in own)}:
        warp_module = _warp_context.user_modules.pop(name, None)
        if warp_module is not None:
            warp_module._detach_references()
            for table in (warp_module.kernels, warp_module.functions, warp_module.structs):
                table.clear()
        if name in _replaced:
            _warp_context.user_modules[name] = _replaced.pop(name)
    module.__dict__.clear()


def kernels_in(module: ModuleType) -> list[Any]:
    """The kernels that a Python module names, and those that are declared in it, in order of their source lines.

    Warp registers each kernel in a module of its own: the Python module's, one that the kernel has to itself
    (``module="unique"``), or one that its author named. So kernels are found wherever a program keeps them.
    """
    found = {id(value): value for value in vars(module).values() if is_kernel(value)}
    for name, registered in list(_warp_context.user_modules.items()):
        for kernel in registered._get_live_kernels():
            if name == module.__name__ or kernel.func.__module__ == module.__name__:
                found.setdefault(id(kernel), kernel)
    return sorted(found.values(), key=lambda kernel: (kernel.adj.fun_lineno, kernel.key))


def kernels_of(module: ModuleType) -> list[Any]:
    """Those of a module's kernels that are declared in it."""
    return [kernel for kernel in kernels_in(module) if kernel.func.__module__ == module.__name__]


# ---- what an object is


def is_kernel(obj: object) -> bool:
    """Whether an object is a Warp kernel."""
    return isinstance(obj, _warp_context.Kernel)


def is_function(obj: Any) -> bool:
    """Whether an object is a Warp function of the user's."""
    return isinstance(obj, _warp_context.Function) and obj.func is not None


def is_builtin(obj: Any) -> bool:
    """Whether an object is a function that Warp itself provides."""
    return isinstance(obj, _warp_context.Function) and obj.func is None


def is_struct(obj: object) -> bool:
    """Whether an object is a Warp struct type."""
    return isinstance(obj, _warp_codegen.Struct)


def is_array(kind: Any) -> bool:
    """Whether a type is an array's, indexed or not."""
    return _warp_types.is_array(kind)


def is_value_type(obj: object) -> bool:
    """Whether an object is the type of a number, vector, matrix, quaternion or transform."""
    return isinstance(obj, type) and (obj in _warp_types.scalar_and_bool_types or hasattr(obj, "_wp_scalar_type_"))


def is_written_plainly(kind: Any) -> bool:
    """Whether an annotation is an array, a struct or a value; a tile's, say, has parts that no short text gives."""
    return is_array(kind) or is_struct(kind) or kind is Any or kind in (float, int, bool) or is_value_type(kind)


def is_type_variable(kind: Any) -> bool:
    """Whether an annotation is one of Warp's own that stand for several types, as ``wp.Scalar`` does."""
    return isinstance(kind, TypeVar) and getattr(wp, kind.__name__, None) is kind


# ---- kernels and functions


def source_of(obj: Any) -> str:
    """The source of a kernel or function, as Warp recorded it when it was declared."""
    return obj.adj.source


def built_tree_of(obj: Any) -> ast.Module:
    """The tree that Warp builds a kernel or function of: its source's, with what was put into it since."""
    return obj.adj.tree


def is_rewritten(obj: Any) -> bool:
    """Whether something was put into the tree of a kernel or function by whoever declared it."""
    return bool(obj.adj.transformers)


def function_put_in(node: ast.AST) -> Any:
    """The function that Warp has put where a ``wp.static`` was; None for any other part of a tree."""
    return getattr(node, "warp_func", None)


def outer_value(obj: Any, name: str) -> Any:
    """What a name that is not a kernel's or function's own stands for in it; None if that is nothing."""
    found = obj.adj.resolve_external_reference(name)
    return found if found is not None else getattr(wp, name, getattr(builtins, name, None))


def builtin_named(name: str) -> Any:
    """The function that Warp provides under a name; None if there is none."""
    return _warp_context.builtin_functions.get(name)


def key_of(function: Any) -> str:
    """The name under which Warp provides a function."""
    return function.key


def defaults_of(obj: Any) -> dict[str, Any]:
    """What the last parameters of a kernel or function are where nothing is given for them."""
    parameters = inspect.signature(obj.func).parameters
    return {name: each.default for name, each in parameters.items() if each.default is not inspect.Parameter.empty}


def tree_of(obj: Any) -> ast.AST:
    """The parsed source of a kernel or function."""
    return ast.parse(textwrap.dedent(source_of(obj)))


def first_line_of(obj: Any) -> int:
    """The line of its file that the source of a kernel or function starts at."""
    return obj.adj.fun_lineno


def parameters_of(kernel: Any) -> tuple[Parameter, ...]:
    """The arguments of a concrete kernel."""
    return tuple(Parameter(name=each.label, type=each.type) for each in kernel.adj.args)


def declared_parameters_of(obj: Any) -> tuple[Parameter, ...]:
    """The annotated arguments of a kernel or function as it is written: of an instance, those of the generic one."""
    declared = obj if obj.generic_parent is None else obj.generic_parent
    return tuple(Parameter(name=name, type=kind) for name, kind in declared.adj.arg_types.items())


def called_by(obj: Any) -> list[Any]:
    """The functions that a kernel or function refers to, those that Warp provides among them."""
    _, _, functions = obj.adj.get_references()
    return list(functions)


def reached_from(kernel: Any, *, rules: bool = True) -> Generator[Any]:
    """A kernel and each function of the user's that it may come to, once, overloads apart.

    Args:
        kernel: a live one.
        rules: whether gradients and replays of the user's are among them.
    """
    pending, seen = [kernel], set[int]()
    while pending:
        each = pending.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            functions = filter(is_function, called_by(each))
            pending += [part for function in functions for part in (parts_of if rules else overloads_of)(function)]


def depends_on_block(kernel: Any) -> bool:
    """Whether a kernel, or a function that it reaches, asks for a tile that is as large as its block, or cut by it."""
    return any(_OF_BLOCK.search(source_of(each)) for each in reached_from(kernel))


def instances_of(kernel: Any) -> list[Any]:
    """The kernel itself, or the concrete instances of a generic one, by the types they were made for."""
    if not kernel.is_generic:
        return [kernel]
    return [kernel.overloads[key] for key in sorted(kernel.overloads)]


def is_instance(kernel: Any) -> bool:
    """Whether a kernel is an instance of a generic one."""
    return kernel.generic_parent is not None


def options_of(kernel: Any) -> dict[str, Any]:
    """The options that a live kernel has, from its own declaration, its module and ``wp.config``, as JSON values.

    What a declaration says of ``grid_stride`` stands for the default of its module. Texts are made in release mode
    whatever ``wp.config.mode`` is.
    """
    resolved = kernel.module.resolve_options(wp.config) | kernel.options
    if kernel.options.get("grid_stride") is not None:
        resolved["default_grid_stride"] = kernel.options["grid_stride"]
    fixed = {"deterministic": resolved["deterministic"].name, "mode": DEFAULTS["mode"]}
    return {name: resolved[name] for name in DEFAULTS} | fixed


def decorator_options_of(kernel: Any) -> dict[str, Any]:
    """What ``wp.kernel`` was given where a kernel was declared, by name; options of a module of its own among them."""
    known = inspect.signature(wp.kernel).parameters
    found = {name: value for name, value in kernel.options.items() if name in known and _is_literal(value)}
    if not _UNIQUE.search(kernel.module.name):
        return found
    fresh = _warp_context.Module("irsmith_fresh").options
    own = {
        name: value
        for name, value in kernel.module.options.items()
        if name in fresh and fresh[name] != value and _is_literal(value)
    }
    return found | {"module": "unique"} | ({"module_options": own} if own else {})


def _is_literal(value: Any) -> bool:
    return type(value) in (bool, int, str) or (
        isinstance(value, tuple) and all(map(_is_literal, cast("tuple[Any, ...]", value)))
    )


def launch_rank(kernel: Any) -> int:
    """The number of indices that the kernel's ``wp.tid()`` gives; at least 1."""
    kernel.adj.get_references()  # which also finds the calls of wp.tid()
    return max(1, kernel.adj.kernel_dim)


def overloads_of(function: Any) -> list[Any]:
    """A function's overloads as written, in the order of their lines."""
    written = [*function.user_overloads.values(), *function.user_templates.values()]
    overloads = [each for each in written if each.generic_parent is None] or [function]
    return sorted(overloads, key=lambda each: each.adj.fun_lineno)


def callable_overloads_of(function: Any) -> list[Any]:
    """What a call of a function may mean: its overloads of settled types, then those with type variables."""
    return [*function.user_overloads.values(), *function.user_templates.values()] or [function]


def has_type_variables(function: Any) -> bool:
    """Whether an overload is declared for arguments of several types."""
    return any(_warp_types.type_is_generic(kind) for kind in function.input_types.values())


def declared_types_of(function: Any) -> dict[str, Any]:
    """The types that a function's arguments are declared with, by name."""
    return dict(function.input_types)


def is_by_reference(kind: Any) -> bool:
    """Whether an argument of this declared type is changed where the caller keeps it."""
    return type(kind).__name__ == "Reference"


def is_native(function: Any) -> bool:
    """Whether a function's body is C++ or CUDA of the user's."""
    return getattr(function, "native_snippet", None) is not None


def has_gradient_of_its_own(function: Any) -> bool:
    """Whether one overload of a function was given a gradient or a replay by hand."""
    return any(each.custom_grad_func or each.custom_replay_func for each in overloads_of(function))


def parts_of(function: Any) -> list[Any]:
    """What declares a function together: its overloads as written, then gradients and replays of the user's."""
    overloads = overloads_of(function)
    customs = [
        custom
        for each in overloads
        for custom in (each.custom_grad_func, each.custom_replay_func)
        if custom is not None
    ]
    return [*overloads, *customs]


def custom_parts_of(function: Any) -> list[tuple[str, Any]]:
    """The gradients and replays of the user's that a function has, each with the name of its decorator."""
    return [
        (what, custom)
        for each in overloads_of(function)
        for what, custom in (("func_grad", each.custom_grad_func), ("func_replay", each.custom_replay_func))
        if custom is not None
    ]


# ---- the functions that Warp provides


def lacks_adjoint(name: str) -> bool:
    """Whether a function of Warp's is one that no derivative goes through."""
    functions = _warp_context.builtin_functions
    return name in functions and not functions[name].is_differentiable


@functools.cache
def visible_builtins() -> tuple[str, ...]:
    """The functions that Warp itself provides to kernels, without those that it has written in Python, sorted."""
    found: list[str] = []
    for name, each in _warp_context.builtin_functions.items():
        overloads = getattr(each, "overloads", None) or [each]
        if each.func is None and not all(overload.hidden for overload in overloads):
            found.append(name)
    return tuple(sorted(found))


def groups_of_builtins() -> dict[str, str]:
    """Every function that Warp provides, hidden ones too, to its group in Warp's documentation."""
    return {name: each.group for name, each in _warp_context.builtin_functions.items()}


def is_builtin_name(name: str) -> bool:
    """Whether a kernel may use a function or a value type of Warp's by this bare name, without importing it."""
    return name in _warp_context.builtin_functions or is_value_type(getattr(wp, name, None))


# ---- what launches are given


def members_of(struct: Any) -> tuple[tuple[str, Any, int], ...]:
    """The fields of a struct type: name, type, and how far from its beginning each lies in memory."""
    return tuple((name, each.type, getattr(struct.ctype, name).offset) for name, each in struct.vars.items())


def array_at(address: int) -> Any:
    """The descriptor of an array, with ``data``, ``shape`` and ``strides``, that lies at an address."""
    return _warp_types.array_t.from_address(address)


def indexed_array_at(address: int) -> Any:
    """The descriptor of an indexed array, with ``data``, ``indices`` and ``shape``, that lies at an address."""
    return _warp_types.indexedarray_t.from_address(address)


def element_layout(kind: Any) -> Any:
    """How an array's element lies in memory, as a NumPy dtype, which has the shape of a vector or matrix in it."""
    if is_struct(kind):
        return _np.dtype(kind.numpy_dtype())
    scalar, shape, _ = parts_of_value_type(kind)
    name = {float: "float32", int: "int32", bool: "bool"}.get(kind) or (scalar or kind).__name__
    return _np.dtype((numpy_dtype(name), shape))


def grid_dimensions(grid: Any) -> tuple[int, int, int]:
    """The cells of a hash grid along each axis."""
    return grid._dim_x, grid._dim_y, grid._dim_z


# ---- types


def array_class(kind: Any) -> str:
    """The name of an array type's class: ``array``, ``indexedarray`` …"""
    return _warp_codegen.concrete_array_type(kind).__name__


def plain_array_of(element: Any, rank: int) -> Any:
    """The type of an array of elements of a type."""
    return wp.array(dtype=element, ndim=rank)


def plain_array(kind: Any) -> Any:
    """The type of the array that is looked at through an indexed one, or one of Fabric's."""
    return plain_array_of(kind.dtype, kind.ndim)


def name_in_texts(struct: Any) -> str:
    """The name that a struct has in Warp's generated text, which structs of one name and other fields do not share."""
    return struct.native_name


def fields_of(struct: Any) -> tuple[Parameter, ...]:
    """The fields of a struct type."""
    return tuple(Parameter(name=name, type=each.type) for name, each in struct.vars.items())


def parts_of_value_type(kind: Any) -> tuple[Any, tuple[int, ...], str]:
    """The scalar type, shape and Warp's word for the form of a vector, matrix, quaternion or transform type.

    Of any other type the scalar type is None, the shape and the word are empty.
    """
    generic = getattr(kind, "_wp_generic_type_str_", "")
    return getattr(kind, "_wp_scalar_type_", None), tuple(getattr(kind, "_shape_", ())), generic


def numbers_of(value: Any) -> Sequence[Any] | None:
    """The Python numbers that a constant of a vector's, matrix's or number's type of Warp's holds, row by row.

    None if the object is none.
    """
    if hasattr(value, "_wp_scalar_type_"):
        flat = [component for row in value for component in (row if hasattr(row, "__len__") else (row,))]
        return [getattr(component, "value", component) for component in flat]
    return [value.value] if type(value) in _warp_types.scalar_types else None
