"""Bodies of displacement for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def displacement(Array):
    def displacement(Ra: Array, Rb: Array, side) -> Array:
        #| 0.5
        """{Minimum-image displacement ~ Minimum image convention}."""
        #| end
        dR = Ra - Rb
        #| one of
        return jnp.mod(dR + 0.5 * side, side) - 0.5 * side
        #| or
        return dR - side * jnp.round(dR / side)
        #| end
