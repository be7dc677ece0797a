"""Bodies of drift for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp


def drift(remove_drift, COLUMN, V, mass):
    if remove_drift:
        #? 0.5 remove the centre-of-mass motion
        #| one of
        momentum = jnp.sum(COLUMN * V, axis=0)
        V = V - momentum / jnp.sum(mass)
        #| or
        V = V - jnp.sum(COLUMN * V, axis=0, keepdims=True) / jnp.sum(mass)
        #| end
