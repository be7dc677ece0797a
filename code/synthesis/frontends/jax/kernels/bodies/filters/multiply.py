"""Bodies of multiply for ``recipes/applications/filters.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def multiply(Array):
    def multiply(a: Array, b: Array) -> Array:
        #| 0.5
        """Hamilton product of quaternions with the real part first."""
        #| end
        w1, x1, y1, z1 = either(jnp.moveaxis(a, -1, 0), (a[..., i] for i in range(4)))
        w2, x2, y2, z2 = either(jnp.moveaxis(b, -1, 0), (b[..., i] for i in range(4)))
        return jnp.stack([
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ], axis=-1)
