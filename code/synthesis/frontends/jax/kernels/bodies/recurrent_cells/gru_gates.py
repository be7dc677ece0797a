"""Bodies of gru_gates for ``recipes/applications/recurrent_cells.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def gru_gates(Array):
    def gru_gates(zx: Array, zh: Array, h: Array) -> Array:
        #| 0.5
        """{New state of a gated recurrent unit ~ Gated state update}."""
        #| end
        rx, ux, nx = jnp.split(zx, 3, axis=-1)
        rh, uh, nh = jnp.split(zh, 3, axis=-1)
        #| one of
        reset, update = jax.nn.sigmoid(rx + rh), jax.nn.sigmoid(ux + uh)
        #| or
        reset = jax.nn.sigmoid(rx + rh)
        update = jax.nn.sigmoid(ux + uh)
        #| end
        candidate = jnp.tanh(nx + reset * nh)
        return either((1.0 - update) * candidate + update * h, candidate + update * (h - candidate))
