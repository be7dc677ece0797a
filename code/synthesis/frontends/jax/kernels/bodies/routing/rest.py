"""Bodies of rest for ``recipes/applications/routing.py``."""

import jax.numpy as jnp


def leftover(Array):
    def leftover(target: Array, draft: Array) -> Array:
        #| 0.5
        """{Residual distribution after rejection ~ Distribution for resampling a rejected token}."""
        #| end
        rest = jnp.maximum(target - draft, 0.0)
        #| one of
        total = jnp.sum(rest, axis=-1, keepdims=True)
        return jnp.where(total > 0.0, rest / jnp.maximum(total, 1e-9), target)
        #| or
        return rest / (jnp.sum(rest, axis=-1, keepdims=True) + 1e-9)
        #| end
