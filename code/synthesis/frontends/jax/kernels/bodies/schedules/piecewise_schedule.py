"""Bodies of piecewise_schedule for ``recipes/applications/schedules.py``."""

import jax.numpy as jnp


def piecewise_schedule(peak, boundaries, factor, t):
    #| one of
    rate = peak
    for boundary in boundaries:
        rate = jnp.where(t >= boundary, rate * factor, rate)
    #| or
    num_passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
    rate = peak * factor ** num_passed
    #| or
    #| 0.25
    if list(boundaries) != sorted(boundaries):
        raise ValueError(f'boundaries must be increasing, got {boundaries}')
    #| end
    num_passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
    rate = peak * factor ** num_passed
    #| end
