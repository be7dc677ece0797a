"""Bodies of tracked for ``recipes/applications/robots.py``."""

import jax.numpy as jnp


def tracking(Array):
    def tracking(error: Array, sigma) -> Array:
        #| 0.4
        """Exponential reward of an error."""
        #| end
        #| one of
        if error.ndim > 1:
            error = jnp.sum(error ** 2, axis=-1)
        else:
            error = error ** 2
        return jnp.exp(-error / sigma)
        #| or
        squares = jnp.sum(error ** 2, axis=-1) if error.ndim > 1 else error ** 2
        return jnp.exp(-squares / sigma)
        #| end
