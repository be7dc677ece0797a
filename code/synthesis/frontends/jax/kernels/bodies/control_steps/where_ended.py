"""Bodies of where_ended for ``recipes/applications/control_steps.py``."""

import jax.numpy as jnp


def where_ended(Array):
    def where_ended(ended: Array, first: Array, x: Array) -> Array:
        #| 0.5
        """{Resets states of finished episodes ~ Reset state where an episode ended}."""
        #| end
        #| one of
        flags = ended.reshape(ended.shape + (1,) * (x.ndim - ended.ndim))
        return jnp.where(flags, first, x)
        #| or
        while ended.ndim < x.ndim:
            ended = ended[..., None]
        return jnp.where(ended, first, x)
        #| or
        if x.ndim > 1:
            ended = ended.reshape(-1, *[1] * (x.ndim - 1))
        return jnp.where(ended, first, x)
        #| end
