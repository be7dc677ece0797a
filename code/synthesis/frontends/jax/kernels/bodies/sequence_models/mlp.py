"""Bodies of mlp for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def mlp(Array, ACT):
    def mlp(layers, x: Array) -> Array:
        #| 0.4
        """{MLP ~ Applies layers in sequence}."""
        #| end
        #| one of
        for layer in layers[:-1]:
            x = ACT(x @ layer['w'] + layer['b'])
        return x @ layers[-1]['w'] + layers[-1]['b']
        #| or
        *hidden, last = layers
        for layer in hidden:
            x = ACT(either(x @ layer['w'], jnp.dot(x, layer['w'])) + layer['b'])
        return x @ last['w'] + last['b']
        #| or
        for i, layer in enumerate(layers):
            x = x @ layer['w'] + layer['b']
            if i < len(layers) - 1:
                x = ACT(x)
        return x
        #| end
