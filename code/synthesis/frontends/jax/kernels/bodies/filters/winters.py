"""Bodies of winters for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either


def winters(period, zs, alpha, beta, gamma):
    #| 0.4
    if zs.shape[0] < 2 * period:
        raise ValueError(f'expected at least two periods of {period}, got {zs.shape[0]} steps')
    #| end
    def step(carry, z):
        level, slope, season = carry
        forecast = level + slope + season[0]
        new_level = alpha * (z - season[0]) + (1.0 - alpha) * (level + slope)
        new_slope = beta * (new_level - level) + (1.0 - beta) * slope
        #? 0.5 the season of a period later is at the end
        new_season = gamma * (z - new_level) + (1.0 - gamma) * season[0]
        season = either(jnp.concatenate([season[1:], new_season[None]]), jnp.roll(season, -1, axis=0).at[-1].set(new_season))
        return (new_level, new_slope, season), forecast
    #| one of
    level = jnp.mean(zs[:period], axis=0)
    #| or
    level = zs[:period].mean(axis=0)
    #| end
    season = zs[:period] - level
    start = (level, jnp.zeros_like(level), season)
    (level, slope, season), forecasts = either(lax.scan, jax.lax.scan)(step, start, zs)
    #| one of
    return forecasts
    #| or
    return forecasts, level + slope + season[0]
    #| end
