"""Bodies of count for ``recipes/applications/segments.py``."""

import jax.numpy as jnp


def count(Array):
    def count(part: Array, table: Array, radius: float) -> Array:
        #| 0.5
        """Counts the keys within the radius of each query."""
        #| end
        squares = jnp.sum((part[:, None] - table) ** 2, axis=-1)
        #| one of
        return jnp.sum(squares < radius ** 2, axis=-1)
        #| or
        return jnp.count_nonzero(squares < radius ** 2, axis=-1)
        #| end
