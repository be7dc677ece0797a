"""Bodies of alone for ``recipes/applications/recurrent_networks.py``."""

import functools

import jax
import jax.numpy as jnp


def run_layer(Array, BEGIN, STEP, xsREVERSED):
    def run_layer(cell, xs: Array) -> Array:
        #| 0.4
        """{Outputs of one layer for one sequence ~ One recurrent layer over one sequence}."""
        #| end
        h = jnp.zeros(cell['w_h'].shape[0])
        #| one of
        _, ys = jax.lax.scan(functools.partial(STEP, cell), BEGIN, xsREVERSED)
        return ys
        #| or
        def body(carry, x):
            return STEP(cell, carry, x)
        _, ys = jax.lax.scan(body, BEGIN, xsREVERSED)
        return ys
        #| end
