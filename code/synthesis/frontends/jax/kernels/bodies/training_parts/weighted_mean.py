"""Bodies of weighted_mean for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def weighted_mean(Array):
    def weighted_mean(x: Array, weights: Array) -> Array:
        #| 0.5
        """{Masked mean ~ Weighted mean, zero if all weights are zero}."""
        #| end
        #| one of
        return jnp.sum(weights * x) / jnp.maximum(jnp.sum(weights), 1.0)
        #| or
        total = jnp.maximum(weights.sum(), 1.0)
        return either((weights * x).sum() / total, jnp.vdot(weights, x) / total)
        #| end
