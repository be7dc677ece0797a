"""Bodies of length for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def length(length, x, keep_last, value):
    #| 0.35
    if length < 1:
        raise ValueError(f'expected a length of at least 1, got {length}')
    #| end
    n = x.shape[0]
    #| one of
    if n >= length:
        #| one of
        if keep_last:
            #? 0.4 newest rows last
            return x[n - length:]
        return x[:length]
        #| or
        return x[:length]
        #| end
    #| one of
    return jnp.pad(x, [(0, length - n)] + [(0, 0)] * (x.ndim - 1), constant_values=value)
    #| or
    fill = jnp.full((length - n, *x.shape[1:]), value, x.dtype)
    return jnp.concatenate([x, fill])
    #| end
    #| or
    if n > length:
        x = x[:length]
    elif n < length:
        x = jnp.full((length, *x.shape[1:]), value, x.dtype).at[:n].set(x)
    return x
    #| end
