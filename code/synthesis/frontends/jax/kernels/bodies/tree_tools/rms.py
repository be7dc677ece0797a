"""Bodies of rms for ``recipes/applications/tree_tools.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def rms(tree, exclude_vectors, tree_sum, tree_vdot):
    #| one of
    leaves = jax.tree.leaves(tree)
    size = either(sum(x.size for x in leaves), sum(math.prod(x.shape) for x in leaves))
    squares = sum(jnp.sum(x ** 2) for x in leaves)
    #| or
    squares, size = 0.0, 0
    for x in jax.tree.leaves(tree):
        if exclude_vectors and x.ndim < 2:
            #? 0.5 exclude biases and scales
            continue
        squares += jnp.sum(x ** 2)
        size += x.size
    #| or
    #? 0.4 number of elements and their squares
    size = jax.tree.reduce(lambda count, x: count + x.size, tree, 0)
    squares = either(tree_vdot(tree, tree), tree_sum(jax.tree.map(jnp.square, tree)))
    #| end
    #| one of
    return jnp.sqrt(squares / size)
    #| or
    mean = squares / size
    return jnp.sqrt(mean)
    #| end
