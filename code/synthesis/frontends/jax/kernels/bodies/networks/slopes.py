"""Bodies of slopes for ``recipes/applications/networks.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def head_slopes(Array):
    def head_slopes(num_heads: int) -> Array:
        #| 0.5
        """{ALiBi slope of each head ~ Distance slope of each head}."""
        #| end
        return either(2.0 ** (-8.0 * (jnp.arange(num_heads) + 1) / num_heads), jnp.exp2(-8.0 / num_heads * jnp.arange(1, num_heads + 1)))
