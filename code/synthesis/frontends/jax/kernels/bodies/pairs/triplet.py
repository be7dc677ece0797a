"""Bodies of triplet for ``recipes/applications/pairs.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def triplet(margin, neg_dist, pos_dist):
    #| one of
    per_example = either(jax.nn.relu(pos_dist - neg_dist + margin), jnp.maximum(pos_dist - neg_dist + margin, 0.0))
    #| or
    #? 0.5 soft margin by softplus
    per_example = jax.nn.softplus(pos_dist - neg_dist)
    #| or
    if margin is None:
        #? 0.5 soft margin
        per_example = jax.nn.softplus(pos_dist - neg_dist)
    else:
        per_example = either(jax.nn.relu(pos_dist - neg_dist + margin), jnp.maximum(pos_dist - neg_dist + margin, 0.0))
    #| end
