"""Bodies of dropped for ``recipes/applications/networks.py``."""

import jax
import jax.numpy as jnp


def drop(Array):
    def drop(x: Array, rate: float, key: Array | None) -> Array:
        #| 0.4
        """{No dropout without a key ~ Dropout}."""
        #| end
        #| one of
        if key is None or rate == 0.0:
            return x
        kept = jax.random.bernoulli(key, 1.0 - rate, x.shape)
        return jnp.where(kept, x / (1.0 - rate), 0.0)
        #| or
        if rate > 0.0 and key is not None:
            x = x * jax.random.bernoulli(key, 1.0 - rate, x.shape) / (1.0 - rate)
        return x
        #| end
