"""Bodies of noisy for ``recipes/applications/robots.py``."""

import jax


def add_noise(Array):
    def add_noise(key: Array, x: Array, scale: float) -> Array:
        #| 0.4
        """Sensor noise."""
        #| end
        #| one of
        return x + scale * jax.random.uniform(key, x.shape, x.dtype, -1.0, 1.0)
        #| or
        noise = jax.random.normal(key, x.shape, x.dtype)
        return x + scale * noise
        #| end
