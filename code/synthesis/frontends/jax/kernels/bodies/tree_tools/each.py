"""Bodies of each for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def each(tree, relative, eps):
    #| one of
    norms = jax.tree.map(lambda x: jnp.sqrt(jnp.sum(x ** 2)), tree)
    overall = jnp.sqrt(sum(n ** 2 for n in jax.tree.leaves(norms)))
    #| or
    squares = jax.tree.map(lambda x: jnp.sum(x ** 2), tree)
    overall = jnp.sqrt(either(jax.tree.reduce(jnp.add, squares), sum(jax.tree.leaves(squares))))
    norms = jax.tree.map(jnp.sqrt, squares)
    #| end
    #| 0.5
    if relative:
        #? 0.4 share of each array
        norms = jax.tree.map(lambda n: n / either((overall + eps), jnp.maximum(overall, eps)), norms)
    #| end
    return norms, overall
