"""Bodies of cyclic_schedule for ``recipes/applications/schedules.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def cyclic_schedule(half_cycle, t, shrinking, cycle_steps, floor, peak):
    #| one of
    cycle = jnp.floor(1.0 + t / (2.0 * half_cycle))
    x = jnp.abs(t / half_cycle - 2.0 * cycle + 1.0)
    scale = jnp.maximum(0.0, 1.0 - x)
    #| 0.4
    if shrinking:
        #? 0.4 halve the amplitude after every cycle
        scale = scale * 0.5 ** (cycle - 1.0)
    #| end
    #| or
    phase = (t % cycle_steps) / cycle_steps
    scale = either(1.0 - jnp.abs(2.0 * phase - 1.0), jnp.where(phase < 0.5, 2.0 * phase, 2.0 - 2.0 * phase))
    #| 0.4
    if shrinking:
        scale = scale * 0.5 ** jnp.floor(t / cycle_steps)
    #| end
    #| or
    #? 0.5 cosine annealing with warm restarts
    phase = (t % cycle_steps) / cycle_steps
    scale = 0.5 * (1.0 + jnp.cos(jnp.pi * phase))
    #| end
    rate = floor + (peak - floor) * scale
