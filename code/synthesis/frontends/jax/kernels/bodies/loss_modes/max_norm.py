"""Bodies of max_norm for ``recipes/applications/loss_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def max_norm(leaves, limit):
    norms = [either(jnp.linalg.norm(w), jnp.sqrt(jnp.sum(w ** 2))) for w in leaves]
    #| one of
    out = sum(jax.nn.relu(norm - limit) ** 2 for norm in norms)
    #| or
    over = jnp.maximum(jnp.stack(norms) - limit, 0.0)
    out = jnp.sum(jnp.square(over))
    #| end
