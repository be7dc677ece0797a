"""Bodies of morse for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def morse(form, stiffness, stretch, depth):
    if form == 'harmonic':
        U = 0.5 * stiffness * stretch ** 2
    elif form == 'morse':
        #? 0.5 as stiff as the spring at rest, but breakable
        alpha = jnp.sqrt(0.5 * stiffness / depth)
        U = depth * (1.0 - jnp.exp(-alpha * stretch)) ** 2
    else:
        raise ValueError(f'unknown form of bonds {form}')
