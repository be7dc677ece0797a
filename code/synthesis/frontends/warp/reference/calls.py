"""The evaluator of calls: built-ins, user functions, constructors, and constructs that exist only as calls."""

import ast
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp import introspection, type_introspection
from synthesis.frontends.warp.reference.arms import SELECTING, note_arms
from synthesis.frontends.warp.reference.expressions import Expressions
from synthesis.frontends.warp.reference.gradients import gradient_of
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.references import REFERRED, referred_of
from synthesis.frontends.warp.reference.rule_arms import note_rules
from synthesis.frontends.warp.reference.semantics import SEMANTICS, construct
from synthesis.frontends.warp.reference.sources import fit, source_of, type_of
from synthesis.frontends.warp.reference.values import (
    BOOL,
    INT32,
    Array,
    ArrayView,
    BuiltIn,
    Frame,
    Gradient,
    Query,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    scalar_type,
)

_DEEPEST = 40
_OF_LIBRARY = frozenset({
    "acos", "asin", "atan", "atan2", "cbrt", "cos", "cosh", "erf", "erfc", "erfcinv", "erfinv", "exp", "log", "log10",
    "log2", "pow", "sin", "sinh", "tan", "tanh",
})  # fmt: skip
"""Functions of C's library, which rounds them as it likes."""
_ATOMICS = ("add", "sub", "min", "max", "and", "or", "xor", "exch", "cas")
_NEXT = {
    "mesh_query_aabb_next": "mesh_query",
    "mesh_query_next": "mesh_query",
    "bvh_query_next": "bvh_query",
    "hash_grid_query_next": "hash_grid_query",
}
"""The functions that return the next item of a query, and the kind of query of each."""
_NEXT_OF_A_BLOCK = {
    "tile_bvh_query_next": "tile_bvh_query",
    "bvh_query_next_tiled": "tile_bvh_query",
    "tile_mesh_query_aabb_next": "tile_mesh_query",
    "mesh_query_aabb_next_tiled": "tile_mesh_query",
}
"""The functions that return the next item of a query by a block of threads, and the kind of query of each."""
_INTO = frozenset({"quat_to_axis_angle", "svd3", "svd2", "qr3", "eig3"})
"""Functions of one argument with several results. They may be called with further arguments to store the results in."""
_SIDE = ("sign", "face", "u", "v")
_QUERIES_INTO = {
    "mesh_query_point": (3, _SIDE),
    "mesh_query_point_no_sign": (3, _SIDE[1:]),
    "mesh_query_point_sign_normal": (3, _SIDE),
    "mesh_query_point_sign_parity": (3, _SIDE),
    "mesh_query_point_sign_winding_number": (3, _SIDE),
    "mesh_query_furthest_point_no_sign": (3, _SIDE[1:]),
    "mesh_query_ray": (4, ("t", "u", "v", "sign", "normal", "face")),
}
"""Queries of meshes that may be called with variables to store the answer in: their position, and what they are."""
_PYTHON = {"int": int, "float": float}
"""Conversions that are also written ``wp.int(x)`` and ``wp.float(x)``."""
MODELLED = frozenset(SEMANTICS) | {
    *_PYTHON,
    "grad", "tid", "static", "spatial_vector", *_NEXT, *_NEXT_OF_A_BLOCK, *(f"atomic_{name}" for name in _ATOMICS)
}  # fmt: skip
"""Every built-in that the oracle models, including types that are called."""


class Calls:
    """The evaluator of calls on a machine. Its methods take an evaluator of expressions for the arguments.

    Args:
        machine: the machine of the lanes.
        run: runs the statements of a function in some lanes, and returns the lanes that continue.
    """

    def __init__(self, machine: Machine, run: Callable[[Sequence[ast.stmt], Array, Frame], Array]) -> None:
        self._machine = machine
        self._run = run
        self._depth = 0

    def call(
        self, node: ast.Call, frame: Frame, expressions: Expressions, *, is_used: bool = True, results: int = 1
    ) -> Any:
        """Return a call's result; ``is_used`` is whether it is used, ``results`` how many values it is unpacked to."""
        if (isinstance(node.func, ast.Attribute) and node.func.attr == "static") or (
            isinstance(node.func, ast.Name) and node.func.id == "static"
        ):
            return self._static(node.args[0], frame, expressions)
        called = expressions.value(node.func, frame)
        if isinstance(called, BuiltIn):
            called = _PYTHON.get(called.name, called)
        arguments = self._arguments(node, frame, expressions, getattr(called, "name", ""))
        keywords = {each.arg or "": expressions.value(each.value, frame) for each in node.keywords}
        if introspection.is_function(called):
            return self.function(called, arguments, keywords, expressions, (node, frame))
        if isinstance(called, Gradient):
            return self._gradient(called.function, arguments, keywords, node, frame, expressions)
        if introspection.is_grad(called) and len(arguments) == 1:
            return Gradient(arguments[0])
        if isinstance(called, type) and called in (int, float, bool) and not arguments:
            return self._machine.number(called())
        if isinstance(called, BuiltIn):
            return self._built_in(called.name, arguments, keywords, node, frame, is_used=is_used, results=results)
        if called in introspection.TYPES_AND_BUILT_INS:
            return self._built_in(called.__name__, arguments, keywords, node, frame, is_used=is_used, results=results)
        if isinstance(called, type | ValueType | StructType) or type_introspection.is_struct(called):
            return construct(self._machine, type_of(called), arguments, keywords)
        # wp.types.vector(…) inside a kernel is the built-in of that name.
        if str(getattr(called, "__module__", "")).startswith("warp") and hasattr(called, "__name__"):
            name = called.__name__.removesuffix("_t")
            return self._built_in(name, arguments, keywords, node, frame, is_used=is_used, results=results)
        raise ReferenceUnknownError(f"a call of a {type(called).__name__}")

    def _arguments(self, node: ast.Call, frame: Frame, expressions: Expressions, called: str) -> list[Any]:
        """Return the values of a call's arguments; starred ones are unpacked."""
        starred = [isinstance(each, ast.Starred) for each in node.args]
        if called in SELECTING and self._machine.trace is not None and not any(starred):
            values_and_arms = expressions.siblings_with_arms(node.args, frame)
            note_arms(self._machine, called, [(each, *of) for each, of in zip(node.args, values_and_arms, strict=True)])
            return [value for value, _ in values_and_arms]
        given = expressions.siblings(
            [each.value if isinstance(each, ast.Starred) else each for each in node.args], frame
        )
        if not any(starred):
            return given
        found: list[Any] = []
        for value, several in zip(given, starred, strict=True):
            found += _starred_items(value) if several else [value]
        return found

    def _static(self, node: ast.expr, frame: Frame, expressions: Expressions) -> Any:
        """Return the result of ``wp.static``: the value of a Python expression in the kernel's scope.

        Of other variables than loop counters, Warp knows the length.
        """

        def length(value: Any) -> int:
            if not isinstance(value, Value | Tile):
                return len(value)
            return int(SEMANTICS["len"].compute(self._machine, value).data.item())

        known = {name: each.literal for name, each in frame.names.items()
                 if isinstance(each, Value) and each.literal is not None}  # fmt: skip
        try:
            scope = {**frame.names, **frame.scope, **known, "len": length}
            made = eval(compile(ast.Expression(node), "<static>", "eval"), scope)  # noqa: S307
        except Exception as error:
            raise ReferenceUnknownError("wp.static of an undefined name") from error
        return made if isinstance(made, range) else expressions.wrapped(made)

    def _gradient(
        self,
        function: Any,
        arguments: Sequence[Any],
        keywords: dict[str, Any],
        node: ast.Call,
        frame: Frame,
        expressions: Expressions,
    ) -> Any:
        """Return the gradient of a function at some arguments."""
        if keywords or (introspection.is_function(function) and introspection.has_gradient_of_its_own(function)):
            raise ReferenceUnknownError("wp.grad of a function with named arguments, or with a gradient of its own")

        def called(given: Sequence[Any]) -> Any:
            if isinstance(function, BuiltIn):
                return self._built_in(function.name, list(given), {}, node, frame, is_used=True, results=1)
            return self.function(function, given, {}, expressions)

        return gradient_of(self._machine, expressions, called, arguments)

    def _built_in(
        self,
        name: str,
        arguments: list[Any],
        keywords: dict[str, Any],
        node: ast.Call,
        frame: Frame,
        *,
        is_used: bool,
        results: int,
    ) -> Any:
        if name == "tid":
            return self._thread(results)
        if name == "type" and len(arguments) == 1 and isinstance(arguments[0], Value | StructValue):
            return arguments[0].type
        if name.startswith("atomic_"):
            return self._atomic_call(name.removeprefix("atomic_"), arguments, is_used=is_used)
        if name in _NEXT:
            return self._next(name, node, frame, arguments)
        if name in _NEXT_OF_A_BLOCK:
            return self._next_of_a_block(name, node, frame)
        semantics = SEMANTICS.get(name)
        if semantics is None:
            raise ReferenceUnknownError(f"wp.{name}")
        arguments = [self._machine.roughened(each) for each in arguments]
        if semantics.changes is not None:
            state = node.args[semantics.changes] if len(node.args) > semantics.changes else None
            if not isinstance(state, ast.Name):
                raise ReferenceUnknownError(f"wp.{name} of something other than a variable")

            def keep(new: Array) -> None:
                old = frame.names[state.id]
                frame.names[state.id] = self._machine.merged(self._machine.mask, Value(old.type, new), old)

            return semantics.compute(self._machine, keep, *arguments, **keywords)
        if len(arguments) > 1 and name in _INTO:
            return self._into(node.args[1:], semantics.compute(self._machine, arguments[0]), frame)
        place, parts = _QUERIES_INTO.get(name, (0, ()))
        if parts and len(node.args) >= place + len(parts):
            end = place + len(parts)
            answer = semantics.compute(self._machine, *arguments[:place], *arguments[end:], **keywords)
            return self._answered(node.args[place:end], parts, answer, frame)
        try:
            found = semantics.compute(self._machine, *arguments, **keywords)
            return self._machine.roughened(found, numbers=True) if name in _OF_LIBRARY else found
        except (AttributeError, TypeError, IndexError, KeyError) as error:
            raise ReferenceUnknownError(f"wp.{name} of these arguments ({error})") from error

    def _answered(self, targets: Sequence[ast.expr], parts: Sequence[str], answer: StructValue, frame: Frame) -> Value:
        """Store the parts of a query's answer in variables in the lanes that have one, and return which have."""
        if not all(isinstance(each, ast.Name) for each in targets):
            raise ReferenceUnknownError("a query's answer that is put into what is no variable")
        result = cast(Value, answer.fields["result"])
        found = self._machine.mask & result.data
        for target, part in zip(targets, parts, strict=True):
            name = target.id if isinstance(target, ast.Name) else ""
            frame.names[name] = self._machine.merged(found, answer.fields[part], frame.names.get(name))
        return result

    def _into(self, targets: Sequence[ast.expr], values: Sequence[Value], frame: Frame) -> None:
        """Store the results of a built-in in the variables that are its last arguments."""
        if len(targets) != len(values) or not all(isinstance(each, ast.Name) for each in targets):
            raise ReferenceUnknownError("results written to something other than a variable")
        for target, value in zip(targets, values, strict=True):
            name = target.id if isinstance(target, ast.Name) else ""
            frame.names[name] = self._machine.merged(self._machine.mask, value, frame.names.get(name))

    def _next(self, name: str, node: ast.Call, frame: Frame, arguments: Sequence[Any]) -> Value:
        """Return whether a query has another item in the active lanes, and store the item's number in a variable."""
        if len(node.args) not in (2, 3) or not all(isinstance(each, ast.Name) for each in node.args[:2]):
            raise ReferenceUnknownError(f"wp.{name} of something other than two variables")
        query, index = (each.id for each in node.args[:2] if isinstance(each, ast.Name))
        limit = np.broadcast_to(arguments[2].data, self._machine.lanes) if len(node.args) == 3 else None
        state, old = frame.names.get(query), frame.names.get(index)
        if not (
            isinstance(state, Query) and state.kind == _NEXT[name] and isinstance(old, Value) and old.type is INT32
        ):
            raise ReferenceUnknownError(f"wp.{name} of neither a query nor an integer")
        found, number, frame.names[query] = self._machine.advanced(state, limit)
        frame.names[index] = self._machine.merged(found, Value(INT32, number), Value(INT32, old.data))
        return Value(BOOL, found)

    def _next_of_a_block(self, name: str, node: ast.Call, frame: Frame) -> Tile:
        """Return the number of the next item of a block's query; negative if there are no more items.

        Warp does not define the negative number.
        """
        (query,) = node.args if len(node.args) == 1 else (None,)
        state = frame.names.get(query.id) if isinstance(query, ast.Name) else None
        if not (isinstance(query, ast.Name) and isinstance(state, Query) and state.kind == _NEXT_OF_A_BLOCK[name]):
            raise ReferenceUnknownError(f"wp.{name} of something other than a query")
        found, number, after = self._machine.advanced(state)
        before = self._machine.everyone if state.valid is None else state.valid
        frame.names[query.id] = replace(after, valid=np.where(self._machine.mask, found, before))
        none = -2 if self._machine.backwards else -1
        return Tile(INT32, (1,), np.where(found, number, none).astype(np.int32)[:, None])

    def _thread(self, results: int) -> Any:
        coordinates = [Value(INT32, axis) for axis in self._machine.coordinates]
        if self._machine.tiled and results == len(coordinates) + 1:
            return (*coordinates, Value(INT32, np.zeros(1, np.int32)))
        if results == 1:
            return coordinates[0] if len(coordinates) == 1 else Value(INT32, self._machine.linear.astype(np.int32))
        if results != len(coordinates):
            raise ReferenceUnknownError("wp.tid() with a different number of dimensions than the launch")
        return tuple(coordinates)

    def _atomic_call(self, operation: str, arguments: list[Any], *, is_used: bool) -> Value | None:
        view, *between, value = arguments
        if not isinstance(view, ArrayView):
            raise ReferenceUnknownError(f"wp.atomic_{operation} on a {type(view).__name__}")
        flat: list[Value] = []
        for each in between:
            if each.type.form == "vector" and len(view.remaining) > 1:
                kind = scalar_type(each.type.scalar)
                flat += [Value(kind, each.data[:, axis]) for axis in range(each.type.shape[0])]
            else:
                flat.append(each)
        expected = flat.pop() if operation == "cas" else None
        indices = self._machine.at(view, flat)
        if not self._machine.is_element(view, indices):
            raise ReferenceUnknownError(f"wp.atomic_{operation} of a part of an array")
        return self._machine.atomic(operation, view, indices, value, is_used=is_used, expected=expected)

    def function(
        self,
        function: Any,
        arguments: Sequence[Any],
        keywords: dict[str, Any],
        expressions: Expressions,
        called: tuple[ast.Call, Frame] | None = None,
    ) -> Any:
        """Return the result of a user function.

        Args:
            function: the function, with all of its overloads.
            arguments: the values of the positional arguments.
            keywords: the values of the keyword arguments.
            expressions: the evaluator of expressions.
            called: the call and the variables of the caller, which arguments by reference may change.
        """
        if introspection.is_native(function):
            raise ReferenceUnknownError("a native snippet")
        function = _overload_of(function, arguments, keywords)
        declared = introspection.declared_types_of(function)
        by_reference = [name for name, kind in declared.items() if introspection.is_by_reference(kind)]
        source = source_of(function)
        names = dict(zip(source.parameters, arguments, strict=False)) | keywords
        frame = Frame(names, source.scope)
        for name in source.parameters:
            if name not in names:
                if name not in source.defaults:
                    raise ReferenceUnknownError(f"a call of {function.key} without {name}")
                names[name] = expressions.value(source.defaults[name], frame)
        for name, kind in declared.items():
            value = names.get(name)
            if isinstance(value, Value) and value.literal is not None:
                with contextlib.suppress(ReferenceUnknownError):
                    value = self._machine.as_type(value, type_of(kind))
                names[name] = Value(value.type, value.data)
        depth = self._depth
        note_rules(self._machine, self._run, function, [names[name] for name in source.parameters])
        self._depth = depth
        before = {name: names[name] for name in by_reference}
        referred = referred_of(called, source.parameters, names, by_reference, expressions) if before else {}
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ReferenceUnknownError("a function that calls itself")
        lanes = self._machine.mask
        self._run(source.body, lanes, frame)
        self._machine.mask = lanes
        for name, target in referred.items():
            if called is not None and names[name] is not before[name]:
                called[1].names[REFERRED] = names[name]
                self._run([ast.Assign([target], ast.Name(REFERRED, ast.Load()))], lanes, called[1])
                self._machine.mask = lanes
        self._depth -= 1
        return frame.result


def _overload_of(function: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the overload of a function that Warp selects for arguments of these types."""
    candidates = introspection.callable_overloads_of(function)
    if len(candidates) < 2:
        return function
    scores = [fit(each, arguments, keywords) for each in candidates]
    scores = [  # Warp selects the first overload with type variables that fits
        min(score, 0) if introspection.has_type_variables(each) else score
        for each, score in zip(candidates, scores, strict=True)
    ]
    if max(scores) < 0:
        raise ReferenceUnknownError(f"an overload of {function.key} for these types")
    return candidates[scores.index(max(scores))]


def _starred_items(value: Any) -> Sequence[Any]:
    """Return the values of a starred argument: the items of a tuple, or the components of a vector."""
    if isinstance(value, tuple):
        return cast("Sequence[Any]", value)
    if not isinstance(value, Value) or value.type.form not in ("vector", "quaternion"):
        raise ReferenceUnknownError("a starred argument")
    kind = scalar_type(value.type.scalar)
    return [Value(kind, value.data[:, axis]) for axis in range(value.type.shape[0])]
