"""Bodies of table for ``recipes/applications/array_tools.py``."""

import math

import jax


def table(features_in, features_out, key, scale, padding):
    #| one of
    table = jax.random.normal(key, (features_in, features_out))
    #| or
    table = jax.random.truncated_normal(key, -2.0, 2.0, (features_in, features_out))
    #| end
    #| one of
    table = table * scale / math.sqrt(features_out)
    #| or
    table = scale * table
    #| end
    #| 0.7
    if padding is not None:
        #| 0.6
        if padding < 0 or padding >= features_in:
            raise ValueError(f'row {padding} is not one of {features_in} rows')
        #| end
        #? 0.4 padding is ignored
        table = table.at[padding].set(0.0)
    #| end
    return table
