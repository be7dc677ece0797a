"""Bodies of scaling for ``recipes/applications/array_tools.py``."""

import math

import jax


def scaling(scale, fan_sizes, shape, mode, key, distribution):
    #| 0.35
    if scale <= 0:
        raise ValueError(f'expected a positive scale, got {scale}')
    #| end
    fan_in, fan_out = fan_sizes(shape)
    if mode == 'fan_in':
        fan = fan_in
    elif mode == 'fan_out':
        fan = fan_out
    elif mode == 'fan_avg':
        fan = 0.5 * (fan_in + fan_out)
    else:
        raise ValueError(f'unknown mode {mode}')
    variance = scale / fan
    #| one of
    #? 0.4 correct for the reduced variance of truncation
    stddev = math.sqrt(variance) / 0.87962566
    return stddev * jax.random.truncated_normal(key, -2.0, 2.0, shape)
    #| or
    if distribution == 'uniform':
        limit = math.sqrt(3.0 * variance)
        return jax.random.uniform(key, shape, minval=-limit, maxval=limit)
    #| 0.5
    if distribution != 'normal':
        raise ValueError(f'unknown distribution {distribution}')
    #| end
    return math.sqrt(variance) * jax.random.normal(key, shape)
    #| end
