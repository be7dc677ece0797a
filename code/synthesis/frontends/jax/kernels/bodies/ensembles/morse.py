"""Bodies of morse for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp


def morse(alpha, dr, sigma, cutoff, epsilon, onset, smooth_cutoff):
    #| one of
    well = 1.0 - jnp.exp(-alpha * (dr - sigma))
    U = epsilon * (well ** 2 - 1.0) * smooth_cutoff(dr, onset, cutoff)
    #| or
    decay = jnp.exp(-alpha * (dr - sigma))
    U = epsilon * decay * (decay - 2.0) * smooth_cutoff(dr, onset, cutoff)
    #| end
