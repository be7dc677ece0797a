"""Bodies of others for ``recipes/applications/named_steps.py``."""

import jax.numpy as jnp


def max_over_others(Array):
    def max_over_others(x: Array, axis: int) -> Array:
        #| 0.5
        """Maximum along an axis."""
        #| end
        #| one of
        others = tuple(other for other in range(x.ndim) if other != axis)
        return jnp.max(x, axis=others) if others else x
        #| or
        others = [other for other in range(x.ndim) if other != axis]
        if not others:
            return x
        return jnp.max(x, axis=tuple(others))
        #| end
