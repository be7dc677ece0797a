"""Parsed sources of kernels and functions, and the oracle's types for Warp's types."""

import ast
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp import introspection, type_introspection
from synthesis.frontends.warp.containers import indexed_dimensions, is_container
from synthesis.frontends.warp.reference.values import (
    SCALARS,
    ArrayType,
    ArrayView,
    IndexedBuffer,
    StructType,
    ValueType,
    scalar_type,
    value_type,
)

wp: Any = introspection.wp
SCALAR_TYPES: dict[Any, str] = {getattr(wp, name): name for name in SCALARS} | {
    int: "int32",
    float: "float32",
    bool: "bool",
}


def type_of(given: Any) -> Any:
    """Return the oracle's type for an annotation or a Warp type.

    Raises:
        ReferenceUnknownError: for a type that is not modelled.
    """
    if isinstance(given, ValueType | StructType | ArrayType):
        return given
    if isinstance(given, type) and given in SCALAR_TYPES:
        return scalar_type(SCALAR_TYPES[given])
    kind = cast(Any, given)
    if type_introspection.is_struct(kind):
        known = getattr(kind, "_irsmith_type", None)
        if known is None:
            fields = {each.name: type_of(each.type) for each in type_introspection.fields_of(kind)}
            known = kind._irsmith_type = StructType(kind.cls.__name__, fields)
        return known
    if type_introspection.is_array(kind):
        made = type_introspection.array_class(kind)
        if made == "array":
            return ArrayType(type_of(kind.dtype), kind.ndim)
        if is_container(made):
            return ArrayType(type_of(kind.dtype), kind.ndim, made, indexed_dimensions(made, kind.ndim))
    scalar, shape, generic = type_introspection.parts_of_value_type(kind)
    if scalar in SCALAR_TYPES:
        form = "matrix" if len(shape) == 2 else "vector"
        for prefix, name in (("quat", "quaternion"), ("transform", "transform")):
            form = name if generic.startswith(prefix) else form
        return value_type(form, SCALAR_TYPES[scalar], shape)
    raise ReferenceUnknownError(f"the type {getattr(kind, '__name__', kind)}")


class Source:
    """A parsed function.

    Attributes:
        body: its statements.
        parameters: their names, in order.
        own_names: the names of its parameters and variables, which shadow names of its module.
        defaults: the expression of each parameter's default.
        scope: the variables of its module and closure, by name.
        file: the file that contains its source.
        line: the first line of the source in that file.
        written: the kernel or function of Warp.
    """

    def __init__(self, written: Any, text: str, line: int) -> None:
        self.written, function = written, written.func
        tree = ast.parse(textwrap.dedent(text)).body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise ReferenceUnknownError("a kernel that is not declared by def")
        self.body = tree.body
        self.file: str = function.__code__.co_filename
        self.line = line
        self.parameters = [each.arg for each in tree.args.args]
        stored = (node for each in self.body for node in ast.walk(each) if isinstance(node, ast.Name))
        variables = (node.id for node in stored if isinstance(node.ctx, ast.Store))
        self.own_names = frozenset((*self.parameters, *variables))
        self.defaults = dict(zip(reversed(self.parameters), reversed(tree.args.defaults), strict=False))
        self.scope: Mapping[str, Any] = function.__globals__
        if function.__closure__:
            cells = zip(function.__code__.co_freevars, function.__closure__, strict=True)
            self.scope = dict(function.__globals__) | {
                name: cell.cell_contents for name, cell in cells if _filled(cell)
            }


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def source_of(obj: Any) -> Source:
    """Return the parsed source of a kernel or function, as recorded by Warp."""
    known = getattr(obj, "_irsmith_source", None)
    if known is None:
        known = obj._irsmith_source = Source(obj, introspection.source_of(obj), introspection.first_line_of(obj))
    return known


def has_effects(node: ast.AST) -> bool:
    """Return whether evaluating an expression may write memory: atomics, user functions, random numbers."""
    known = getattr(node, "_irsmith_effects", None)
    if known is None:
        known = any(_writes(each) for each in ast.walk(node) if isinstance(each, ast.Call))
        node._irsmith_effects = known  # type: ignore[attr-defined]  # pyright: ignore
    return known


_WRITING = ("atomic_", "rand", "sample_", "poisson", "tile_atomic", "tile_stack_", "dense_")


def _writes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
        return name.endswith(("_next", "_next_tiled")) or name.startswith(_WRITING)
    return isinstance(call.func, ast.Name) and call.func.id not in ("range", "len", "min", "max", "abs", "int", "float")


def fit(function: Any, arguments: Sequence[Any], keywords: Collection[str] = ()) -> int:
    """Return how many arguments have exactly the declared types of a function; -1 if the call does not fit it.

    Args:
        function: an overload.
        arguments: the positional arguments.
        keywords: the names of keyword arguments.
    """
    declared = introspection.declared_types_of(function)
    names = [name for name in declared if name != "return"]
    missing = set(names[len(arguments) :]) - set(keywords) - introspection.defaults_of(function).keys()
    if len(names) < len(arguments) or missing or not set(keywords) <= set(names[len(arguments) :]):
        return -1
    score = 0
    for name, argument in zip(names, arguments, strict=False):
        try:
            kind = type_of(declared[name])
        except ReferenceUnknownError:
            if not _may_be(declared[name], argument):
                return -1
            continue
        if isinstance(argument, ArrayView):
            if not isinstance(kind, ArrayType) or kind.element is not argument.element:
                return -1
            if kind.rank != len(argument.remaining):
                return -1
            if bool(kind.indexed) != isinstance(argument.buffer, IndexedBuffer):
                return -1
        elif kind is not getattr(argument, "type", None):
            return -1
        score += 1
    return score


def _may_be(kind: Any, argument: Any) -> bool:
    """Return whether an argument may have a type that contains type variables."""
    if type_introspection.is_array(kind):
        return isinstance(argument, ArrayView) and kind.ndim == len(argument.remaining)
    scalar, shape, generic = type_introspection.parts_of_value_type(kind)
    if scalar is None:
        return True
    given = getattr(argument, "type", None)
    if not isinstance(given, ValueType) or not generic.startswith(_STEMS.get(given.form, given.form)):
        return False
    return len(shape) == len(given.shape) and all(
        size in (0, other) for size, other in zip(shape, given.shape, strict=True)
    )


_STEMS = {"vector": "vec", "matrix": "mat", "quaternion": "quat"}
"""The beginning of Warp's type names, by form."""
