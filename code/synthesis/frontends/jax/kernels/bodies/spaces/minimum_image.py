"""Bodies of minimum_image for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def minimum_image(box, fractional, dR):
    if box is not None:
        #? 0.4 the nearest of all images ~ minimum image convention in the box
        #| 0.6
        if fractional:
            # positions are in units of the box
            dR = box * (dR - jnp.round(dR))
        else:
            dR = dR - box * jnp.round(dR / box)
        #| else
        #| one of
        dR = jnp.mod(dR + 0.5 * box, box) - 0.5 * box
        #| or
        dR = dR - box * jnp.round(dR / box)
        #| or
        half = 0.5 * box
        dR = jnp.where(dR > half, dR - box, dR)
        dR = jnp.where(dR < -half, dR + box, dR)
        #| end
        #| end
