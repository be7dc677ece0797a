"""Walks through trees of syntax: what is in them, and the same with some of it changed."""

import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

_PLAIN = (str, bool, int)
"""Types of fields that no node is in."""


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """A tree of syntax with each of its nodes changed, the innermost first; what nothing changes is not copied."""
    if isinstance(node, tuple):
        whole = cast("tuple[Any, ...]", node)
        inside = [changed(each, change) for each in whole]
        return whole if all(map(operator.is_, inside, whole)) else tuple(inside)
    names = _fields_of(node.__class__)
    if names is None:
        return node
    made = {name: new for name in names if (new := changed(old := getattr(node, name), change)) is not old}
    return change(replace(node, **made) if made else node)


def nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree of syntax, each before those in it."""
    left = [node]
    while left:
        each = left.pop()
        if isinstance(each, tuple):
            left += reversed(cast("tuple[Any, ...]", each))
        elif (names := _fields_of(each.__class__)) is not None:
            yield each
            left += [getattr(each, name) for name in reversed(names)]


@functools.cache
def _fields_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a kind of nodes in which others may be; None for what is no node, such as a text."""
    if not is_dataclass(kind):
        return None
    return tuple(each.name for each in fields(kind) if each.type not in _PLAIN)
