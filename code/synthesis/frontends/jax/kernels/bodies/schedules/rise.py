"""Bodies of rise for ``recipes/applications/schedules.py``."""

import jax
import jax.numpy as jnp


def rise(peak, t, warmup, rate):
    #| 0.5
    # linear warmup
    #| end
    #| one of
    warmup_lr = peak * (t + 1.0) / warmup
    rate = jnp.where(t < warmup, warmup_lr, rate)
    #| or
    rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate)
    #| or
    rate = jax.lax.cond(t < warmup, lambda: peak * (t + 1.0) / warmup, lambda: rate)
    #| end
