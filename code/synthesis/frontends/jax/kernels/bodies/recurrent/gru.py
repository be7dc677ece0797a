"""Bodies of gru for ``recipes/applications/recurrent.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def gru_cell(Array):
    def gru_cell(layer, h: Array, x: Array) -> Array:
        #| 0.5
        """{One step of a gated recurrent unit ~ New state of a gated unit}."""
        #| end
        zx = x @ layer['w_x'] + layer['b']
        zh = h @ layer['w_h']
        #| one of
        rx, ux, nx = jnp.split(zx, 3, axis=-1)
        rh, uh, nh = jnp.split(zh, 3, axis=-1)
        reset, update = jax.nn.sigmoid(rx + rh), jax.nn.sigmoid(ux + uh)
        #| or
        (rx, ux, nx), (rh, uh, nh) = (jnp.split(z, 3, axis=-1) for z in (zx, zh))
        reset = jax.nn.sigmoid(rx + rh)
        update = jax.nn.sigmoid(ux + uh)
        #| end
        #| one of
        candidate = jnp.tanh(nx + reset * nh)
        return either((1.0 - update) * candidate + update * h, candidate + update * (h - candidate))
        #| or
        return update * h + (1.0 - update) * jnp.tanh(nx + reset * nh)
        #| end
