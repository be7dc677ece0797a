"""Bodies of pre_activated_head for ``recipes/applications/network_stages.py``."""

import jax.numpy as jnp


def pre_activated_head(head, features, ACT, channel_norm, norm, x):
    if head is None:
        return features
    #| one of
    x = ACT(channel_norm(x, head['norm'], norm))
    #| or
    #? 0.5 final normalization
    x = ACT(channel_norm(x, head['norm'], norm))
    #| end
    #| one of
    pooled = jnp.mean(x, axis=(1, 2))
    return pooled @ head['kernel'] + head['bias']
    #| or
    return jnp.mean(x, axis=(1, 2)) @ head['kernel'] + head['bias']
    #| end
