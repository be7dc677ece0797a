"""Bodies of limited for ``recipes/applications/gradients.py``."""

import jax
import jax.numpy as jnp


def clip_to(Array):
    def clip_to(grads, norm: Array, max_norm: float | None):
        #| 0.4
        """Clips gradients by norm."""
        #| end
        #| one of
        if max_norm is None:
            return grads
        return jax.tree.map(lambda g: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)), grads)
        #| or
        factor = 1.0 if max_norm is None else jnp.minimum(1.0, max_norm / (norm + 1e-6))
        return jax.tree.map(lambda g: factor * g, grads)
        #| end
