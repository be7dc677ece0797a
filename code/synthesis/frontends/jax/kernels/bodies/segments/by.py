"""Bodies of by for ``recipes/applications/segments.py``."""

import jax
import jax.numpy as jnp


def by(reduce, totals, COUNTS, x, num_segments, segment_ids, empty):
    #| one of
    if reduce == 'sum':
        return totals
    counts = COUNTS
    #| one of
    counts = counts.reshape((-1,) + (1,) * (x.ndim - 1))
    #| or
    while counts.ndim < x.ndim:
        counts = counts[..., None]
    #| end
    if reduce == 'mean':
        #? 0.4 a segment without rows has a mean of zero
        return totals / jnp.maximum(counts, 1.0)
    #| one of
    if reduce == 'sqrt':
        #? 0.4 scale by the square root of the number of rows
        return totals / jnp.sqrt(jnp.maximum(counts, 1.0))
    raise ValueError(f'unknown reduction {reduce}')
    #| or
    raise ValueError(f'expected sum or mean, got {reduce}')
    #| end
    #| or
    if reduce == 'sum':
        return totals
    elif reduce == 'max':
        largest = jax.ops.segment_max(x, segment_ids, num_segments=num_segments)
        #? 0.4 a segment without rows
        return jnp.where(jnp.isfinite(largest), largest, empty)
    elif reduce == 'min':
        smallest = jax.ops.segment_min(x, segment_ids, num_segments=num_segments)
        return jnp.where(jnp.isfinite(smallest), smallest, empty)
    else:
        raise ValueError(f'unknown reduction {reduce}')
    #| end
