"""Bodies of all_clipped for ``recipes/applications/schedules.py``."""

import jax
import jax.numpy as jnp


def clip_gradients(global_norm):
    def clip_gradients(grads, max_norm: float | None):
        #| 0.5
        """{Clips gradients by global norm ~ Clips gradients to a maximum norm}."""
        #| end
        if max_norm is None:
            return grads
        #| one of
        norm = global_norm(grads)
        return jax.tree.map(lambda g: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)), grads)
        #| or
        norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
        factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
        return jax.tree.map(lambda g: factor * g, grads)
        #| end
