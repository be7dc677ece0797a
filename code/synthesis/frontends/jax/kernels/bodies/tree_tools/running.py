"""Bodies of running for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def running(count, new, tree, start):
    #| one of
    #? 0.4 mean of all parameters so far
    weight = 1.0 / (count + 1)
    tree = jax.tree.map(lambda old, x: old + weight * (x - old), tree, new)
    #| or
    #? 0.4 averaging starts late; a copy before that
    num_averaged = jnp.maximum(count - start, 0)
    weight = 1.0 / (num_averaged + 1)
    tree = jax.tree.map(lambda old, x: old + weight * (x - old), tree, new)
    #| or
    def update(old, x):
        return (count * old + x) / (count + 1)
    tree = jax.tree.map(update, tree, new)
    #| end
    return tree, count + 1
