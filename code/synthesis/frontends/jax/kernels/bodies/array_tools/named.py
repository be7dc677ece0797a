"""Bodies of named for ``recipes/applications/array_tools.py``."""

import math

import jax


def named(fan_sizes, shape, name, uniform, key):
    fan_in, fan_out = fan_sizes(shape)
    #| one of
    if name == 'he':
        #? 0.4 half of the inputs are zero behind a relu
        stddev = math.sqrt(2.0 / fan_in)
    elif name == 'glorot':
        stddev = math.sqrt(2.0 / (fan_in + fan_out))
    elif name == 'lecun':
        stddev = math.sqrt(1.0 / fan_in)
    else:
        raise ValueError(f'unknown initializer {name}')
    #| or
    if name not in ('he', 'glorot'):
        raise ValueError(f'expected he or glorot, got {name}')
    variance = 2.0 / fan_in if name == 'he' else 2.0 / (fan_in + fan_out)
    stddev = math.sqrt(variance)
    #| end
    #| one of
    if uniform:
        limit = math.sqrt(3.0) * stddev
        return jax.random.uniform(key, shape, minval=-limit, maxval=limit)
    return stddev * jax.random.normal(key, shape)
    #| or
    return stddev * jax.random.normal(key, shape)
    #| end
