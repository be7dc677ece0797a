"""Bodies of dropped for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def dropped(missing, drop_last, multiple, n, x):
    if missing > 0:
        if drop_last:
            #? 0.5 drop an incomplete last chunk
            x = x[:n - n % multiple]
        else:
            fill = jnp.zeros((missing, *x.shape[1:]), x.dtype)
            x = jnp.concatenate([x, fill])
    return either(x.reshape(-1, multiple, *x.shape[1:]), x.reshape((-1, multiple) + x.shape[1:]))
