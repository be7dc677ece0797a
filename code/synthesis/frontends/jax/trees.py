"""Expressions for structures of trees, and for functions that make a tree of a flat array."""

from typing import Any

import numpy as np
from jax import flatten_util

from synthesis.frontends.definitions import Built
from synthesis.frontends.jax import functions

jax: Any = functions.jax


def structure(value: Any) -> Built | None:
    """Return the expression of a tree structure, or of a function from ``ravel_pytree``; None for any other value."""
    if isinstance(value, jax.tree_util.PyTreeDef):
        return Built("jax.tree_util.tree_structure({0})", (("tree", _tree(value, [0] * value.num_leaves)),))
    match _made_of(value):
        case [jax.tree_util.PyTreeDef() as tree, inner]:
            _, shapes, *types = _made_of(inner) or ((), ())
            kinds = types[0] if types else [np.float32] * len(shapes)
            leaves = [np.zeros(shape, kind) for shape, kind in zip(shapes, kinds, strict=True)]
            if len(leaves) == tree.num_leaves:
                return Built("jax.flatten_util.ravel_pytree({0})[1]", (("tree", _tree(tree, leaves)),))
        case _:
            pass
    return None


def _tree(value: Any, leaves: list[Any]) -> Any:
    return jax.tree_util.tree_unflatten(value, leaves)


def _made_of(value: Any) -> list[Any] | None:
    """Return what a function from ``ravel_pytree``, or the function of leaves inside it, is made of; else None."""
    own: dict[str, Any] = getattr(value, "__dict__", {})
    is_jax = type(value).__module__.partition(".")[0] == "jax"
    home = getattr(own.get("f"), "__module__", None) if is_jax else None
    return [*own["args"]] if home == flatten_util.ravel_pytree.__module__ else None
