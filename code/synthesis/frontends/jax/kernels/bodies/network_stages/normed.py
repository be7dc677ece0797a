"""Bodies of normed for ``recipes/applications/network_stages.py``."""

import jax
import jax.numpy as jnp


def channel_norm(Array):
    def channel_norm(x: Array, norm, kind: str) -> Array:
        #| 0.5
        """{Channel normalization with stored or batch moments ~ Normalization by name}."""
        #| end
        #| one of
        if kind == 'batch':
            mean, var = norm['mean'], norm['var']
        else:
            axes = -1 if kind == 'layer' else (1, 2)
            mean, var = jnp.mean(x, axis=axes, keepdims=True), jnp.var(x, axis=axes, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(var + 1e-5) * norm['scale'] + norm['bias']
        #| or
        #: if kind == 'batch':
            #? 0.5 as seen in training
        #:     x = (x - norm['mean']) / jnp.sqrt(norm['var'] + 1e-5)
        #: else:
        #:     axes = {'layer': (-1,), 'instance': (1, 2)}[kind]
        #:     x = x - jnp.mean(x, axis=axes, keepdims=True)
        #:     x = x / jnp.sqrt(jnp.mean(x ** 2, axis=axes, keepdims=True) + 1e-5)
        #: return norm['scale'] * x + norm['bias']
        #| end
