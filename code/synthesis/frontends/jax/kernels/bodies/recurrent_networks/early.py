"""Bodies of early for ``recipes/applications/recurrent_networks.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def run_layer(Array, BEGIN, STEP, xsREVERSED):
    def run_layer(cell, xs: Array) -> Array:
        #| 0.4
        """{Outputs of one layer at every step ~ One recurrent layer over a sequence, time first}."""
        #| end
        #| one of
        h = jnp.zeros((xs.shape[1], cell['w_h'].shape[0]))
        #| or
        batch, width = xs.shape[1], cell['w_h'].shape[0]
        h = jnp.zeros((batch, width))
        #| end
        #| one of
        _, ys = jax.lax.scan(functools.partial(STEP, cell), BEGIN, xsREVERSED)
        return ys
        #| or
        def body(carry, x):
            return STEP(cell, carry, x)
        #? 0.4 time is the first axis
        _, ys = jax.lax.scan(either(body, body, jax.checkpoint(body)), BEGIN, xsREVERSED)
        return ys
        #| end
