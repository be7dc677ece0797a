"""Bodies of keep_two for ``recipes/applications/layerwise.py``."""

import jax.numpy as jnp


def keep_two(old, b2, squares):
    row, column = old
    row = b2 * row + (1.0 - b2) * jnp.mean(squares, axis=-1)
    column = b2 * column + (1.0 - b2) * jnp.mean(squares, axis=-2)
    return row, column
