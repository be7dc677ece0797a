"""Targets of assignments: locations that can be read or assigned, in the lanes that are active."""

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.expressions import Expressions
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import AXES, component, places_of, set_element
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayView,
    Buffer,
    Frame,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    scalar_type,
    widen,
)

Place = Any
"""A location that can be read or assigned: ``("name", n)``, ``("element", view, indices)``, ``("field", place, n)``,
``("component", place, indices)``, or ``("value", v)`` for a temporary value."""


class Targets:
    """The assignments of a kernel on a machine."""

    def __init__(self, machine: Machine, expressions: Expressions) -> None:
        self._machine = machine
        self._expressions = expressions

    def _assign(self, target: ast.expr, value: Any, lanes: Array, frame: Frame) -> None:
        if isinstance(target, ast.Name):
            old = frame.names.get(target.id)
            if isinstance(old, Value) and isinstance(value, Value):
                value = self._machine.as_type(value, old.type)
            # A literal that is assigned only in some lanes becomes a variable.
            if not self._machine.is_whole(lanes) and isinstance(value, Value) and old is not None:
                value = Value(value.type, value.data)
            frame.names[target.id] = self._machine.merged(lanes, value, old)
        elif isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, Value) and value.type.form in ("vector", "quaternion"):
                kind = scalar_type(value.type.scalar)
                value = tuple(Value(kind, value.data[:, axis]) for axis in range(value.type.shape[0]))
            if not isinstance(value, tuple) or len(value) != len(target.elts):  # pyright: ignore
                raise ReferenceUnknownError("an unpacking of a value that is not a vector")
            for part, each in zip(target.elts, value, strict=True):  # pyright: ignore
                self._assign(part, each, lanes, frame)
        elif isinstance(target, ast.Subscript | ast.Attribute):
            self._write(self._place(target, frame), value, lanes, frame)
        else:
            raise ReferenceUnknownError(f"an assignment to {type(target).__name__}")

    def _place(self, node: ast.expr, frame: Frame) -> "Place":
        """Return the location of an expression's value."""
        if isinstance(node, ast.Name):
            return "name", node.id
        if isinstance(node, ast.Attribute):
            return "field", self._place(node.value, frame), node.attr
        if isinstance(node, ast.Subscript):
            outer = self._place(node.value, frame)
            slot = self._slot(outer)
            if slot is not None and isinstance(slot[0].element, ValueType):  # its value is not read
                return "component", outer, self._expressions.indices(node.slice, frame)
            held = self._read(outer, frame)
            indices = self._expressions.indices(node.slice, frame)
            if isinstance(held, ArrayView):
                full = self._machine.at(held, indices)
                if self._machine.is_element(held, full):
                    return "element", held, full
                return "value", ArrayView(held.element, held.shape, held.buffer, full)
            return "component", outer, indices
        return "value", self._expressions.value(node, frame)

    def _read(self, place: "Place", frame: Frame) -> Any:
        match place:
            case ("name", name):
                return self._expressions.named(name, frame)
            case ("value", value):
                return value
            case ("element", view, indices):
                return self._machine.load(view, indices)
            case ("field", outer, name):
                return self._expressions.attribute(self._read(outer, frame), name)
            case (_, outer, indices):
                return component(self._machine, self._read(outer, frame), indices)
            case _:
                raise ReferenceUnknownError("an assignment target that is not supported")

    def _write(self, place: "Place", value: Any, lanes: Array, frame: Frame) -> None:
        match place:
            case ("name", name):
                frame.names[name] = self._machine.merged(lanes, value, frame.names.get(name))
            case ("element", view, indices):
                self._machine.mask = lanes
                self._machine.store(view, indices, value)
            case ("field" | "component", _, _) if (slot := self._slot(place)) is not None:
                self._machine.mask = lanes
                self._machine.store(*slot, value)
            case ("field", outer, name):
                self._write_field(outer, name, value, lanes, frame)
            case ("component", outer, indices):
                current = self._read(outer, frame)
                if isinstance(current, Tile):
                    self._machine.mask = lanes
                    set_element(self._machine, current, indices, value)
                else:
                    self._write(outer, self._with_component(current, indices, value), lanes, frame)
            case _:
                raise ReferenceUnknownError("an assignment to a value")

    def _write_field(self, outer: "Place", name: str, value: Any, lanes: Array, frame: Frame) -> None:
        current = self._read(outer, frame)
        if isinstance(current, StructValue):
            value = self._machine.as_type(value, current.type.fields[name])
            self._write(outer, StructValue(current.type, current.fields | {name: value}), lanes, frame)
            return
        if isinstance(current, Value) and current.type.form == "transform" and name in ("p", "q"):
            data = np.array(np.broadcast_to(current.data, (self._machine.lanes, 7)))
            data[:, slice(0, 3) if name == "p" else slice(3, 7)] = value.data
            self._write(outer, Value(current.type, data), lanes, frame)
            return
        if isinstance(current, Value) and current.type.form in ("vector", "quaternion") and name in AXES:
            changed = self._with_component(current, (self._machine.number(AXES.index(name)),), value)
            self._write(outer, changed, lanes, frame)
            return
        raise ReferenceUnknownError(f"an assignment to .{name}")

    def _with_component(self, current: Any, indices: tuple[Any, ...], value: Any) -> Value:
        if not isinstance(current, Value) or not isinstance(value, Value):
            raise ReferenceUnknownError(f"a component of a {type(current).__name__}")
        if value.type.scalar != current.type.scalar:
            value = self._machine.as_type(value, scalar_type(current.type.scalar))
        data = np.array(np.broadcast_to(current.data, (self._machine.lanes, *current.type.shape)))
        if any(isinstance(each, slice) for each in indices):
            where = places_of(indices)
            part = data[(slice(None), *where)]
            part[...] = widen(value.data, part.ndim - value.data.ndim)
            return Value(current.type, data)
        where = [np.broadcast_to(self._machine.inside(each.data, current.type.shape[axis]), self._machine.lanes)
                 for axis, each in enumerate(indices)]  # fmt: skip
        data[(np.arange(self._machine.lanes), *where)] = value.data
        return Value(current.type, data)

    def _atomic_target(self, place: "Place", operator: str) -> tuple[ArrayView, tuple[Array, ...], int] | None:
        """Return what an augmented assignment changes atomically, and how many of its indices are of a component.

        That is an element of an array, a component of one, or a field.
        """
        slot = self._slot(place)
        if slot is None or not isinstance(slot[0].element, ValueType):
            return None
        if place[0] != "element" and operator not in ("Add", "Sub"):
            return None
        return *slot, len(slot[1]) - len(_element_of(place)[2])

    def _slot(self, place: "Place") -> tuple[ArrayView, tuple[Array, ...]] | None:
        """Return the part of an array's memory that is a place, with its indices; None if the place is no such part.

        Warp writes only the field or component that a statement names, and leaves the rest of the element alone.
        """
        match place:
            case ("element", ArrayView() as view, indices):
                return view, indices
            case ("field", outer, name) if (slot := self._slot(outer)) is not None:
                view, indices = slot
                if isinstance(view.element, StructType):
                    return self._field_of(view, name), indices
                is_vector = isinstance(view.element, ValueType) and view.element.form in ("vector", "quaternion")
                if is_vector and name in AXES:
                    return self._component_of(view, indices, [self._machine.number(AXES.index(name))])
            case ("component", outer, inner) if (slot := self._slot(outer)) is not None:
                kind = slot[0].element
                numbers = [each for each in inner if isinstance(each, Value)]
                if isinstance(kind, ValueType) and len(inner) == len(numbers) == len(kind.shape):
                    return self._component_of(*slot, numbers)
            case _:
                pass
        return None

    def _component_of(
        self, view: ArrayView, indices: tuple[Array, ...], inner: Sequence[Value]
    ) -> tuple[ArrayView, tuple[Array, ...]]:
        """Return a component of an array's element as an element of an array of numbers.

        Raises:
            OutOfBoundsError: if an active lane's index is out of bounds.
        """
        kind = view.element
        whole = ArrayView(scalar_type(kind.scalar), view.shape + kind.shape, view.buffer)
        return whole, (*indices, *map(self._machine.inside, (each.data for each in inner), kind.shape))

    def _field_of(self, view: ArrayView, name: str) -> ArrayView:
        """Return a field of an array of structs as an array."""
        buffer = Buffer(view.buffer.data[name], (view.buffer.key, name))
        return ArrayView(view.element.fields[name], view.shape, buffer, view.prefix)


def _element_of(place: Place) -> Place:
    """Return the array element that a place is a part of."""
    while place[0] != "element":
        place = place[1]
    return place
