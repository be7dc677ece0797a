"""Bodies of energy for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp


def energy(box, displacement, distance, PAIR, U):
    def energy(R):
        #| one of
        dR = displacement(R[:, None, :], R[None, :, :], box)
        dr = distance(dR)
        #| or
        dr = distance(displacement(R[:, None], R, box))
        #| end
        PAIR
        #? 0.4 each pair once, and no particle with itself
        #| one of
        return 0.5 * jnp.sum(jnp.where(jnp.eye(R.shape[0], dtype=bool), 0.0, U))
        #| or
        mask = 1.0 - jnp.eye(R.shape[0], dtype=R.dtype)
        return 0.5 * jnp.sum(mask * U)
        #| or
        return jnp.sum(jnp.triu(U, k=1))
        #| end
