"""Bodies of where_ended for ``recipes/applications/control.py``."""

import jax.numpy as jnp


def where_ended(Array):
    def where_ended(ended: Array, first: Array, x: Array) -> Array:
        #| 0.5
        """{Takes the first state where an episode has ended ~ The state of a reset, where there is one}."""
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
