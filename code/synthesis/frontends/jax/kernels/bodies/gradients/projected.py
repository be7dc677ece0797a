"""Bodies of projected for ``recipes/applications/gradients.py``."""

import jax.numpy as jnp


def without_conflict(Array):
    def without_conflict(g: Array, other: Array) -> Array:
        #| 0.5
        """{Projects out the conflicting component ~ Gradient without the conflicting component}."""
        #| end
        dot = jnp.vdot(g, other)
        #| one of
        return g - jnp.minimum(dot, 0.0) / (jnp.vdot(other, other) + 1e-8) * other
        #| or
        against = dot / (jnp.sum(other ** 2) + 1e-8) * other
        return jnp.where(dot < 0.0, g - against, g)
        #| end
