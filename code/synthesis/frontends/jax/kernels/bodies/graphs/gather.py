"""Bodies of gather for ``recipes/applications/graphs.py``."""

import jax
import jax.numpy as jnp


def gather(aggregate, messages, n, receivers):
    #| one of
    if aggregate == 'sum':
        #| one of
        pooled = jax.ops.segment_sum(messages, receivers, n)
        #| or
        pooled = jax.ops.segment_sum(messages, receivers, num_segments=n)
        #| end
    elif aggregate == 'mean':
        sums = jax.ops.segment_sum(messages, receivers, n)
        count = jax.ops.segment_sum(jnp.ones(receivers.shape), receivers, n)
        #? 0.5 nodes without neighbours keep zero
        pooled = sums / jnp.maximum(count, 1.0)[:, None]
    elif aggregate == 'max':
        pooled = jax.ops.segment_max(messages, receivers, n)
        #? 0.5 replace -inf for nodes without messages
        pooled = jnp.where(jnp.isfinite(pooled), pooled, 0.0)
    else:
        raise ValueError(f'unknown aggregation {aggregate}')
    #| or
    #| one of
    pooled = jax.ops.segment_sum(messages, receivers, n)
    #| or
    pooled = jax.ops.segment_sum(messages, receivers, num_segments=n)
    #| end
    if aggregate == 'mean':
        degree = jax.ops.segment_sum(jnp.ones(receivers.shape), receivers, n)
        #? 0.5 nodes without neighbours keep zero
        pooled = pooled / jnp.maximum(degree, 1.0)[:, None]
    elif aggregate != 'sum':
        raise ValueError(f'expected sum or mean, got {aggregate}')
    #| or
    #| one of
    pooled = jax.ops.segment_sum(messages, receivers, num_segments=n)
    #| or
    pooled = jnp.zeros((n, messages.shape[-1]), messages.dtype)
    pooled = pooled.at[receivers].add(messages)
    #| end
    #| end
