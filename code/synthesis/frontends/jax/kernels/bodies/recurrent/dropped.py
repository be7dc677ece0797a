"""Bodies of dropped for ``recipes/applications/recurrent.py``."""

import jax
import jax.numpy as jnp


def dropout(Array):
    def dropout(x: Array, rate: float, key: Array | None) -> Array:
        #| 0.5
        """{Dropout if a key is given ~ No dropout without a key}."""
        #| end
        #| one of
        if key is None or rate == 0.0:
            return x
        kept = jax.random.bernoulli(key, 1.0 - rate, x.shape)
        return jnp.where(kept, x / (1.0 - rate), 0.0)
        #| or
        if rate > 0.0 and key is not None:
            kept = jax.random.bernoulli(key, 1.0 - rate, x.shape)
            x = jnp.where(kept, x, 0.0) / (1.0 - rate)
        return x
        #| end
