"""Bodies of visible for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp


def visible(Array):
    def visible(q_pos: Array, k_pos: Array, window: int | None) -> Array:
        #| 0.5
        """{Attention mask of keys per query ~ Causal mask, with a window or without}."""
        #| end
        mask = k_pos[None, :] <= q_pos[:, None]
        #| one of
        if window is None:
            return mask
        return mask & (q_pos[:, None] - k_pos[None, :] < window)
        #| or
        if window is not None:
            mask = jnp.logical_and(mask, q_pos[:, None] - k_pos[None, :] < window)
        return mask
        #| end
