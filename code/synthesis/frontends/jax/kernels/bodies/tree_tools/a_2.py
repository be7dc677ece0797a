"""Bodies of a_2 for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def a_2(tree, tree_sum, tree_vdot, squared, scales):
    #| one of
    squares = either(tree_vdot(tree, tree), tree_sum(jax.tree.map(jnp.square, tree)), sum(jnp.sum(x ** 2) for x in jax.tree.leaves(tree)), sum(jnp.vdot(x, x) for x in jax.tree.leaves(tree)))
    #| 0.6
    if squared:
        return squares
    #| end
    return jnp.sqrt(squares)
    #| or
    #| one of
    if scales is None:
        squares = tree_sum(jax.tree.map(jnp.square, tree))
    else:
        #| 0.5
        if jax.tree.structure(scales) != jax.tree.structure(tree):
            raise ValueError('expected one scale for each array of the tree')
        #| end
        #? 0.4 arrays of different units count equally
        squares = tree_sum(jax.tree.map(lambda x, s: jnp.square(x / s), tree, scales))
    #| or
    squares = tree_sum(jax.tree.map(lambda x, s: jnp.square(x / s), tree, scales))
    #| end
    return jnp.sqrt(squares)
    #| or
    def sum_of_squares(x):
        #| 0.5
        if not jnp.issubdtype(x.dtype, jnp.floating):
            raise TypeError(f'expected floating arrays, got {x.dtype}')
        #| end
        #? 0.4 squares of half precision overflow early
        x = x.astype(jnp.float32)
        return jnp.sum(x ** 2)
    squares = sum(map(sum_of_squares, jax.tree.leaves(tree)))
    #| 0.5
    if squared:
        return squares
    #| end
    return jnp.sqrt(squares)
    #| end
