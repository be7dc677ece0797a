"""Bodies of graph_convolution for ``recipes/applications/graphs.py``."""

import jax
import jax.numpy as jnp


def graph_convolution(nodes, senders, n, receivers, params):
    #? 0.6 normalize by the degrees of both ends ~ symmetric normalization
    ones = jnp.ones(senders.shape[0], dtype=nodes.dtype)
    #| one of
    in_degree = jax.ops.segment_sum(ones, receivers, n)
    out_degree = jax.ops.segment_sum(ones, senders, n)
    #| or
    in_degree = jnp.zeros(n).at[receivers].add(ones)
    out_degree = jnp.zeros(n).at[senders].add(ones)
    #| end
    scale_in = jax.lax.rsqrt(jnp.maximum(in_degree, 1.0))
    scale_out = jax.lax.rsqrt(jnp.maximum(out_degree, 1.0))
    h = nodes @ params['kernel']
    #| one of
    messages = h[senders] * (scale_out[senders] * scale_in[receivers])[:, None]
    pooled = jax.ops.segment_sum(messages, receivers, n)
    #| or
    messages = (h * scale_out[:, None])[senders]
    pooled = scale_in[:, None] * jax.ops.segment_sum(messages, receivers, n)
    #| end
    out = pooled + params['bias']
