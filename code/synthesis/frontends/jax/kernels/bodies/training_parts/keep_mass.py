"""Bodies of keep_mass for ``recipes/applications/training_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def keep_mass(Array):
    def keep_mass(logits: Array, share: float, lowest: float) -> Array:
        #| 0.5
        """Keeps the smallest nucleus of tokens."""
        #| end
        ordered = either(jnp.sort(logits, axis=-1)[:, ::-1], jnp.flip(jnp.sort(logits, axis=-1), axis=-1))
        mass = jnp.cumsum(jax.nn.softmax(ordered, axis=-1), axis=-1)
        kept = jnp.sum(mass < share, axis=-1, keepdims=True)
        least = jnp.take_along_axis(ordered, kept, axis=-1)
        return jnp.where(logits < least, lowest, logits)
