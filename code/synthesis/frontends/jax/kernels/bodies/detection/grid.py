"""Bodies of grid for ``recipes/applications/detection.py``."""

import jax.numpy as jnp


def grid_centers(Array):
    def grid_centers(height: int, width: int, stride: int) -> Array:
        #| 0.5
        """{Centre of each cell in pixels ~ Image positions of the cells of a level}."""
        #| end
        #| one of
        rows = (jnp.arange(height) + 0.5) * stride
        cols = (jnp.arange(width) + 0.5) * stride
        y, x = jnp.meshgrid(rows, cols, indexing='ij')
        return jnp.stack([x, y], axis=-1).reshape(-1, 2)
        #| or
        x = jnp.broadcast_to((jnp.arange(width) + 0.5) * stride, (height, width))
        y = jnp.broadcast_to(((jnp.arange(height) + 0.5) * stride)[:, None], (height, width))
        return jnp.stack([x, y], axis=-1).reshape(height * width, 2)
        #| end
