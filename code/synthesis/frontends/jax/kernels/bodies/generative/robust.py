"""Bodies of robust for ``recipes/applications/generative.py``."""

import jax.numpy as jnp


def robust(Array):
    def robust(error: Array, delta: float | None) -> Array:
        #| 0.5
        """{Squared error, linear beyond a limit ~ Huber loss, or squared error without a limit}."""
        #| end
        #| one of
        if delta is None:
            return 0.5 * error ** 2
        #| one of
        size = jnp.abs(error)
        inner = jnp.minimum(size, delta)
        return 0.5 * inner ** 2 + delta * (size - inner)
        #| or
        return jnp.where(jnp.abs(error) < delta, 0.5 * error ** 2, delta * (jnp.abs(error) - 0.5 * delta))
        #| end
        #| or
        if delta is not None:
            size = jnp.abs(error)
            return jnp.where(size < delta, 0.5 * size ** 2, delta * (size - 0.5 * delta))
        return 0.5 * jnp.square(error)
        #| end
