"""Bodies of exponential_schedule for ``recipes/applications/schedules.py``."""

import jax.numpy as jnp


def exponential_schedule(SINCE, period, staircase, factor, peak, floor):
    #| 0.4
    # exponential decay
    #| end
    #| one of
    exponent = SINCE / period
    if staircase:
        exponent = jnp.floor(exponent)
    rate = peak * factor ** exponent
    #| or
    exponent = jnp.floor(SINCE / period) if staircase else SINCE / period
    rate = peak * jnp.power(factor, exponent)
    #| end
    #| one of
    if floor is not None:
        rate = jnp.maximum(rate, floor)
    #| or
    #| end
