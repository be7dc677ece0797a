"""Bodies of histogram for ``recipes/applications/observables.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def histogram(COUNT, R, cutoff, bins, pair_distances, side):
    #| 0.25
    if R.ndim != 2:
        raise ValueError(f'expected positions of shape (n, dim), got {R.shape}')
    #| end
    #| 0.3
    if bins < 1 or cutoff <= 0.0:
        raise ValueError(f'expected bins up to a positive cutoff, got {bins} and {cutoff}')
    #| end
    n, d = R.shape
    width = cutoff / bins
    #| one of
    centers = (jnp.arange(bins) + 0.5) * width
    #| or
    edges = jnp.linspace(0.0, cutoff, bins + 1)
    centers = 0.5 * (edges[1:] + edges[:-1])
    #| end
    dr = pair_distances(R, side)
    COUNT
    #? 0.4 what an ideal gas would have in the same shells
    #| one of
    if d == 2:
        shell = 2.0 * math.pi * centers * width
    elif d == 3:
        shell = 4.0 * math.pi * centers ** 2 * width
    else:
        raise ValueError(f'expected two or three dimensions, got {d}')
    #| or
    area = either(2.0 * math.pi * centers if d == 2 else 4.0 * math.pi * centers ** 2)
    shell = area * width
    #| or
    #| 0.4
    if d not in (2, 3):
        raise ValueError(f'no shells in {d} dimensions')
    #| end
    shell = 2.0 * math.pi * width * (centers if d == 2 else 2.0 * centers ** 2)
    #| end
