"""Walks through trees of syntax: what is in them, and the same with some of it changed."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """A tree of syntax with each of its nodes changed, the innermost first."""
    if isinstance(node, tuple):
        return tuple(changed(each, change) for each in cast("tuple[Any, ...]", node))
    if not is_dataclass(node) or isinstance(node, type):
        return node
    made = {each.name: changed(getattr(node, each.name), change) for each in fields(node)}
    return change(replace(node, **made))


def nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree of syntax."""
    if isinstance(node, tuple):
        for each in cast("tuple[Any, ...]", node):
            yield from nodes(each)
    elif is_dataclass(node) and not isinstance(node, type):
        yield node
        for each in fields(node):
            yield from nodes(getattr(node, each.name))
