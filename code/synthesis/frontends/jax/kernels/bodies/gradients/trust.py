"""Bodies of trust for ``recipes/applications/gradients.py``."""

import jax.numpy as jnp


def trust(params, updates, max_ratio):
    #? 0.4 relative step sizes
    for name, w in params.items():
        #| one of
        ratio = jnp.linalg.norm(w) / (jnp.linalg.norm(updates[name]) + 1e-6)
        #| one of
        updates[name] = jnp.clip(ratio, 0.0, max_ratio) * updates[name]
        #| or
        updates[name] = jnp.minimum(ratio, max_ratio) * updates[name]
        #| end
        #| or
        size, length = jnp.linalg.norm(w), jnp.linalg.norm(updates[name])
        updates[name] = jnp.where(length > 0.0, size / jnp.maximum(length, 1e-6), 1.0) * updates[name]
        #| end
