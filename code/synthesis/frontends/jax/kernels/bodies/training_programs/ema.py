"""Bodies of ema for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def ema(keep, params, state, count):
    #| one of
    ema_params = jax.tree.map(lambda e, p: keep * e + (1.0 - keep) * p, state.ema_params, params)
    #| or
    ema_params = jax.tree.map(lambda e, p: e + (1.0 - keep) * (p - e), state.ema_params, params)
    #| or
    #? 0.5 a shorter average in the first steps
    ema_rate = jnp.minimum(keep, (1.0 + count) / (10.0 + count))
    ema_params = jax.tree.map(lambda e, p: ema_rate * e + (1.0 - ema_rate) * p, state.ema_params, params)
    #| end
