"""Bodies of holt for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either


def holt(damp, alpha, beta, zs, horizon):
    def step(carry, z):
        level, slope = carry
        #| 0.5
        # {a damped trend ~ damped slopes}
        slope = damp * slope
        #| end
        forecast = level + slope
        new_level = either(alpha * z + (1.0 - alpha) * forecast, forecast + alpha * (z - forecast))
        new_slope = beta * (new_level - level) + (1.0 - beta) * slope
        return (new_level, new_slope), either(new_level, forecast)
    #| one of
    start = (zs[0], jnp.zeros_like(zs[0]))
    #| or
    start = (zs[0], zs[1] - zs[0])
    #| end
    (level, slope), fitted = either(lax.scan, jax.lax.scan)(step, start, zs)
    #| one of
    return fitted, level + slope
    #| or
    #? 0.5 linear forecasts of the next steps
    ahead = jnp.arange(1, horizon + 1)[:, None]
    return fitted, level + ahead * slope
    #| end
