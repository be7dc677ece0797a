"""Bodies of average for ``recipes/applications/segments.py``."""

import jax
import jax.numpy as jnp


def average(Array):
    def average(part: Array, table: Array, entries: Array, temperature: float) -> Array:
        #| 0.5
        """Kernel-weighted average of values."""
        #| end
        #| one of
        squares = jnp.sum((part[:, None] - table) ** 2, axis=-1)
        weights = jax.nn.softmax(-squares / temperature, axis=-1)
        #| or
        scores = part @ table.T / temperature
        weights = jax.nn.softmax(scores, axis=-1)
        #| end
        return weights @ entries
