"""Bodies of shift for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp


def shift(Array):
    def shift(R: Array, dR: Array, side) -> Array:
        #| 0.4
        """Moves points and wraps them into the box."""
        #| end
        #| one of
        return jnp.mod(R + dR, side)
        #| or
        moved = R + dR
        return moved - side * jnp.floor(moved / side)
        #| end
