"""Bodies of tree_sum for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import helper


@helper
def tree_sum(tree):
    #| 0.4
    """{Sum over all arrays of a tree ~ Sums all elements}."""
    #| end
    #| one of
    return jax.tree.reduce(lambda total, x: total + jnp.sum(x), tree, 0.0)
    #| or
    return sum(jnp.sum(x) for x in jax.tree.leaves(tree))
    #| or
    total = 0.0
    for x in jax.tree.leaves(tree):
        total += jnp.sum(x)
    return total
    #| end
