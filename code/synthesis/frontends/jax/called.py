"""What a jitted function is called with: its arguments as trees of named leaves, and the leaves as arrays."""

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synthesis.frontends.jax import functions
from synthesis.frontends.jax.fingerprints import data_of, is_key
from synthesis.frontends.jax.portraits import fields_of, variable
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


@dataclass(slots=True)
class Trees:
    """The arguments of a call as ``Signature.call`` has them.

    Args:
        beside: brings something into the source, and gives the name that it has there.
    """

    beside: Callable[[str, Any], str]
    leaves: list[functions.Leaf] = field(default_factory=list[functions.Leaf])
    _values: Iterator[tuple[Any, Any]] = field(default_factory=lambda: iter(()))

    def call_of(self, given: Given) -> dict[str, Any]:
        """The call; ``leaves`` has its leaves afterwards, in JAX's order.

        Raises:
            NotKeptError: if an argument is of a kind that no source can make.
        """
        self._values = zip(given.leaves, given.types, strict=True)
        names = functions.parameters_of(given.function)
        args: list[Any] = []
        for place, value in enumerate(given.args):
            name = names[place] if place < len(names) else f"arg{place}"
            args.append(self._static(name, value) if place in given.static_argnums else self._tree(name, value))
        kwargs: dict[str, Any] = {}
        for name in sorted(given.kwargs):
            value = given.kwargs[name]
            kwargs[name] = self._static(name, value) if name in given.static_argnames else self._tree(name, value)
        return {"args": args, "kwargs": kwargs}

    def _static(self, name: str, value: Any) -> Any:
        kind: Any = value.__class__
        if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
            return {"value": value}
        return {"beside": self.beside(variable(value) if name == "self" else name, value)}

    def _tree(self, path: str, value: Any) -> Any:
        if value is None:
            return None
        children = jax.tree_util.tree_flatten_with_path(value, is_leaf=functools.partial(_is_other, value))[0]
        if len(children) == 1 and not children[0][0]:
            return self._leaf(path)
        kind: Any = value.__class__
        trees = {key: self._tree(path + jax.tree_util.keystr(key), each) for key, each in children}
        if kind in (list, tuple):
            return {kind.__name__: list(trees.values())}
        if kind is dict and all(isinstance(key[0].key, str) for key in trees):
            return {"dict": {key[0].key: tree for key, tree in trees.items()}}
        return self._record(path, value, {getattr(key[0], "name", None): tree for key, tree in trees.items()})

    def _record(self, path: str, value: Any, trees: Mapping[Any, Any]) -> Any:
        fields = fields_of(value)
        if fields is None or not trees.keys() <= set(fields):
            kind: Any = value.__class__
            raise NotKeptError(f"{path} is a {kind.__module__}.{kind.__qualname__}, which no source can make")
        found = {
            name: trees[name] if name in trees else self._static(f"{path}_{name}", getattr(value, name))
            for name in fields
        }
        return {"record": self.beside(type(value).__name__, type(value)), "fields": found}

    def _leaf(self, path: str) -> Any:
        value, kind = next(self._values)
        if is_key(kind):
            data = jax.eval_shape(jax.random.key_data, jax.ShapeDtypeStruct(kind.shape, kind.dtype))
            self.leaves.append(functions.Leaf(name=path, dtype=str(data.dtype), shape=tuple(data.shape)))
            return {"key": path, "impl": str(jax.random.key_impl(value))}
        self.leaves.append(functions.Leaf(name=path, dtype=str(kind.dtype), shape=tuple(kind.shape)))
        return {"weak": path} if kind.weak_type else path


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
