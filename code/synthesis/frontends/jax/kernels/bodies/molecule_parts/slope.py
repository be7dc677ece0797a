"""Bodies of slope for ``recipes/applications/molecule_parts.py``."""

import functools

import jax

from synthesis.drawing.kernel_files.words import helper


@helper
def slope_of(fn, times: int = 2):
    #| 0.5
    """{Elementwise derivative of a scalar function ~ Derivative at every entry}."""
    #| end
    #| one of
    slope = jax.grad(fn)
    for _ in range(times):
        slope = jax.vmap(slope)
    return slope
    #| or
    slope = jax.grad(fn)
    return functools.reduce(lambda each, _: jax.vmap(each), range(times), slope)
    #| end
