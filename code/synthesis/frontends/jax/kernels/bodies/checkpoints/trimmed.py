"""Bodies of trimmed for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp


def trim(Array):
    def trim(vector: Array, density: float) -> Array:
        #| 0.5
        """{Keeps the largest changes ~ Drops small changes}."""
        #| end
        #| one of
        least = jnp.quantile(jnp.abs(vector), 1.0 - density)
        return jnp.where(jnp.abs(vector) >= least, vector, 0.0)
        #| or
        if density >= 1.0:
            return vector
        least = jnp.quantile(jnp.abs(vector).reshape(-1), 1.0 - density)
        return vector * (jnp.abs(vector) >= least)
        #| end
