"""Bodies of wrapped for ``recipes/applications/matter.py``."""

import jax.numpy as jnp


def displacement(Array):
    def displacement(a: Array, b: Array, box: float | None) -> Array:
        #| 0.5
        """{Minimum-image displacement between particles ~ Displacement in a periodic box}."""
        #| end
        #| one of
        d = a - b
        if box is not None:
            d = d - box * jnp.round(d / box)
        return d
        #| or
        d = a - b
        return d if box is None else d - box * jnp.round(d / box)
        #| or
        if box is None:
            return a - b
        return jnp.mod(a - b + 0.5 * box, box) - 0.5 * box
        #| end
