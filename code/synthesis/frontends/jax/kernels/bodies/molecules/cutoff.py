"""Bodies of cutoff for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def smooth_cutoff(Array):
    def smooth_cutoff(dr: Array, onset: float, cutoff: float) -> Array:
        #| 0.5
        """{Switching function from one to zero ~ Smooth cutoff from one to zero}."""
        #| end
        #| one of
        r2, on2, off2 = dr ** 2, onset ** 2, cutoff ** 2
        inner = (off2 - r2) ** 2 * (off2 + 2.0 * r2 - 3.0 * on2) / (off2 - on2) ** 3
        inner = jnp.where(dr < cutoff, inner, 0.0)
        return jnp.where(dr < onset, 1.0, inner)
        #| or
        t = jnp.clip((dr - onset) / (cutoff - onset), 0.0, 1.0)
        return 1.0 - t ** 2 * (3.0 - 2.0 * t)
        #| or
        x = jnp.clip((dr - onset) / (cutoff - onset), 0.0, 1.0)
        return 0.5 * (jnp.cos(jnp.pi * x) + 1.0)
        #| end
