"""Bodies of volume for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def volume(side, R, d):
    #| one of
    if side is None:
        #? 0.5 without a box: bounding volume of the particles
        volume = jnp.prod(jnp.max(R, axis=0) - jnp.min(R, axis=0))
    else:
        volume = side ** d
    #| or
    extent = jnp.max(R, axis=0) - jnp.min(R, axis=0)
    volume = either(jnp.prod(extent) if side is None else side ** d, side ** d if side is not None else jnp.prod(extent))
    #| end
