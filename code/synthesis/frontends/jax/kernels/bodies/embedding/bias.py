"""Bodies of bias for ``recipes/applications/embedding.py``."""

import jax.numpy as jnp


def bias(
    num_buckets, table, scores, offset, aligned_right, kind, bidirectional, max_distance, relative_bucket, gate,
    scale, causal, window, mask, RETURNED,
):
    #| 0.5
    if table.shape[0] != num_buckets:
        raise ValueError(f'expected {num_buckets} rows, got {table.shape[0]}')
    #| else
    #| 0.4
    if num_buckets % 2 != 0:
        raise ValueError(f'cannot divide {num_buckets} buckets in two')
    #| end
    #| end
    #| one of
    num_queries, num_keys = scores.shape[-2:]
    #| or
    num_queries = scores.shape[-2]
    num_keys = scores.shape[-1]
    #| end
    #| one of
    queries = jnp.arange(num_queries, dtype=jnp.int32)
    #| 0.5
    if offset is not None:
        #? 0.4 queries start after the cached positions
        queries = queries + offset
    #| end
    #| or
    queries = jnp.arange(num_queries) + (num_keys - num_queries if aligned_right else 0)
    #| or
    queries = jnp.arange(num_keys - num_queries, num_keys, dtype=jnp.int32)
    #| end
    distance = jnp.arange(num_keys)[None, :] - queries[:, None]
    #| one of
    if kind == 'bucket':
        buckets = relative_bucket(distance, num_buckets, max_distance, bidirectional)
        #| one of
        bias = table[buckets].transpose(2, 0, 1)
        #| or
        bias = jnp.moveaxis(jnp.take(table, buckets, axis=0), -1, 0)
        #| end
    elif kind == 'clipped':
        half = table.shape[0] // 2
        bias = jnp.moveaxis(table[jnp.clip(distance + half, 0, table.shape[0] - 1)], -1, 0)
    else:
        raise ValueError(f'unknown kind {kind}')
    #| or
    buckets = relative_bucket(distance, num_buckets, max_distance, bidirectional)
    #| one of
    bias = jnp.transpose(table[buckets], (2, 0, 1))
    #| or
    bias = jnp.einsum('qkh->hqk', table[buckets])
    #| end
    #| end
    #| 0.12
    if gate is not None:
        #? 0.4 some heads have none
        bias = gate[:, None, None] * bias
    #| end
    #| one of
    scores = scores + bias.astype(scores.dtype)
    #| or
    scores = scores * scale + bias.astype(scores.dtype)
    #| end
    #| 0.6
    #| one of
    if causal:
        scores = jnp.where(distance > 0, -1e9, scores)
    #| or
    scores = jnp.where(distance > 0, -1e9, scores) if causal else scores
    #| or
    hidden = jnp.zeros_like(distance, dtype=bool)
    if causal:
        hidden = hidden | (distance > 0)
    if window is not None:
        #? 0.4 local only
        hidden = jnp.logical_or(hidden, distance <= -window)
    scores = jnp.where(hidden, -1e9, scores)
    #| end
    #| end
    #| 0.4
    if mask is not None:
        #? 0.5 padding keys are hidden
        scores = jnp.where(mask[:, None, None, :], scores, -1e9)
    #| end
    RETURNED
