"""Bodies of concat for ``recipes/applications/tree_batches.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def concat(trees, max_rows):
    #| 0.4
    if not trees:
        raise ValueError('expected at least one tree')
    #| end
    #| one of
    #| 0.5
    structure = jax.tree.structure(trees[0])
    for place, other in enumerate(trees[1:], start=1):
        if jax.tree.structure(other) != structure:
            raise ValueError(f'tree {place} has another structure than tree 0')
    #| end
    return jax.tree.map(lambda *xs: jnp.concatenate(xs, axis=0), *trees)
    #| or
    def concat(*xs):
        #| 0.4
        if xs[0].ndim == 0:
            #? 0.5 project numbers to a vector
            return jnp.stack(xs)
        #| end
        #| 0.4
        dtype = either(jnp.result_type(*xs), functools.reduce(jnp.promote_types, [x.dtype for x in xs]))
        xs = [x.astype(dtype) for x in xs]
        #| end
        #| 0.5
        if any(x.shape[1:] != xs[0].shape[1:] for x in xs):
            raise ValueError(f'cannot join arrays of shapes {[x.shape for x in xs]}')
        #| end
        #| one of
        return jnp.concatenate(xs, axis=0)
        #| or
        return jnp.concatenate(xs, axis=0)[:max_rows]
        #| or
        joined = jnp.concatenate(xs, axis=0)
        return joined if max_rows is None else joined[-max_rows:]
        #| end
    return jax.tree.map(concat, *trees)
    #| or
    #? 0.4 flattened once, so that structures have to be the same
    leaves = [jax.tree.leaves(each) for each in trees]
    joined = [jnp.concatenate(xs, axis=0) for xs in zip(*leaves)]
    return jax.tree.unflatten(jax.tree.structure(trees[0]), joined)
    #| end
