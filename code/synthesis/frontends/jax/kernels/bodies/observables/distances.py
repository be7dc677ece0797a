"""Bodies of distances for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pair_distances(Array):
    def pair_distances(R: Array, side) -> Array:
        #| 0.5
        """{Distances of all pairs, to the nearest image ~ Matrix of minimum image distances}."""
        #| end
        dR = either(R[:, None, :] - R[None, :, :], R[:, None] - R)
        if side is not None:
            #| one of
            dR = dR - side * jnp.round(dR / side)
            #| or
            dR = jnp.mod(dR + 0.5 * side, side) - 0.5 * side
            #| end
        dr2 = either(jnp.sum(dR ** 2, axis=-1), jnp.sum(dR * dR, axis=-1))
        #? 0.3 the square root has no finite gradient at zero
        #| one of
        return jnp.sqrt(jnp.where(dr2 > 0, dr2, 1.0)) * (dr2 > 0)
        #| or
        apart = dr2 > 0
        return jnp.where(apart, jnp.sqrt(jnp.where(apart, dr2, 1.0)), 0.0)
        #| end
