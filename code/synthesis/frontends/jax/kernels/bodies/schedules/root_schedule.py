"""Bodies of root_schedule for ``recipes/applications/schedules.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def root_schedule(peak, t, warmup, shift):
    #| one of
    #? 0.5 linear warmup, then inverse square root decay
    #| one of
    rate = peak * jnp.minimum((t + 1.0) / warmup, jnp.sqrt(warmup / (t + 1.0)))
    #| or
    warmup_factor = (t + 1.0) / warmup
    decay_factor = jnp.sqrt(warmup / jnp.maximum(t + 1.0, warmup))
    rate = peak * either(jnp.where(t < warmup, warmup_factor, decay_factor), jnp.minimum(warmup_factor, decay_factor))
    #| or
    rate = peak * math.sqrt(warmup) * jnp.minimum((t + 1.0) ** -0.5, (t + 1.0) * warmup ** -1.5)
    #| end
    #| or
    #? 0.5 inverse square root decay
    #| one of
    rate = peak * jnp.sqrt(shift / jnp.maximum(t, shift))
    #| or
    rate = peak * jax.lax.rsqrt(1.0 + t / shift)
    #| or
    rate = peak / jnp.sqrt(1.0 + t / shift)
    #| end
    #| end
