"""Bodies of standardized for ``recipes/applications/images.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def standardized(params, FAN):
    # {weight standardization ~ every filter has zero mean and unit variance}
    kernel = params['kernel']
    kernel = kernel - kernel.mean(axis=FAN, keepdims=True)
    kernel = kernel / either(jnp.sqrt(kernel.var(axis=FAN, keepdims=True) + 1e-4), (kernel.std(axis=FAN, keepdims=True) + 1e-2))
