"""Bodies of stack for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp


def stack(trees, axis):
    #| 0.4
    if not trees:
        raise ValueError('expected at least one tree')
    #| end
    #| 0.6
    structure = jax.tree.structure(trees[0])
    #| one of
    for place, other in enumerate(trees[1:], start=1):
        if jax.tree.structure(other) != structure:
            raise ValueError(f'tree {place} has another structure than tree 0')
    #| or
    if any(jax.tree.structure(other) != structure for other in trees[1:]):
        raise ValueError('expected trees of the same structure')
    #| end
    #| end
    #| one of
    return jax.tree.map(lambda *xs: jnp.stack(xs, axis=axis), *trees)
    #| or
    def stack(*xs):
        #| 0.5
        shapes = set(x.shape for x in xs)
        if len(shapes) > 1:
            raise ValueError(f'cannot stack arrays of shapes {sorted(shapes)}')
        #| end
        return jnp.stack(xs, axis=axis)
    return jax.tree.map(stack, *trees)
    #| end
