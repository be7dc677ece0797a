"""Bodies of repeated for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp


def repeat_heads(Array):
    def repeat_heads(x: Array, num_heads: int) -> Array:
        #| 0.5
        """Repeats key heads to match the query heads."""
        #| end
        #| one of
        if x.shape[2] == num_heads:
            return x
        return jnp.repeat(x, num_heads // x.shape[2], axis=2)
        #| or
        return x if x.shape[2] == num_heads else jnp.repeat(x, num_heads // x.shape[2], axis=2)
        #| end
