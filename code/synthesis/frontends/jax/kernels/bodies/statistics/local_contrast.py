"""Bodies of local_contrast for ``recipes/domains/statistics.py``."""

import jax.numpy as jnp


def local_contrast(p, side):
    c = p[1:-1, 1:-1]
    m = (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2]) / 4.0
    s = (c - m) / (jnp.abs(m) + side)
