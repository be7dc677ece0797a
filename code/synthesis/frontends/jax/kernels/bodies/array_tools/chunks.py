"""Bodies of chunks for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def chunks(missing, x, multiple):
    #| one of
    if missing > 0:
        #? 0.4 fill the last chunk
        fill = jnp.zeros((missing, *x.shape[1:]), x.dtype)
        x = jnp.concatenate([x, fill])
    #| or
    x = jnp.concatenate([x, jnp.zeros((missing, *x.shape[1:]), x.dtype)])
    #| end
    return either(x.reshape(-1, multiple, *x.shape[1:]), x.reshape((-1, multiple) + x.shape[1:]))
