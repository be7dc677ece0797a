"""Bodies of shifted for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def shifted(cutoff, shift, U, potential, dr):
    if cutoff is not None:
        if shift:
            #? 0.5 the energy is continuous at the cutoff
            U = U - potential(cutoff)
        U = jnp.where(dr < cutoff, U, 0.0)
