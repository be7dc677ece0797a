"""Bodies of huber for ``recipes/applications/losses.py``."""

import jax.numpy as jnp


def huber(diff, delta):
    abs_diff = jnp.abs(diff)
    quadratic = jnp.minimum(abs_diff, delta)
    linear = abs_diff - quadratic
    errors = 0.5 * quadratic ** 2 + delta * linear
