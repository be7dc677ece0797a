"""Bodies of graph_attention for ``recipes/applications/graphs.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def graph_attention(nodes, params, receivers, senders, n):
    h = either(nodes @ params['kernel'], jnp.dot(nodes, params['kernel']))
    #? 0.6 attention score for each edge
    scores = either(h[senders] @ params['score_from'] + h[receivers] @ params['score_to'], (h @ params['score_from'])[senders] + (h @ params['score_to'])[receivers])
    #| one of
    scores = jax.nn.leaky_relu(scores, 0.2)
    #| or
    scores = jax.nn.leaky_relu(scores, negative_slope=0.2)
    #| end
    #? 0.6 softmax over the edges that end at a node
    top = jax.ops.segment_max(scores, receivers, n)
    #| 0.4
    top = jax.lax.stop_gradient(top)
    #| end
    scores = jnp.exp(scores - top[receivers])
    denom = jax.ops.segment_sum(scores, receivers, n)
    attn = scores / either((denom[receivers] + 1e-9), jnp.maximum(denom[receivers], 1e-9))
    messages = attn[:, None] * h[senders]
    pooled = jax.ops.segment_sum(messages, receivers, n)
    out = pooled + params['bias']
