"""The arguments of a call of a jitted function: trees of named leaves, and the leaves as arrays."""

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
"""Maximum size in bytes of a stored array. Of a larger one, only the first rows are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The arguments of a call, as they were traced."""

    function: Any
    """The function inside ``jax.jit``."""
    static_argnums: Sequence[int]
    static_argnames: Sequence[str]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    leaves: Sequence[Any]
    """The arrays and numbers in the arguments, in JAX's order."""
    types: Sequence[Any]
    """The types of the leaves, as JAX traces them."""
    jaxpr: Any
    around: bool = False
    """Whether the function is a library's wrapper of a user's function.

    Of its arguments, such a wrapper passes only the arrays to JAX, and keeps the rest as constants.
    """


class Sources(Protocol):
    """A source to which the values and classes that a call refers to are added."""

    def bring(self, name: str, value: Any) -> str:
        """Add a value to the source, and return its name there."""
        ...

    def declare(self, value: Any, children: Sequence[str]) -> "Declared":
        """Add to the source the class of an object that JAX flattens.

        Args:
            value: the object.
            children: the names of the attributes that hold its children.
        """
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """A class that the source declares because an argument of the call is an object of it."""

    name: str
    others: Mapping[str, Any]
    """The object's attributes other than its children."""
    called: bool = True
    """Whether a call of the class makes the object; otherwise its attributes are set directly."""


@dataclass(slots=True)
class Trees:
    """The arguments of a call in the form of ``Signature.call``.

    Args:
        sources: adds constants and classes to the source.
    """

    sources: Sources
    leaves: list[functions.Leaf] = field(default_factory=list[functions.Leaf])
    _values: Iterator[tuple[Any, Any]] = field(default_factory=lambda: iter(()))
    _traced: set[int] | None = None
    """The ids of traced values; None if all values are traced."""

    def call_of(self, given: Given) -> dict[str, Any]:
        """Return the call, and set ``leaves`` to its leaves in JAX's order.

        Raises:
            NotKeptError: if a source cannot construct an argument.
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
            raise NotKeptError("it traces values that are not its arguments")
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
            names = attributes_of(value, keys, [each for _, each in children])
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
            raise NotKeptError(f"{path} is a {kind.__module__}.{kind.__qualname__}, which a source cannot construct")
        keyed = [(getattr(key, "key", None), tree) for key, tree in zip(keys, trees, strict=True)]
        if all(isinstance(key, str) for key, _ in keyed):
            return {"dict": dict(keyed)}
        return {"entries": [[_key(path, key), tree] for key, tree in keyed]}

    def _object(self, path: str, value: Any) -> Any:
        """Return the tree of an object, with its attributes. Entries of a dictionary stay in order."""
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
            raise NotKeptError("its traced values are not in the order of its arguments")
        if is_key(kind):
            self.leaves.append(leaf_of(path, kind))
            return {"key": path, "impl": str(jax.random.key_impl(value))}
        self.leaves.append(leaf_of(path, kind))
        return {"weak": path} if kind.weak_type else path


def leaf_of(name: str, kind: Any) -> functions.Leaf:
    """Return an array of a given type as a leaf; random keys become the underlying integers."""
    if is_key(kind):
        kind = jax.eval_shape(jax.random.key_data, jax.ShapeDtypeStruct(kind.shape, kind.dtype))
    return functions.Leaf(name=name, dtype=str(kind.dtype), shape=tuple(kind.shape))


def attributes_of(value: Any, keys: Sequence[Any], children: Sequence[Any]) -> list[str] | None:
    """Return the names of the attributes that hold an object's children; None if these are not distinct attributes."""
    own: Mapping[str, Any] = value._asdict() if hasattr(value, "_fields") else getattr(value, "__dict__", {})
    found: list[str] = []
    for key, child in zip(keys, children, strict=True):
        key_name = getattr(key, "name", None)
        name = (
            key_name if isinstance(key_name, str) else next((name for name, each in own.items() if each is child), None)
        )
        if name is None or name in found or not hasattr(value, name):
            return None
        found.append(name)
    return found


def _has_its_leaves(value: Any) -> bool:
    """Return whether an object's attributes hold the leaves into which JAX flattens it, in the same order."""
    own: dict[str, Any] = getattr(value, "__dict__", None) or {}
    trees: list[Any] = []
    for each in own.values():
        trees += [*each.values()] if each.__class__ is dict else [each]
    leaves, parts = jax.tree.leaves(value), jax.tree.leaves(trees)
    return bool(own) and len(leaves) == len(parts) and all(a is b for a, b in zip(leaves, parts, strict=True))


def _key(path: str, key: Any) -> Any:
    """Return the key of a dictionary as a tree of constants."""
    kind: Any = key.__class__
    if kind in (int, str, bool):
        return {"value": key}
    if kind is tuple:
        return {"tuple": [_key(path, each) for each in key]}
    raise NotKeptError(f"{path} has a key that is a {kind.__module__}.{kind.__qualname__}")


def _is_other(value: Any, each: Any) -> bool:
    return each is not value


def concrete(value: Any) -> Any:
    """Return the concrete value inside a tracer of differentiation or vectorisation; None if there is none yet."""
    while isinstance(value, jax.core.Tracer):
        if hasattr(value, "batch_dim") and hasattr(value, "val"):
            inner, dimension = concrete(value.val), value.batch_dim
            return inner if dimension is None or inner is None else np.take(data_of(inner), 0, axis=dimension)
        value = getattr(value, "primal", None)
    return value


def read_leaves(leaves: Sequence[functions.Leaf], values: Sequence[Any]) -> Launched:
    """Return copies of the arrays of a call."""
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
            array = array.astype(leaf.dtype)  # JAX also narrows values that are wider than its own types
        if array.dtype.kind == "V" and array.dtype.name != "bfloat16":
            lost.append(f"{leaf.name} has the type {array.dtype.name}, which is not recorded")
            continue
        row = array.dtype.itemsize * math.prod(array.shape[1:])
        found[leaf.name] = np.array(array[: max(1, LARGEST // max(1, row))] if array.ndim else array)
    return Launched(values=found, shapes=shapes, lost=tuple(lost))
