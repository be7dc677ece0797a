"""Bodies of distance for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def distance(x, y, scale):
    #| 0.4
    if x.ndim != 2 or y.ndim != 2:
        raise ValueError(f'expected two matrices, got shapes {x.shape} and {y.shape}')
    #| end
    #| 0.4
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f'expected rows of the same size, got {x.shape[-1]} and {y.shape[-1]} features')
    #| end
    #| 0.3
    if scale is not None:
        # features in units of their spread
        x, y = x / scale, y / scale
    #| end


def distance_2(bandwidth, out, normalize, eps):
    #| 0.5
    if bandwidth is not None:
        # {similarity from distance ~ similarities in place of distances}
        return jnp.exp(-out / bandwidth)
    #| end
    #| 0.5
    if normalize:
        # {the largest distance becomes one ~ between 0 and 1}
        out = out / either(jnp.maximum(out.max(), eps), (jnp.max(out) + eps))
    #| end
