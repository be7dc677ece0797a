"""Bodies of isomorphism_layer for ``recipes/applications/graphs.py``."""

import jax
import jax.numpy as jnp


def isomorphism_layer(nodes, senders, edge_weight, edge_features, n, receivers, epsilon, ACT, params):
    #| one of
    messages = nodes[senders]
    #| 0.45
    if edge_weight is not None:
        #| 0.8
        if edge_weight.shape != senders.shape:
            raise ValueError(f'expected one weight for each edge, got {edge_weight.shape}')
        #| end
        messages = messages * edge_weight[:, None]
    #| end
    #| or
    #| 0.4
    #| one of
    if edge_features.shape[0] != senders.shape[0]:
        raise ValueError(f'expected features of {senders.shape[0]} edges, got {edge_features.shape}')
    #| or
    if edge_features.shape[-1] != nodes.shape[-1]:
        raise ValueError('edges and nodes have features of different widths')
    #| end
    #| end
    #? 0.5 edge features enter the message
    messages = jax.nn.relu(nodes[senders] + edge_features)
    #| end
    #| one of
    pooled = jax.ops.segment_sum(messages, receivers, num_segments=n)
    #| or
    pooled = jnp.zeros_like(nodes).at[receivers].add(messages)
    #| end
    h = (1.0 + epsilon) * nodes + pooled
    #? 0.5 two-layer MLP, as in GIN
    h = ACT(h @ params['w1'] + params['b1'])
    out = h @ params['w2'] + params['b2']
