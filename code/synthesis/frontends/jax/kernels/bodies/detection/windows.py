"""Bodies of windows for ``recipes/applications/detection.py``."""

import jax
import jax.numpy as jnp


def gather_windows(Array):
    def gather_windows(series: Array, starts: Array, length: int) -> Array:
        #| 0.5
        """{Slice of each series ~ Steps of each series from its start index}."""
        #| end
        #| one of
        index = starts[:, None] + jnp.arange(length)
        return jnp.take_along_axis(series, index[..., None], axis=1)
        #| or
        def cut(rows, start):
            return jax.lax.dynamic_slice_in_dim(rows, start, length)
        return jax.vmap(cut)(series, starts)
        #| end
