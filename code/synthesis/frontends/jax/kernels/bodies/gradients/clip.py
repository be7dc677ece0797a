"""Bodies of clip for ``recipes/applications/gradients.py``."""

import jax
import jax.numpy as jnp


def clip(global_norm, updates, max_norm):
    #? 0.4 global norm
    #| one of
    norm = global_norm(updates)
    factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
    #| or
    factor = max_norm / jnp.maximum(global_norm(updates), max_norm)
    #| end
    #| one of
    updates = {name: factor * u for name, u in updates.items()}
    #| or
    updates = jax.tree.map(lambda u: factor * u, updates)
    #| end
