"""Bodies of normalized for ``recipes/applications/augment.py``."""

import jax
import jax.numpy as jnp


def normalize_obs(Array):
    def normalize_obs(obs: Array, mean: Array, var: Array, limit: float) -> Array:
        #| 0.5
        """{Standardizes observations ~ Standardizes and clips observations}."""
        #| end
        #| one of
        return jnp.clip((obs - mean) / jnp.sqrt(var + 1e-8), -limit, limit)
        #| or
        scaled = (obs - mean) * jax.lax.rsqrt(var + 1e-8)
        return jnp.clip(scaled, -limit, limit)
        #| end
