"""Bodies of seen for ``recipes/applications/networks.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def band(Array):
    def band(q_pos: Array, k_pos: Array, causal: bool, window: int | None) -> Array:
        #| 0.5
        """{Mask of keys within the window ~ Positional attention mask}."""
        #| end
        distance = q_pos[:, None] - k_pos[None, :]
        #| one of
        mask = distance >= 0 if causal else jnp.ones_like(distance, dtype=bool)
        if window is not None:
            mask = mask & (either(jnp.abs(distance) < window, (distance < window) & (distance > -window)))
        return mask
        #| or
        if causal and window is None:
            return distance >= 0
        if causal:
            return (distance >= 0) & (distance < window)
        if window is None:
            return jnp.ones(distance.shape, bool)
        return jnp.abs(distance) < window
        #| end
