"""Bodies of halved for ``recipes/applications/detection.py``."""

import jax
import jax.numpy as jnp


def halve(Array):
    def halve(x: Array, how: str) -> Array:
        #| 0.5
        """Downsamples by two in both directions."""
        #| end
        if how == 'stride':
            return x[:, ::2, ::2]
        #| one of
        window = (1, 2, 2, 1)
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, 'VALID')
        #| or
        batch, height, width, channels = x.shape
        return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
        #| end
