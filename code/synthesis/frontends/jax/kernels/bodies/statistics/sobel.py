"""Bodies of sobel for ``recipes/domains/statistics.py``."""

import jax.numpy as jnp


def sobel(p, side):
    gx = p[2:, 1:-1] - p[:-2, 1:-1] + side * (p[2:, 2:] - p[:-2, 2:])
    gy = p[1:-1, 2:] - p[1:-1, :-2] + side * (p[2:, 2:] - p[2:, :-2])
    s = jnp.sqrt(gx * gx + gy * gy + 0.01)
