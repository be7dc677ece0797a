"""Bodies of half for ``recipes/applications/update_modes.py``."""

import jax


def half(grads):
    #| one of
    out = jax.tree.map(lambda g: jax.lax.reduce_precision(g, exponent_bits=8, mantissa_bits=7), grads)
    #| or
    def shorten(g):
        #? 0.5 bfloat16 precision
        return jax.lax.reduce_precision(g, exponent_bits=8, mantissa_bits=7)
    out = jax.tree.map(shorten, grads)
    #| end
