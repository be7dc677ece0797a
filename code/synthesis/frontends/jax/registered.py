"""Arguments that are named tuples, or objects of classes that are registered as pytrees."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.frontends.jax import functions, portraits
from synthesis.frontends.jax.called import attributes_of

jax: Any = functions.jax


@dataclass(frozen=True, slots=True)
class Registered:
    """The parts of an object that a call of its class makes."""

    children: dict[str, tuple[str, Any]]
    """Maps an attribute that holds a child to the end of the child's path, as in the names of leaves, and the child."""
    others: dict[str, Any]
    """The other arguments of the class, which are not traced."""


def registered(value: Any) -> Registered | None:
    """Return the parts of an object of a registered class; None for another object, or if they do not make it."""
    kind: Any = value.__class__
    if value is None or kind in (list, tuple, dict):
        return None
    found = jax.tree_util.tree_flatten_with_path(value, is_leaf=functools.partial(_is_part, value))[0]
    if len(found) == 1 and not found[0][0]:  # a leaf
        return None
    keys, children = [path[0] for path, _ in found], [each for _, each in found]
    fields = portraits.fields_of(value)
    names = attributes_of(value, keys, children)
    if names is None:
        return None
    parts = {
        name: (jax.tree_util.keystr((key,)), child) for name, key, child in zip(names, keys, children, strict=True)
    }
    if fields is None:
        return Registered(parts, {}) if portraits.takes(kind, names) else None
    if not {*names} <= {*fields}:
        return None
    return Registered(parts, {name: getattr(value, name) for name in fields if name not in parts})


def _is_part(value: Any, each: Any) -> bool:
    return each is not value


def classes_in(arguments: Sequence[Any]) -> Iterator[type]:
    """Yield the classes of the objects of registered classes in arguments."""
    for each in arguments:
        found = registered(each)
        if found is not None:
            yield each.__class__
            yield from classes_in([child for _, child in found.children.values()])
        elif each.__class__ is dict:
            yield from classes_in([*each.values()])
        elif each.__class__ in (list, tuple):
            yield from classes_in(each)
