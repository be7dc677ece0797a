"""Pytrees of arrays as recipes describe them, and the order of their leaves in JAX."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from synthesis.core.signatures import Argument, Domain, Role
from synthesis.frontends.jax.spelling import type_name


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array of a tree."""

    shape: tuple[int, ...]
    low: float = -1.0
    high: float = 1.0
    """Bounds of the interval from which its values are drawn."""
    dtype: str = "float32"

    def argument(self, name: str, role: Role = Role.INPUT) -> Argument:
        """Return the array as an argument or a result of a kernel."""
        return Argument(
            name=name,
            type_name=type_name(self.dtype, self.shape),
            dtype=self.dtype,
            shape=self.shape,
            role=role,
            domain=Domain(low=self.low, high=self.high) if role is Role.INPUT else None,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """A named tuple or a registered dataclass, whose class is declared in the source."""

    name: str
    """The name of its class in the source."""
    fields: tuple[tuple[str, "Tree"], ...]


Tree = Leaf | Record | Mapping[str, "Tree"] | Sequence["Tree"]


def parts_of(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield the parts of a tree in JAX's order, each after the suffix that selects it, such as ``.name`` or ``[0]``.

    Nothing is yielded for an array.
    """
    match tree:
        case Leaf():
            return
        case Record():
            yield from ((f".{name}", part) for name, part in tree.fields)
        case Mapping():
            yield from ((f"[{key!r}]", tree[key]) for key in sorted(tree))
        case Sequence():
            yield from ((f"[{place}]", part) for place, part in enumerate(tree))


def leaves_of(tree: Tree, name: str) -> Iterator[tuple[str, Leaf]]:
    """Yield the arrays of a tree in JAX's order, each with its path."""
    if isinstance(tree, Leaf):
        yield name, tree
    for end, part in parts_of(tree):
        yield from leaves_of(part, name + end)


def call_of(tree: Tree, name: str) -> Any:
    """Return a tree in the form of ``Signature.call``."""
    inner = {end: call_of(part, name + end) for end, part in parts_of(tree)}
    match tree:
        case Leaf():
            return name
        case Record():
            return {"record": tree.name, "fields": {end[1:]: part for end, part in inner.items()}}
        case Mapping():
            return {"dict": dict(zip(sorted(tree), inner.values(), strict=True))}
        case list():
            return {"list": list(inner.values())}
        case Sequence():
            return {"tuple": list(inner.values())}


def constant_of(value: Any) -> dict[str, Any]:
    """Return a constant in the form of ``Signature.call``.

    JSON has no tuples, so a tuple is marked as one.
    """
    if isinstance(value, tuple):
        return {"tuple": [constant_of(each) for each in cast("tuple[Any, ...]", value)]}
    return {"value": value}


def mapped(tree: Tree, change: Callable[[Leaf], Tree]) -> Tree:
    """Return a tree of the same structure in which each array is replaced by another array or by a tree."""
    match tree:
        case Leaf():
            return change(tree)
        case Record():
            return Record(tree.name, tuple((name, mapped(part, change)) for name, part in tree.fields))
        case Mapping():
            return {key: mapped(part, change) for key, part in tree.items()}
        case tuple():
            return tuple(mapped(part, change) for _, part in parts_of(tree))
        case _:
            return [mapped(part, change) for _, part in parts_of(tree)]


def kind_of_field(tree: Tree) -> str:
    """Return the annotation of a class's field, for functions that have no annotations."""
    match tree:
        case Leaf():
            return "jax.Array"
        case Record():
            return tree.name
        case _:
            return "Any"


def changed(tree: Tree, low: float, high: float, dtype: str = "") -> Tree:
    """Return a tree of the same shapes with values from another interval, and with another type if one is given."""
    return mapped(tree, lambda leaf: Leaf(leaf.shape, low, high, dtype or leaf.dtype))
