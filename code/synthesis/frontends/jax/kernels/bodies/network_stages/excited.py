"""Bodies of excited for ``recipes/applications/network_stages.py``."""

import jax
import jax.numpy as jnp


def excite(Array):
    def excite(layer, x: Array) -> Array:
        #| 0.5
        """{Scales channels by global context ~ Squeeze and excitation}."""
        #| end
        #| one of
        pooled = jnp.mean(x, axis=(1, 2))
        hidden = jax.nn.relu(pooled @ layer['down'])
        return x * jax.nn.sigmoid(hidden @ layer['up'])[:, None, None, :]
        #| or
        scale = jnp.mean(x, axis=(1, 2), keepdims=True)
        scale = jax.nn.sigmoid(jax.nn.relu(scale @ layer['down']) @ layer['up'])
        return scale * x
        #| end
