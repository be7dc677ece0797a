"""Traverses and transforms syntax trees."""

import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

_PLAIN = (str, bool, int)
"""Field types that contain no nodes."""


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a syntax tree with a function applied to each node, innermost first. Unchanged parts are not copied."""
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
    """Yield every node of a syntax tree, parents before children."""
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
    """Return the fields of a node class that may contain nodes; None for other classes, such as strings."""
    if not is_dataclass(kind):
        return None
    return tuple(each.name for each in fields(kind) if each.type not in _PLAIN)
