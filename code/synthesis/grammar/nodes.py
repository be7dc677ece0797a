"""Walks through trees of syntax: what is in them, and the same with some of it changed."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """A tree of syntax with each of its nodes changed, the innermost first."""
    if isinstance(node, tuple):
        return tuple(changed(each, change) for each in cast("tuple[Any, ...]", node))
    names = _fields_of(node.__class__)
    if names is None:
        return node
    made = {name: changed(getattr(node, name), change) for name in names}
    return change(replace(node, **made))


def nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree of syntax."""
    if isinstance(node, tuple):
        for each in cast("tuple[Any, ...]", node):
            yield from nodes(each)
    elif (names := _fields_of(node.__class__)) is not None:
        yield node
        for name in names:
            yield from nodes(getattr(node, name))


@functools.cache
def _fields_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a kind of nodes; None for what is no node, such as a text."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else None
