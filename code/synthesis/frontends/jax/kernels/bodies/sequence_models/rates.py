"""Bodies of rates for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp


def vector_field(h, Array, JOINED, ACT):
    def vector_field(params, TAKEN) -> Array:
        #| 0.4
        """{Time derivatives predicted by the network ~ Time derivative of the state}."""
        #| end
        JOINED
        #| one of
        for layer in params[:-1]:
            h = ACT(h @ layer['w'] + layer['b'])
        return h @ params[-1]['w'] + params[-1]['b']
        #| or
        *hidden, last = params
        for layer in hidden:
            #| one of
            h = ACT(h @ layer['w'] + layer['b'])
            #| or
            h = ACT(jnp.dot(h, layer['w']) + layer['b'])
            #| end
        return h @ last['w'] + last['b']
        #| or
        for i, layer in enumerate(params):
            h = h @ layer['w'] + layer['b']
            if i < len(params) - 1:
                h = ACT(h)
        return h
        #| end
