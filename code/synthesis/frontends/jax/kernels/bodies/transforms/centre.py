"""Bodies of centre for ``recipes/applications/transforms.py``."""

import jax.numpy as jnp


def centre(g):
    if g.ndim < 2:
        #? 0.4 scalars and vectors stay as they are
        return g
    #? 0.4 over all axes except the outputs
    return g - jnp.mean(g, axis=tuple(range(g.ndim - 1)), keepdims=True)
