"""Bodies of penalized for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def penalized(params, losses, strength, METRIC):
    #? 0.4 biases are not penalized ~ weight matrices only
    #| one of
    penalty = sum(jnp.sum(layer['w'] ** 2) for layer in params)
    #| or
    penalty = sum(jnp.sum(p ** 2) for p in jax.tree.leaves(params) if p.ndim > 1)
    #| end
    loss = either(jnp.mean(losses), losses.mean()) + 0.5 * strength * penalty
    return loss, METRIC
