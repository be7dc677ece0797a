"""Access to facts about live Warp kernels and functions that Warp keeps in private attributes.

This module neither makes nor runs texts, so the oracle may use it.
"""

import ast
import builtins
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import warp as _warp
import warp._src.codegen as _codegen  # noqa: TID251
import warp._src.context as _context  # noqa: TID251
import warp._src.types as _types  # noqa: TID251

from synthesis.frontends import holding
from synthesis.frontends.loading import forget_module
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.type_introspection import Parameter, is_value_type

wp: Any = _warp
_warp_codegen: Any = _codegen
_warp_context: Any = _context
_warp_types: Any = _types

_UNIQUE = re.compile(r"_[0-9a-f]{8}$")
"""Matches the end of the name that Warp gives to a kernel's own module."""
_OF_BLOCK = re.compile(
    r"\b(?:tile|untile|tile_i?fft|tile_rand[fi]|tile_stack|tile_(?:bvh|mesh)_query_\w+|\w+_tiled)\s*\("
)
"""Matches calls of Warp functions whose tiles have an element, or a part, for each thread of a block."""
TYPES_AND_BUILT_INS: tuple[Any, ...] = tuple(
    getattr(wp, name) for name in ("array", "tile", "tile_stack") if hasattr(wp, name)
)
"""Warp types whose names kernels call as built-ins."""
_replaced: dict[str, Any] = {}
"""Warp modules, by name, that were displaced by modules of loaded sources with the same names."""


@functools.cache
def scalar_header() -> str:
    """Return the C++ header of scalar operations with which the installed Warp compiles kernels."""
    return Path(_warp.__file__).with_name("native").joinpath("builtin.h").read_text(encoding="utf-8")


# ---- modules and their kernels


@contextmanager
def own_modules() -> Generator[None]:
    """Give separate Warp modules to kernels that are declared inside the ``with`` block.

    For a kernel with ``module="unique"``, Warp reuses the module and the kernel object of an equal known kernel, whose
    lines are in another file. Displaced modules are restored when ``forget`` drops the new ones of the same names.
    """
    modules = _warp_context.user_modules
    unique = {name: modules.pop(name) for name in list(modules) if _UNIQUE.search(name) and name not in sys.modules}
    try:
        yield
    finally:
        for name, module in unique.items():
            (_replaced if name in modules else modules)[name] = module


def forget(module_name: str) -> None:
    """Drop every reference of Python and Warp to a module; otherwise each kernel keeps about 180 kB of memory."""
    module = forget_module(module_name)
    if module is None:
        return
    # A kernel declared with module="unique" has a Warp module of its own, and may be one that was declared elsewhere
    # before.
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
    """Return the kernels that a Python module refers to or declares, in the order of their source lines.

    Warp registers each kernel in a Warp module: that of the Python module, one for this kernel alone
    (``module="unique"``), or one that its author named. So kernels are found wherever a program keeps them.
    """
    found = {id(value): value for value in vars(module).values() if is_kernel(value)}
    for name, registered in list(_warp_context.user_modules.items()):
        for kernel in registered._get_live_kernels():
            if name == module.__name__ or kernel.func.__module__ == module.__name__:
                found.setdefault(id(kernel), kernel)
    return sorted(found.values(), key=lambda kernel: (kernel.adj.fun_lineno, kernel.key))


def kernels_of(module: ModuleType) -> list[Any]:
    """Return the kernels that a module declares, and those that functions of its package or folder made for it."""
    own = [kernel for kernel in kernels_in(module) if kernel.func.__module__ == module.__name__]
    known = {id(kernel) for kernel in own}
    reachable = [value for value in vars(module).values() if is_kernel(value)]
    reachable += [value for _, value in holding.contained_in(module, is_kernel)]
    made = {id(each): each for each in reachable if id(each) not in known and _is_made_for(each, module)}
    return own + sorted(made.values(), key=lambda kernel: (kernel.func.__module__, kernel.adj.fun_lineno, kernel.key))


def _is_made_for(kernel: Any, module: ModuleType) -> bool:
    return holding.is_made_by_call(kernel.func) and holding.is_near(kernel.func.__module__, module)


# ---- kinds of objects


def is_kernel(obj: object) -> bool:
    """Return whether an object is a Warp kernel."""
    return isinstance(obj, _warp_context.Kernel)


def is_function(obj: Any) -> bool:
    """Return whether an object is a Warp function defined by the user."""
    return isinstance(obj, _warp_context.Function) and obj.func is not None


def is_builtin(obj: Any) -> bool:
    """Return whether an object is a function that Warp itself provides."""
    return isinstance(obj, _warp_context.Function) and obj.func is None


# ---- kernels and functions


def source_of(obj: Any) -> str:
    """Return the source of a kernel or function, as Warp recorded it when it was declared."""
    return obj.adj.source


def built_tree_of(obj: Any) -> ast.Module:
    """Return the tree from which Warp builds a kernel or function: its parsed source, with later replacements."""
    return obj.adj.tree


def is_rewritten(obj: Any) -> bool:
    """Return whether the declaring code has transformed the tree of a kernel or function."""
    return bool(obj.adj.transformers)


def function_put_in(node: ast.AST) -> Any:
    """Return the function with which Warp has replaced a ``wp.static`` call; None for any other node."""
    return getattr(node, "warp_func", None)


def outer_value(obj: Any, name: str) -> Any:
    """Return the value of a name that is not local to a kernel or function; None if it has none."""
    found = obj.adj.resolve_external_reference(name)
    return found if found is not None else getattr(wp, name, getattr(builtins, name, None))


def builtin_named(name: str) -> Any:
    """Return the function that Warp provides under a name; None if there is none."""
    return _warp_context.builtin_functions.get(name)


def key_of(function: Any) -> str:
    """Return the name under which Warp provides a function."""
    return function.key


def name_in_texts(function: Any) -> str:
    """Return the name that texts number a user's function by: the one that its decorator gives it, or its own."""
    own = function.func
    return own.__name__ if function.key == _warp_codegen.make_full_qualified_name(own) else function.key


def inline_of(function: Any) -> bool | None:
    """Return whether a user's function is always, or never, inlined; None if the compiler decides."""
    return {"forceinline": True, "noinline": False}.get(getattr(function, "inline_hint", None) or "")


def defaults_of(obj: Any) -> dict[str, Any]:
    """Return the default values of the last parameters of a kernel or function, by name."""
    parameters = inspect.signature(obj.func).parameters
    return {name: each.default for name, each in parameters.items() if each.default is not inspect.Parameter.empty}


def tree_of(obj: Any) -> ast.AST:
    """Return the parsed source of a kernel or function."""
    return ast.parse(textwrap.dedent(source_of(obj)))


def first_line_of(obj: Any) -> int:
    """Return the line of the file at which the source of a kernel or function starts."""
    return obj.adj.fun_lineno


def parameters_of(kernel: Any) -> tuple[Parameter, ...]:
    """Return the arguments of a concrete kernel."""
    return tuple(Parameter(name=each.label, type=each.type) for each in kernel.adj.args)


def declared_parameters_of(obj: Any) -> tuple[Parameter, ...]:
    """Return the annotated arguments as declared; for an instance, as the generic kernel or function declares them."""
    declared = obj if obj.generic_parent is None else obj.generic_parent
    return tuple(Parameter(name=name, type=kind) for name, kind in declared.adj.arg_types.items())


def called_by(obj: Any) -> list[Any]:
    """Return the functions that a kernel or function refers to, including built-in ones."""
    _, _, functions = obj.adj.get_references()
    return list(functions)


def reached_from(kernel: Any, *, rules: bool = True) -> Generator[Any]:
    """Yield a kernel and each user function that it may call, once each; overloads are separate items.

    Args:
        kernel: a live kernel.
        rules: whether to include custom gradients and replays.
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
    """Return whether a kernel, or a function that it calls, uses a tile whose size depends on the block's size."""
    return any(_OF_BLOCK.search(source_of(each)) for each in reached_from(kernel))


def instances_of(kernel: Any) -> list[Any]:
    """Return the kernel itself in a list, or the concrete instances of a generic one, sorted by their types."""
    if not kernel.is_generic:
        return [kernel]
    return [kernel.overloads[key] for key in sorted(kernel.overloads)]


def is_instance(kernel: Any) -> bool:
    """Return whether a kernel is an instance of a generic one."""
    return kernel.generic_parent is not None


def options_of(kernel: Any) -> dict[str, Any]:
    """Return the options of a live kernel as JSON values, from its declaration, its module and ``wp.config``.

    ``grid_stride`` in a declaration overrides the default of its module. Texts are made in release mode whatever
    ``wp.config.mode`` is.
    """
    resolved = kernel.module.resolve_options(wp.config) | kernel.options
    if kernel.options.get("grid_stride") is not None:
        resolved["default_grid_stride"] = kernel.options["grid_stride"]
    fixed = {"deterministic": resolved["deterministic"].name, "mode": DEFAULTS["mode"]}
    return {name: resolved[name] for name in DEFAULTS} | fixed


def decorator_options_of(kernel: Any) -> dict[str, Any]:
    """Return the arguments of ``wp.kernel`` in a declaration, by name, including the options of its own module."""
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
    """Return the number of indices that the kernel's ``wp.tid()`` returns; at least 1."""
    kernel.adj.get_references()  # this also finds the calls of wp.tid()
    return max(1, kernel.adj.kernel_dim)


def overloads_of(function: Any) -> list[Any]:
    """Return a function's overloads as written, in the order of their lines."""
    written = [*function.user_overloads.values(), *function.user_templates.values()]
    overloads = [each for each in written if each.generic_parent is None] or [function]
    return sorted(overloads, key=lambda each: each.adj.fun_lineno)


def callable_overloads_of(function: Any) -> list[Any]:
    """Return the overloads that a call may select: those with concrete types, then those with type variables."""
    return [*function.user_overloads.values(), *function.user_templates.values()] or [function]


def has_type_variables(function: Any) -> bool:
    """Return whether an overload is declared with type variables."""
    return any(_warp_types.type_is_generic(kind) for kind in function.input_types.values())


def declared_types_of(function: Any) -> dict[str, Any]:
    """Return the declared types of a function's arguments, by name."""
    return dict(function.input_types)


def is_by_reference(kind: Any) -> bool:
    """Return whether an argument of this declared type is passed by reference, so that the caller sees changes."""
    return type(kind).__name__ == "Reference"


def is_native(function: Any) -> bool:
    """Return whether a function's body is a native snippet of C++ or CUDA."""
    return getattr(function, "native_snippet", None) is not None


def is_grad(obj: Any) -> bool:
    """Return whether an object is ``wp.grad``, which returns the gradient of a function."""
    return obj is not None and obj is getattr(_warp, "grad", None)


def gradient_target(obj: Any) -> Any:
    """Return the function of which an object is the gradient, as ``wp.grad`` returns it; None for other objects."""
    kind = getattr(_warp_context, "GradWrapper", None)
    return obj.func if kind is not None and isinstance(obj, kind) else None


def has_gradient_of_its_own(function: Any) -> bool:
    """Return whether an overload of a function has a custom gradient or replay."""
    return bool(custom_parts_of(function))


def parts_of(function: Any) -> list[Any]:
    """Return all parts of a function's declaration: its overloads as written, then custom gradients and replays."""
    return [*overloads_of(function), *(each for _, each in custom_parts_of(function))]


def custom_parts_of(function: Any) -> list[tuple[str, Any]]:
    """Return a function's custom gradients and replays, each with the name of its decorator."""
    return [part for each in overloads_of(function) for part in rules_of(each)]


def rules_of(overload: Any) -> list[tuple[str, Any]]:
    """Return the custom gradient and replay of one overload, each with the name of its decorator; none of a kernel."""
    written = (("func_grad", "custom_grad_func"), ("func_replay", "custom_replay_func"))
    found = [(what, getattr(overload, name, None)) for what, name in written]
    return [(what, each) for what, each in found if each is not None]


# ---- built-in functions


def lacks_adjoint(name: str) -> bool:
    """Return whether a name is a Warp function through which derivatives do not propagate."""
    functions = _warp_context.builtin_functions
    return name in functions and not functions[name].is_differentiable


@functools.cache
def visible_builtins() -> tuple[str, ...]:
    """Return the sorted names of the functions that Warp provides to kernels, except those written in Python."""
    found: list[str] = []
    for name, each in _warp_context.builtin_functions.items():
        overloads = getattr(each, "overloads", None) or [each]
        if each.func is None and not all(overload.hidden for overload in overloads):
            found.append(name)
    return tuple(sorted(found))


def groups_of_builtins() -> dict[str, str]:
    """Return the group, in Warp's documentation, of every function that Warp provides, including hidden ones."""
    return {name: each.group for name, each in _warp_context.builtin_functions.items()}


def is_builtin_name(name: str) -> bool:
    """Return whether a name is a Warp function or value type that a kernel may use without importing it."""
    return name in _warp_context.builtin_functions or is_value_type(getattr(wp, name, None))
