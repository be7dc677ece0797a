"""Bodies of compared for ``recipes/applications/tree_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def compared(check_same_structure, other, tree, path_name, ERROR, error, ENDS, tol):
    #| one of
    check_same_structure(tree, other)
    #| or
    #| 0.5
    if jax.tree.structure(tree) != jax.tree.structure(other):
        raise ValueError('cannot compare trees of different structures')
    #| end
    #| end
    #| one of
    errors = {}
    for (path, x), y in zip(jax.tree.leaves_with_path(tree), jax.tree.leaves(other)):
        name = either(path_name(path), '/'.join(str(entry.key) for entry in path))
        ERROR
        errors[name] = error
    ENDS
    #| or
    def compare(x, y):
        ERROR
        return error
    errors = jax.tree.map(compare, tree, other)
    #| one of
    return errors
    #| or
    worst = either(jnp.max(jnp.stack(jax.tree.leaves(errors))), jax.tree.reduce(jnp.maximum, errors))
    return errors, worst
    #| or
    overall = either(jnp.mean(jnp.stack(jax.tree.leaves(errors))), jnp.stack(jax.tree.leaves(errors)).mean())
    return overall, overall <= tol
    #| or
    return errors, jax.tree.map(lambda error: error > tol, errors)
    #| end
    #| end
