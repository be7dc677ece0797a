"""Discovery of a user's Warp kernels in live objects and modules, and their specifications."""

import ast
import builtins
import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from synthesis.core.errors import Symptom, UsageError
from synthesis.core.examples import Examples
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.definitions import Definition
from synthesis.frontends.linemap import NO_PLACES, Places
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.provenance import provenance
from synthesis.frontends.sources import SourceCollector
from synthesis.frontends.warp import containers, flattening, introspection, lowering, type_introspection
from synthesis.frontends.warp.expressions import built
from synthesis.frontends.warp.flattening import NotFlatError
from synthesis.frontends.warp.gradients import differentiable
from synthesis.frontends.warp.spelling import array_annotation
from synthesis.frontends.warp.table_inputs import refused, table_of, with_inputs
from synthesis.frontends.warp.writes import is_changed_by_reference, is_field_written, stored_by_tiles

_LIBRARIES = ("warp", "jax", "jaxlib", "torch", "pxr")
_USER_CODE = re.compile(r"warp\.(?:examples|tests|(?:_src\.)?(?:fem|sparse|optim))(?:\.|$)")
"""Modules of Warp that are written like user code. Definitions that they refer to are copied, not imported."""
_CUSTOMARY = {"wp": "import warp as wp"}
_MAKERS = {"vec_t": "vector", "mat_t": "matrix", "quat_t": "quaternion", "transform_t": "transformation"}
_INFINITY = re.compile(r"\binf\b")
_SHORT = {"float32": "float", "int32": "int", "bool": "bool"}


def kernels_in(target: object) -> list[Any]:
    """Return a kernel itself, or the kernels of a module; generic kernels are returned as declared."""
    return introspection.kernels_of(target) if isinstance(target, ModuleType) else [target]


def discover(target: object, examples: Examples, only: int | None) -> list[Kernel | Rejection]:
    """Return the kernels in a live kernel or a module, with each instance of a generic kernel."""
    found: list[Kernel | Rejection] = []
    for number, kernel in enumerate(kernels_in(target)):
        if only not in (None, number):
            continue
        instances = introspection.instances_of(kernel)
        if not instances:
            detail = "a generic kernel that was never given concrete types; call wp.overload() on it first"
            found.append(refused(kernel, Symptom.NO_CONCRETE_TYPES, detail))
        try:
            table = table_of(kernel, examples)
            found += [describe(instance, table) for instance in instances]
        except UsageError as error:
            if kernel.func.__name__ in examples.tables:
                raise
            found.append(refused(kernel, Symptom.NO_EXAMPLE_ARGUMENTS, f"its example: {error}"))
    return found


def describe(kernel: Any, table: Mapping[str, Any]) -> Kernel:
    """Return a live, concrete kernel with its specification, and the inputs that a table gives for its arguments.

    If the kernel's own lines do not define it, its source is written out from the tree that Warp builds, where
    possible.

    Args:
        kernel: a live kernel.
        table: the inputs of its arguments, by name.

    Raises:
        ConfigError: if the table names an argument that the kernel lacks, or does not fit one.
    """
    found = _best_source(kernel)
    origin, licence = provenance(kernel.func, introspection.first_line_of(kernel))
    documentation = inspect.getdoc(kernel.func) or ""
    spec = KernelSpec(
        frontend="warp",
        name=kernel.func.__name__,
        category="extracted",
        source=found.source,
        description=documentation.partition("\n")[0],
        signature=with_inputs(signature_of(kernel, found.named), table, kernel.func.__name__),
        origin=origin,
        licence=licence,
        self_contained=found.whole,
    )
    return Kernel(spec=spec, live=kernel, places=found.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KernelSource:
    """The source of a live kernel."""

    source: str
    places: Places = NO_PLACES
    whole: bool = True
    named: Callable[[Any], str] | None = None
    """Returns the name of a struct in the source; None if structs keep their class names."""


def _best_source(kernel: Any) -> _KernelSource:
    """Return a kernel's source: its own lines if they only define the kernel, else a source written from its tree."""
    if flattening.is_rewritten(kernel) and (flat := _written_out(kernel)) is not None:
        return flat
    try:
        own = _own_lines(kernel)
    except OSError:  # a class that was created without source text
        flat = _written_out(kernel)
        if flat is None:
            raise
        return flat
    if own.whole and more_than_a_kernel(own.source) is None:
        return own
    flat = _written_out(kernel)
    if flat is None or (own.whole and more_than_a_kernel(flat.source) is not None):
        return own
    return flat


def _written_out(kernel: Any) -> _KernelSource | None:
    """Return a kernel as self-contained source, see :mod:`~.flattening`; None if that is not possible."""
    try:
        flat = flattening.flatten(kernel, _literal, type_name)
    except NotFlatError:
        return None
    return _KernelSource(
        source=flat.source, named=lambda struct: flat.structs[type_introspection.name_in_texts(struct)]
    )


def _own_lines(kernel: Any) -> _KernelSource:
    """Return the source lines of a kernel and of everything that they refer to."""
    collector = SourceCollector(
        unwrap=_unwrap,
        literal=_literal,
        is_library=_is_library,
        customary=_CUSTOMARY,
        spell=type_name,
        implicit=introspection.is_builtin_name,
        built=built,
    )
    parameters = introspection.parameters_of(kernel)
    structs = {
        class_name(kind): kind
        for kind in (getattr(argument.type, "dtype", argument.type) for argument in parameters)
        if introspection.is_instance(kernel) and type_introspection.is_struct(kind)
    }
    source = collector.collect(_definition(kernel, "kernel"), structs)
    if introspection.is_instance(kernel):
        types = ", ".join(type_name(argument.type) for argument in parameters)
        source += f"\n\nwp.overload({kernel.func.__name__}, [{types}])\n"
    return _KernelSource(source=source, places=collector.places, whole=not collector.missing)


def signature_of(kernel: Any, named: Callable[[Any], str] | None = None) -> Signature:
    """Return the types and ranks in a live kernel's declaration, without shapes, domains and launch sizes.

    Args:
        kernel: a concrete kernel.
        named: returns the name of a struct in the kernel's source; None if structs keep their class names.
    """
    tree, scope = introspection.tree_of(kernel), kernel.func.__globals__
    parameters = introspection.parameters_of(kernel)
    written = lowering.written_arguments(kernel)
    unrecorded = (stored_by_tiles, is_changed_by_reference)
    written |= {each.name for each in parameters if any(found(tree, each.name, scope) for found in unrecorded)}
    arguments = tuple(
        _with_roles(_argument(each.name, each.type, each.name in written, named), tree, scope) for each in parameters
    )
    leaves = [leaf for each in arguments for leaf in each.spread()]
    return Signature(
        arguments=arguments,
        launch=(None,) * introspection.launch_rank(kernel),
        differentiable=differentiable(leaves, tree),
        options=introspection.options_of(kernel),
    )


def _with_roles(argument: Argument, tree: ast.AST, scope: Any) -> Argument:
    """Return a struct that holds arrays, with the role INOUT for each array that the kernel may write."""
    if not argument.is_bundle:
        return argument
    named = containers.names_in_source(argument.spread())
    leaves = {
        each.name: replace(each, role=Role.INOUT)
        for each in argument.spread()
        if (name := named[each.name]) and "." in name and each.shape is not None
        and is_field_written(tree, name, scope)
    }  # fmt: skip
    return argument.gather(leaves) if leaves else argument


def _argument(name: str, kind: Any, written: bool, named: Callable[[Any], str] | None = None) -> Argument:
    is_array = type_introspection.is_array(kind)
    if is_array and containers.is_container(type_introspection.array_class(kind)):
        return _container(name, kind, written)
    element = kind.dtype if is_array else kind
    scalar, shape, _ = type_introspection.parts_of_value_type(element)
    is_struct = type_introspection.is_struct(element)
    fields = tuple(
        _argument(each.name, each.type, written=False, named=named)
        for each in (type_introspection.fields_of(element) if is_struct else ())
    )
    return Argument(
        name=name,
        type_name=type_name(kind, named or class_name),
        dtype=named(element) if is_struct and named is not None else _scalar_name(scalar or element),
        element=shape,
        shape=(None,) * kind.ndim if is_array else None,
        role=Role.INOUT if is_array and written else Role.INPUT,
        fields=fields or ((containers.NOTHING,) if is_struct else ()),
    )


def _container(name: str, kind: Any, written: bool) -> Argument:
    """Return the argument for an array that refers to others, with its data and indices as fields."""
    made = type_introspection.array_class(kind)
    data = _argument(containers.DATA, type_introspection.plain_array(kind), written)
    indices = tuple(
        _argument(f"{containers.INDICES}{axis}", type_introspection.plain_array_of(int, 1), written=False)
        for axis in range(containers.indexed_dimensions(made, kind.ndim))
    )
    return Argument(
        name=name,
        type_name=type_name(kind),
        dtype=made,
        role=data.role,
        fields=(replace(data, type_name=type_name(kind)), *indices),
    )


def _scalar_name(kind: Any) -> str:
    builtin = {float: "float32", int: "int32", bool: "bool"}
    return builtin.get(kind) or getattr(kind, "__name__", None) or getattr(kind, "key", str(kind))


def class_name(struct: Any) -> str:
    """Return the name of the class from which a struct was declared."""
    return struct.cls.__name__


def type_name(kind: Any, named: Callable[[Any], str] = class_name) -> str:
    """Return a type as users of Warp write it.

    Args:
        kind: a value type, an array or a struct.
        named: returns the name of a struct.
    """
    if type_introspection.is_array(kind):
        element = type_name(kind.dtype, named)
        made = type_introspection.array_class(kind)
        if made == "array":
            return array_annotation(element, kind.ndim)
        rank = f", ndim={kind.ndim}" if kind.ndim != 1 else ""  # the other classes cannot be subscripted
        return f"wp.{made}(dtype={element}{rank})"
    if type_introspection.is_struct(kind):
        return named(kind)
    if kind is Any:
        return "Any"
    name = _scalar_name(kind)
    if name in _SHORT:
        return _SHORT[name]
    # A vector, matrix or quaternion type that has no name in wp is spelled by its constructor.
    scalar, sizes, form = type_introspection.parts_of_value_type(kind)
    make = _MAKERS.get(form)
    if make is not None and not hasattr(introspection.wp, name):
        shape = ", ".join(str(each or "Any") for each in sizes)  # Warp stores 0 for a size that is not fixed
        size = {"vector": f"length={shape}, ", "matrix": f"shape=({shape}), "}.get(make, "")
        return f"wp.types.{make}({size}dtype=wp.{_scalar_name(scalar)})"
    module = "wp" if getattr(introspection.wp, name, None) is kind else getattr(kind, "__module__", "")
    return f"{module}.{name}"


def _unwrap(value: Any) -> Definition | None:
    if introspection.is_function(value):
        first, *others = (_definition(each, "func") for each in introspection.parts_of(value))
        return replace(first, beside=tuple(others))
    if type_introspection.is_struct(value):
        source = inspect.getsource(value.cls)
        return Definition(value.cls, after="" if "@" in source.partition("class")[0] else _wrapped(value.cls, "struct"))
    if inspect.isfunction(value) or inspect.isclass(value):
        return Definition(value)
    if isinstance(value, functools._lru_cache_wrapper):  # pyright: ignore[reportPrivateUsage]
        return Definition(value.__wrapped__)
    return None


def _definition(obj: Any, kind: str) -> Definition:
    """Return a kernel's or function's definition, followed by a declaration if no decorator declares it."""
    source, line = _without_static(introspection.source_of(obj), introspection.first_line_of(obj))
    source, line = _with_own_options(obj, source, line, kind)
    decorators = source.partition("def ")[0]
    return Definition(
        obj.func,
        source,
        line,
        annotations={
            each.name: type_name(each.type)
            for each in introspection.declared_parameters_of(obj)
            if type_introspection.is_written_plainly(each.type)
        },
        after="" if "@" in decorators else _wrapped(obj.func, kind, _options_of(obj, kind)),
    )


def _without_static(source: str, line: int) -> tuple[str, int]:
    """Return the source of a static method without ``@staticmethod``, and its first line."""
    first, _, others = source.partition("\n")
    return (others, line + 1) if first.strip() == "@staticmethod" else (source, line)


def _options_of(obj: Any, kind: str) -> dict[str, Any]:
    """Return the options in a kernel's decorator; none for a function, whose only option is its module."""
    return introspection.decorator_options_of(obj) if kind == "kernel" else {}


def _with_own_options(obj: Any, source: str, line: int, kind: str) -> tuple[str, int]:
    """Return a source whose Warp decorator has its options as literals.

    A decorator is replaced if it is not Warp's, or if it refers to local names of an enclosing function.

    Args:
        obj: a kernel or a function.
        source: its source.
        line: the first line of the source.
        kind: ``kernel`` or ``func``.

    Returns:
        The source, and its first line as if the decorator stood directly above its ``def``.
    """
    dedented = textwrap.dedent(source)
    tree = ast.parse(dedented).body[0]
    if not isinstance(tree, ast.FunctionDef) or not tree.decorator_list:
        return source, line
    scope = obj.func.__globals__
    made_by = [_root_of(each, scope) for each in tree.decorator_list]
    if any(name in _OF_OTHERS for _, name in made_by) or any(module == "synthesis" for module, _ in made_by):
        return source, line
    names = {each.id for decorator in tree.decorator_list for each in ast.walk(decorator) if isinstance(each, ast.Name)}
    if made_by == [("warp", kind)] and names <= scope.keys() | vars(builtins).keys():
        return source, line
    given = ", ".join(f"{name}={value!r}" for name, value in _options_of(obj, kind).items())
    lines = dedented.split("\n")[tree.lineno - 1 :]
    return "\n".join([f"@wp.{kind}({given})" if given else f"@wp.{kind}", *lines]), line + tree.lineno - 2


def _root_of(decorator: ast.expr, scope: Mapping[str, Any]) -> tuple[str, str]:
    """Return the package and name of a decorator; both are empty for a decorator of the user."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = scope.get(node.value.id)
        return (module.__name__.partition(".")[0], node.attr) if isinstance(module, ModuleType) else ("", "")
    found = scope.get(node.id) if isinstance(node, ast.Name) else None
    home, name = getattr(found, "__module__", "") or "", getattr(found, "__name__", "")
    root = home.partition(".")[0]
    return (root, name) if root in ("warp", "synthesis") else ("", "")


_OF_OTHERS = ("func_native", "func_grad", "func_replay")
"""Decorators whose arguments are not options but code, or the function to which the decorated one belongs."""


def _wrapped(obj: Any, kind: str, options: Mapping[str, Any] | None = None) -> str:
    given = [f"{name}={value!r}" for name, value in (options or {}).items() if isinstance(value, bool | int)]
    return f"{obj.__name__} = wp.{kind}({', '.join([obj.__name__, *given])})"


def _literal(value: Any) -> str | None:
    """Return a Warp constant as text: a type, a built-in function, a scalar, or a vector or matrix with components."""
    if type_introspection.is_value_type(value):
        # In a kernel's body, float(x) and wp.float32(x) are different casts, so the short name is not used.
        return f"wp.{value.__name__}" if value.__name__ in _SHORT else type_name(value)
    kind: Any = value.__class__
    if introspection.is_builtin(value):
        return f"wp.{value.key}"
    numbers = type_introspection.numbers_of(value)
    if numbers is None:
        return None
    name = f"wp.{kind.__name__}" if kind.__name__ in _SHORT else type_name(kind)
    written = (str(each) if hasattr(each, "dtype") else repr(each) for each in numbers)
    return f"{name}({', '.join(_INFINITY.sub('wp.inf', each) for each in written)})"


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in _LIBRARIES and _USER_CODE.match(module) is None
