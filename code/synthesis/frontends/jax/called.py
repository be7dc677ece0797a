"""What a jitted function is called with: its arguments as trees of named leaves, and the leaves as arrays."""

import functools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from synthesis.frontends.jax import functions
from synthesis.frontends.jax.fingerprints import data_of, is_key
from synthesis.frontends.jax.portraits import variable
from synthesis.frontends.launched import Launched, NotKeptError

jax: Any = functions.jax

LARGEST = 1 << 20
"""Bytes of an array that are kept; of a larger one its first rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The arguments of a call, as it was traced."""

    function: Any
    """What stands inside ``jax.jit``."""
    static_argnums: Sequence[int]
    static_argnames: Sequence[str]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    leaves: Sequence[Any]
    """The arrays and numbers among them, in JAX's order."""
    types: Sequence[Any]
    """Their types, as JAX traces them."""
    jaxpr: Any
    around: bool = False
    """Whether the function is one of a library's around one of the user's, which has JAX trace the arrays among these
    arguments alone, and hold the rest."""


class Sources(Protocol):
    """Where what a call names is declared."""

    def bring(self, name: str, value: Any) -> str:
        """Have something in the source; returns the name that it has there."""
        ...

    def declare(self, value: Any, children: Sequence[str]) -> "Declared":
        """Have the class of an object in the source that JAX takes apart.

        Args:
            value: the object.
            children: the attributes that it is taken apart into.
        """
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """The class of an object, in a source."""

    name: str
    others: Mapping[str, Any]
    """What else than its children the object has."""
    called: bool = True
    """Whether a call of the class makes the object; else it only has these attributes."""


@dataclass(slots=True)
class Trees:
    """The arguments of a call as ``Signature.call`` has them.

    Args:
        sources: where constants and classes are declared.
    """

    sources: Sources
    leaves: list[functions.Leaf] = field(default_factory=list[functions.Leaf])
    _values: Iterator[tuple[Any, Any]] = field(default_factory=lambda: iter(()))
    _traced: set[int] | None = None
    """What is traced, by identity; None if all is."""

    def call_of(self, given: Given) -> dict[str, Any]:
        """The call; ``leaves`` has its leaves afterwards, in JAX's order.

        Raises:
            NotKeptError: if an argument is of a kind that no source can make.
        """
        self._values = zip(given.leaves, given.types, strict=True)
        self._traced = {id(each) for each in given.leaves} if given.around else None
        names = functions.parameters_of(given.function)
        args: list[Any] = []
        for place, value in enumerate(given.args):
            name = names[place] if place < len(names) else f"arg{place}"
            args.append(self._static(name, value) if place in given.static_argnums else self._tree(name, value))
        kwargs: dict[str, Any] = {}
        for name in sorted(given.kwargs):
            value = given.kwargs[name]
            kwargs[name] = self._static(name, value) if name in given.static_argnames else self._tree(name, value)
        if given.around and len(self.leaves) != len(given.leaves):
            raise NotKeptError("not all that is traced are arguments of it")
        return {"args": args, "kwargs": kwargs, **({"arrays": True} if given.around else {})}

    def _static(self, path: str, value: Any) -> Any:
        kind: Any = value.__class__
        if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
            return {"value": value}
        name = re.sub(r"\W+", "_", path).strip("_")
        return {"beside": self.sources.bring(variable(value) if name == "self" else name, value)}

    def _tree(self, path: str, value: Any) -> Any:
        if value is None:
            return None
        children = jax.tree_util.tree_flatten_with_path(value, is_leaf=functools.partial(_is_other, value))[0]
        if len(children) == 1 and not children[0][0]:
            return self._leaf(path, value)
        kind: Any = value.__class__
        keys = [key[0] for key, _ in children]
        if kind not in (list, tuple, dict):
            names = _attributes(value, keys, [each for _, each in children])
            if names is not None:
                declared = self.sources.declare(value, names)
                trees = {name: self._tree(f"{path}.{name}", each)
                         for name, (_, each) in zip(names, children, strict=True)}  # fmt: skip
                rest = {name: self._static(f"{path}_{name}", each) for name, each in declared.others.items()}
                unmade = {} if declared.called else {"called": False}
                return {"record": declared.name, "fields": {**trees, **rest}, **unmade}
            if not isinstance(value, Mapping) and _has_its_leaves(value):
                return self._object(path, value)
        trees = [self._tree(path + jax.tree_util.keystr(key), each) for key, each in children]
        if kind in (list, tuple):
            return {kind.__name__: trees}
        if kind is not dict and not (isinstance(value, Mapping) and keys):
            raise NotKeptError(f"{path} is a {kind.__module__}.{kind.__qualname__}, which no source can make")
        keyed = [(getattr(key, "key", None), tree) for key, tree in zip(keys, trees, strict=True)]
        if all(isinstance(key, str) for key, _ in keyed):
            return {"dict": dict(keyed)}
        return {"entries": [[_key(path, key), tree] for key, tree in keyed]}

    def _object(self, path: str, value: Any) -> Any:
        """An object by the attributes that it has: trees, or dictionaries of them in an order of their own."""
        own: dict[str, Any] = getattr(value, "__dict__")  # noqa: B009
        declared = self.sources.declare(value, [*own])
        fields: dict[str, Any] = {}
        for name, part in own.items():
            inside = f"{path}.{name}"
            is_plain = part.__class__ is not dict
            fields[name] = self._tree(inside, part) if is_plain else self._in_order(inside, part)
        return {"record": declared.name, "fields": fields, **({} if declared.called else {"called": False})}

    def _in_order(self, path: str, value: dict[Any, Any]) -> Any:
        return {"entries": [[_key(path, key), self._tree(f"{path}[{key!r}]", each)] for key, each in value.items()]}

    def _leaf(self, path: str, given: Any) -> Any:
        if self._traced is not None and id(given) not in self._traced:
            return self._static(path, given)
        found: tuple[Any, Any] = next(self._values, (None, None))
        value, kind = found
        if self._traced is not None and value is not given:
            raise NotKeptError("what is traced is not in the order of its arguments")
        if is_key(kind):
            self.leaves.append(leaf_of(path, kind))
            return {"key": path, "impl": str(jax.random.key_impl(value))}
        self.leaves.append(leaf_of(path, kind))
        return {"weak": path} if kind.weak_type else path


def leaf_of(name: str, kind: Any) -> functions.Leaf:
    """An array by its type; one of random keys as the numbers that they are made of."""
    if is_key(kind):
        kind = jax.eval_shape(jax.random.key_data, jax.ShapeDtypeStruct(kind.shape, kind.dtype))
    return functions.Leaf(name=name, dtype=str(kind.dtype), shape=tuple(kind.shape))


def _attributes(value: Any, keys: Sequence[Any], children: Sequence[Any]) -> list[str] | None:
    """The attributes of an object that its children are; None if they are not attributes, each another."""
    own: Mapping[str, Any] = value._asdict() if hasattr(value, "_fields") else getattr(value, "__dict__", {})
    found: list[str] = []
    for key, child in zip(keys, children, strict=True):
        said = getattr(key, "name", None)
        name = said if isinstance(said, str) else next((name for name, each in own.items() if each is child), None)
        if name is None or name in found or not hasattr(value, name):
            return None
        found.append(name)
    return found


def _has_its_leaves(value: Any) -> bool:
    """Whether an object that JAX takes apart has what it is taken apart into in its attributes, in the same order."""
    own: dict[str, Any] = getattr(value, "__dict__", None) or {}
    trees: list[Any] = []
    for each in own.values():
        trees += [*each.values()] if each.__class__ is dict else [each]
    leaves, parts = jax.tree.leaves(value), jax.tree.leaves(trees)
    return bool(own) and len(leaves) == len(parts) and all(a is b for a, b in zip(leaves, parts, strict=True))


def _key(path: str, key: Any) -> Any:
    """The key of a dictionary as a tree of constants."""
    kind: Any = key.__class__
    if kind in (int, str, bool):
        return {"value": key}
    if kind is tuple:
        return {"tuple": [_key(path, each) for each in key]}
    raise NotKeptError(f"{path} has a key that is a {kind.__module__}.{kind.__qualname__}")


def _is_other(value: Any, each: Any) -> bool:
    return each is not value


def concrete(value: Any) -> Any:
    """What stands behind a value that is being differentiated or vectorised; None if nothing is there yet."""
    while isinstance(value, jax.core.Tracer):
        if hasattr(value, "batch_dim") and hasattr(value, "val"):
            inner, dimension = concrete(value.val), value.batch_dim
            return inner if dimension is None or inner is None else np.take(data_of(inner), 0, axis=dimension)
        value = getattr(value, "primal", None)
    return value


def read_leaves(leaves: Sequence[functions.Leaf], values: Sequence[Any]) -> Launched:
    """The arrays of a call, copied."""
    found: dict[str, Any] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    lost: list[str] = []
    for leaf, value in zip(leaves, values, strict=True):
        shapes[leaf.name] = leaf.shape
        if not getattr(value, "is_fully_addressable", True):
            lost.append(f"{leaf.name} is spread over several machines")
            continue
        if math.prod(leaf.shape) > 8 * LARGEST:
            lost.append(f"{leaf.name} is too large")
            continue
        array = data_of(value)
        if array.dtype.kind != "V" and array.dtype.name != leaf.dtype:
            array = array.astype(leaf.dtype)  # as JAX takes what is wider than it computes with
        if array.dtype.kind == "V" and array.dtype.name != "bfloat16":
            lost.append(f"{leaf.name} is of {array.dtype.name}, which is not kept")
            continue
        row = array.dtype.itemsize * math.prod(array.shape[1:])
        found[leaf.name] = np.array(array[: max(1, LARGEST // max(1, row))] if array.ndim else array)
    return Launched(values=found, shapes=shapes, lost=tuple(lost))
