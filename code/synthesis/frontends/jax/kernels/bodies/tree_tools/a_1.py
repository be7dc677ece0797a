"""Bodies of a_1 for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def a_1(weights, tree, tree_sum):
    #| 0.35
    if weights is not None:
        #| 0.7
        if jax.tree.structure(weights) != jax.tree.structure(tree):
            raise ValueError('expected one weight for each array of the tree')
        #| end
        #? 0.4 per-array penalties
        tree = jax.tree.map(lambda x, w: w * x, tree, weights)
    #| end
    return either(tree_sum(jax.tree.map(jnp.abs, tree)), sum(jnp.sum(jnp.abs(x)) for x in jax.tree.leaves(tree)))
