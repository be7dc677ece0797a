"""Bodies of ternary for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ternary(threshold, grads):
    def ternarize(g):
        magnitude = jnp.abs(g)
        #? 0.5 entries become -scale, 0 or scale
        mask = magnitude > threshold * either(jnp.mean(magnitude), magnitude.mean())
        scale = jnp.sum(jnp.where(mask, magnitude, 0.0)) / jnp.maximum(jnp.sum(mask), 1)
        return jnp.where(mask, jnp.sign(g) * scale, 0.0)
    out = jax.tree.map(ternarize, grads)
