"""Bodies of denoiser for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def denoise(Array):
    def denoise(params, x: Array, t: Array) -> Array:
        #| 0.3
        """Denoising network with a timestep input."""
        #| end
        #| one of
        h = either(jax.nn.silu, jax.nn.gelu)(x @ params['w1'] + params['time'][t])
        #| or
        h = jnp.dot(x, params['w1']) + params['time'][t]
        h = either(jax.nn.silu, jax.nn.gelu)(h)
        #| end
        return h @ params['w2']
