"""Bodies of penalty for ``recipes/applications/training.py``."""

import jax
import jax.numpy as jnp


def penalty(params, loss, strength):
    #? 0.4 biases are not penalized ~ weight matrices only
    #| one of
    l2_loss = sum(jnp.sum(w ** 2) for w in jax.tree.leaves(params) if w.ndim > 1)
    loss = loss + 0.5 * strength * l2_loss
    #| or
    kernels = [w for w in jax.tree.leaves(params) if w.ndim > 1]
    loss = loss + 0.5 * strength * sum(jnp.vdot(w, w) for w in kernels)
    #| end
