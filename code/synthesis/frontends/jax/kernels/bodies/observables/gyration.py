"""Bodies of gyration for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def gyration(arm, masses, total_mass, squared, return_center, center):
    squares = jnp.sum(arm ** 2, axis=-1)
    #| one of
    rg2 = masses @ squares / total_mass
    #| or
    rg2 = jnp.sum(masses * squares) / total_mass
    #| end
    #| one of
    if squared:
        return rg2
    return jnp.sqrt(rg2)
    #| or
    return rg2 if squared else jnp.sqrt(rg2)
    #| or
    if not return_center:
        return jnp.sqrt(rg2)
    return jnp.sqrt(rg2), center
    #| end
