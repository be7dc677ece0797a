"""Bodies of safe for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def distance(Array):
    def distance(dR: Array) -> Array:
        #| 0.4
        """{Vector norms with a finite gradient at zero ~ Distances with a NaN-safe gradient}."""
        #| end
        dr2 = jnp.sum(dR ** 2, axis=-1)
        #| one of
        safe = jnp.where(dr2 > 0, dr2, 1.0)
        return jnp.where(dr2 > 0, jnp.sqrt(safe), 0.0)
        #| or
        return jnp.sqrt(jnp.where(dr2 > 0, dr2, 1.0)) * (dr2 > 0)
        #| end
