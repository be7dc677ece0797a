"""Bodies of methods for ``recipes/applications/array_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def methods(method, idx, t, values, log_scale, n):
    #| one of
    if method == 'nearest':
        y = values[jnp.where(t < 0.5, idx, idx + 1)]
    elif method == 'linear':
        y = either((1.0 - t) * values[idx] + t * values[idx + 1], values[idx] + t * (values[idx + 1] - values[idx]))
    elif method == 'cubic':
        #? 0.5 slopes from the neighbours on both sides
        slopes = jnp.gradient(values)
        h00, h10 = (1.0 + 2.0 * t) * (1.0 - t) ** 2, t * (1.0 - t) ** 2
        h01, h11 = t ** 2 * (3.0 - 2.0 * t), t ** 2 * (t - 1.0)
        y = h00 * values[idx] + h01 * values[idx + 1]
        y = y + h10 * slopes[idx] + h11 * slopes[idx + 1]
    else:
        raise ValueError(f'unknown method {method}')
    #| or
    left, right = values[idx], values[idx + 1]
    if method == 'previous':
        y = left
    elif method == 'smooth':
        #? 0.5 smooth at the joints
        s = t ** 2 * (3.0 - 2.0 * t)
        y = left + s * (right - left)
    elif method == 'linear':
        y = left + t * (right - left)
    else:
        raise ValueError(f'expected previous, smooth or linear, got {method}')
    #| or
    left, right = values[idx], values[idx + 1]
    #| one of
    y = (1.0 - t) * left + t * right
    #| or
    if log_scale:
        #? 0.5 log-linear interpolation
        y = jnp.exp((1.0 - t) * jnp.log(left) + t * jnp.log(right))
    else:
        y = (1.0 - t) * left + t * right
    #| end
    #| or
    before, after = values[jnp.maximum(idx - 1, 0)], values[jnp.minimum(idx + 2, n - 1)]
    left, right = values[idx], values[idx + 1]
    #? 0.5 Catmull and Rom
    y = 0.5 * (
        2.0 * left
        + (right - before) * t
        + (2.0 * before - 5.0 * left + 4.0 * right - after) * t ** 2
        + (3.0 * left - before - 3.0 * right + after) * t ** 3
    )
    #| end
