"""Bodies of potentials for ``recipes/applications/ensemble_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def potentials(dr2, epsilon, sigma):
    #| one of
    U = epsilon * jnp.exp(-dr2 / sigma ** 2)
    #| or
    overlap = jnp.maximum(1.0 - jnp.sqrt(dr2) / sigma, 0.0)
    U = either(0.5 * epsilon * overlap ** 2, 0.4 * epsilon * overlap ** 2.5)
    #| or
    #? 0.5 shells that overlap repel each other
    U = epsilon * jnp.exp(-jnp.sqrt(dr2) / sigma)
    #| or
    decay = jnp.exp(-2.0 * (jnp.sqrt(dr2) - sigma))
    U = epsilon * decay * (decay - 2.0)
    #| end
