"""Bodies of linear for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp


def convert_kernel(Array):
    def convert_kernel(w: Array) -> Array:
        #| 0.5
        """{Input features before output features ~ The kernel of a layer as this library has it}."""
        #| end
        #| one of
        if w.ndim == 4:
            return w.transpose(2, 3, 1, 0)
        if w.ndim == 3:
            return w.transpose(2, 1, 0)
        return w.T
        #| or
        #? 0.4 from (out, in, *window) to (*window, in, out)
        out_axis, in_axis, *window = range(w.ndim)
        return jnp.transpose(w, (*window, in_axis, out_axis))
        #| or
        return jnp.moveaxis(w, (0, 1), (-1, -2))
        #| end
