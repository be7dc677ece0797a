"""Bodies of keep_largest for ``recipes/applications/training_parts.py``."""

import jax
import jax.numpy as jnp


def keep_largest(Array):
    def keep_largest(logits: Array, k: int, lowest: float) -> Array:
        #| 0.5
        """Keeps the k largest scores of each row."""
        #| end
        #| one of
        kth = jax.lax.top_k(logits, k)[0][:, -1:]
        #| or
        kth = jnp.sort(logits, axis=-1)[:, -k][:, None]
        #| end
        return jnp.where(logits < kth, lowest, logits)
