"""Execution of statements in few lanes only, on copies of the variables that contain just those lanes."""

import ast
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayView,
    Frame,
    Loop,
    Query,
    Span,
    Stack,
    StructValue,
    Tile,
    Value,
)

LEAST = 4096
"""Number of lanes below which the run time of a statement hardly depends on the number of lanes."""
_SHARE = 2
"""Minimum ratio of all lanes to active ones, with which the copies of variables pay off."""
Convert = Callable[[Array], Array]


def is_worthwhile(machine: Machine, active: int, frame: Frame) -> bool:
    """Return whether statements should run in the active lanes alone.

    A single lane is not worthwhile, since an array of one entry means a value that all lanes share. Nor are statements
    with tiles or stacks as variables, which change in place, so that a part of one cannot be written back.
    """
    if machine.lanes < LEAST or not 1 < active <= machine.lanes // _SHARE or machine.of_blocks:
        return False
    return not any(isinstance(each, Tile | Stack) for each in frame.names.values())


def run_narrowed(
    machine: Machine,
    run: Callable[[Sequence[ast.stmt], Array, Frame], Array],
    body: Sequence[ast.stmt],
    lanes: Array,
    frame: Frame,
) -> Array:
    """Run statements in some lanes only, and return the lanes that continue.

    Args:
        machine: the machine of the lanes.
        run: runs statements in all lanes of the machine.
        body: the statements.
        lanes: the active lanes.
        frame: the variables. Afterwards they are the same as if the statements had run under a mask.
    """
    count = machine.lanes
    with machine.only(lanes) as part:

        def take(data: Array) -> Array:
            return data[part] if len(data) == count else data

        names = _names(body)
        given = {name: _converted(value, take) for name, value in frame.names.items()
                 if name in names or (isinstance(value, Value) and len(value.data) == 1)}  # fmt: skip
        result = _converted(frame.result, take)
        inner = Frame(dict(given), frame.scope, result, [Loop()] if frame.loops else [])
        after = run(body, machine.everyone, inner)

    def put(data: Array) -> Array:
        return machine.among_all(data, part) if len(data) == len(part) else data

    for name, value in inner.names.items():
        if value is not given.get(name):
            frame.names[name] = machine.merged(lanes, _converted(value, put), frame.names.get(name))
    if inner.result is not result:
        frame.result = machine.merged(lanes, _converted(inner.result, put), frame.result)
    for loop, left in zip(frame.loops[-1:], inner.loops, strict=True):
        for kind in ("broken", "continued"):
            if (found := getattr(left, kind)) is not None:
                before = getattr(loop, kind)
                setattr(loop, kind, put(found) if before is None else before | put(found))
    return put(after)


def _converted(value: Any, convert: Convert) -> Any:
    """Return a value with each array of lanes converted; return the value itself if it has none."""
    match value:
        case Value():
            data = convert(value.data)
            return value if data is value.data else Value(value.type, data, value.literal)
        case StructValue():
            fields = _each(value.fields, convert)
            return value if fields is value.fields else StructValue(value.type, cast("dict[str, Any]", fields))
        case tuple():
            return tuple(_converted(each, convert) for each in cast("Iterable[Any]", value))
        case ArrayView() if value.prefix:
            prefix = tuple(each if isinstance(each, Span) else convert(each) for each in value.prefix)
            return ArrayView(value.element, value.shape, value.buffer, prefix)
        case Query():
            parts = {name: getattr(value, name) for name in ("items", "counts", "taken", "near", "valid")}
            return replace(value, **{name: convert(each) for name, each in parts.items() if each is not None})
        case _:
            return value


def _each(fields: Mapping[str, Any], convert: Convert) -> Mapping[str, Any]:
    made = {name: _converted(each, convert) for name, each in fields.items()}
    return fields if all(made[name] is each for name, each in fields.items()) else made


def _names(body: Sequence[ast.stmt]) -> frozenset[str]:
    return frozenset[str]().union(*map(_names_in, body))


@functools.lru_cache(maxsize=4096)
def _names_in(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement reads or assigns."""
    return frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
