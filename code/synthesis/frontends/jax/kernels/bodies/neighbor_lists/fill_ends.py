"""Bodies of fill_ends for ``recipes/applications/neighbor_lists.py``."""

import jax.numpy as jnp


def fill_ends(R, n, scatter, capacity, counts):
    #| one of
    return scatter(R, 0.0), scatter(jnp.arange(n), n)
    #| or
    #| one of
    #: buffers = {'R': scatter(R, 0.0), 'id': scatter(jnp.arange(n), n)}
    #: if attributes is not None:
    #:     for name, value in attributes.items():
            #| 0.6
    #:         if value.shape[0] != n:
    #:             raise ValueError(f'expected {n} rows of {name}, got {value.shape}')
            #| end
    #:         buffers[name] = scatter(value, 0.0)
    #| or
    #: buffers = {'R': scatter(R, 0.0), 'id': scatter(jnp.arange(n), n)}
    #: for name in attributes or ():
    #:     buffers[name] = scatter(attributes[name], 0.0)
    #| end
    #| one of
    #: return buffers
    #| or
    #: return buffers, jnp.max(counts) > capacity
    #| end
    #| or
    ids = scatter(jnp.arange(n), n)
    #? 0.5 the caller reallocates on overflow
    return ids, jnp.any(counts > capacity)
    #| end
