"""Bodies of network for ``recipes/applications/recurrent_networks.py``."""

import jax.numpy as jnp


def apply_model(Array, CAST_TREE, BEGINS, LAYERS, NORMED, POOLED, xLEAVE):
    def apply_model(params, x: Array) -> Array:
        #| 0.4
        """{Outputs of the network at every step ~ Applies the recurrent network}."""
        #| end
        CAST_TREE
        BEGINS
        LAYERS
        NORMED
        POOLED
        #| one of
        return xLEAVE @ params['head']['w'] + params['head']['b']
        #| or
        head = params['head']
        return jnp.dot(xLEAVE, head['w']) + head['b']
        #| end
