"""Bodies of nearest for ``recipes/applications/segments.py``."""

import jax.numpy as jnp


def nearest(Array):
    def nearest(part: Array, table: Array) -> Array:
        #| 0.5
        """Index of the nearest key to each query."""
        #| end
        #| one of
        squares = jnp.sum(part ** 2, axis=-1)[:, None] - 2.0 * part @ table.T + jnp.sum(table ** 2, axis=-1)
        #| or
        squares = jnp.sum((part[:, None] - table) ** 2, axis=-1)
        #| end
        return jnp.argmin(squares, axis=-1)
