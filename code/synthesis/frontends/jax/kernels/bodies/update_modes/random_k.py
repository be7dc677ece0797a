"""Bodies of random_k for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def random_k(grads, rng, share):
    leaves, treedef = jax.tree.flatten(grads)
    keys = jax.random.split(rng, len(leaves))
    #? 0.5 unbiased: entries that are sent are scaled up
    sparse = []
    for leaf_key, g in zip(keys, leaves):
        keep = jax.random.bernoulli(leaf_key, share, g.shape)
        sparse.append(jnp.where(keep, g / share, 0.0))
    out = jax.tree.unflatten(treedef, sparse)
