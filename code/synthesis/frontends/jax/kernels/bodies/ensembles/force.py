"""Bodies of force for ``recipes/applications/ensembles.py``."""

import jax
import jax.numpy as jnp


def force(energy, frozen):
    def force(R):
        F = -jax.grad(energy)(R)
        if frozen is not None:
            #? 0.4 walls and substrates are fixed
            F = jnp.where(frozen[:, None], 0.0, F)
        return F
