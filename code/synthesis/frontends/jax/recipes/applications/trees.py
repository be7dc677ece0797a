"""Pytrees of arrays as recipes describe them: what they hold, and in which order JAX has their leaves."""

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
    """Where its values are drawn from."""
    dtype: str = "float32"

    def argument(self, name: str, role: Role = Role.INPUT) -> Argument:
        """The array as an argument of a kernel, or as a result of it."""
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
    """A named tuple or a registered dataclass, whose class the source declares."""

    name: str
    """What the class is called in the source."""
    fields: tuple[tuple[str, "Tree"], ...]


Tree = Leaf | Record | Mapping[str, "Tree"] | Sequence["Tree"]


def parts_of(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """What a tree holds in JAX's order, each with what follows the tree's name to reach it; nothing for an array."""
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
    """The arrays of a tree in JAX's order, each with its path."""
    if isinstance(tree, Leaf):
        yield name, tree
    for end, part in parts_of(tree):
        yield from leaves_of(part, name + end)


def call_of(tree: Tree, name: str) -> Any:
    """A tree as ``Signature.call`` has it."""
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
    """A constant as ``Signature.call`` has it: JSON has lists alone, so a tuple says that it is one."""
    if isinstance(value, tuple):
        return {"tuple": [constant_of(each) for each in cast("tuple[Any, ...]", value)]}
    return {"value": value}


def mapped(tree: Tree, change: Callable[[Leaf], Tree]) -> Tree:
    """A tree of the same form with other arrays, or with trees of them in their places."""
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
    """The annotation of what a class holds, where functions annotate nothing."""
    match tree:
        case Leaf():
            return "jax.Array"
        case Record():
            return tree.name
        case _:
            return "Any"


def changed(tree: Tree, low: float, high: float, dtype: str = "") -> Tree:
    """A tree of the same shapes with values of another interval, and of another type if one is named."""
    return mapped(tree, lambda leaf: Leaf(leaf.shape, low, high, dtype or leaf.dtype))
