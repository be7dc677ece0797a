"""Bodies of model for ``recipes/applications/training_programs.py``."""

import jax.numpy as jnp


def apply_model(ACT):
    def apply_model(params, x):
        #| 0.3
        """{Applies the network to a batch ~ Forward pass}."""
        #| end
        #| one of
        h = x
        for i, layer in enumerate(params):
            h = h @ layer['w'] + layer['b']
            if i < len(params) - 1:
                h = ACT(h)
        return h
        #| or
        h = x
        for layer in params[:-1]:
            #| one of
            h = ACT(h @ layer['w'] + layer['b'])
            #| or
            h = jnp.dot(h, layer['w']) + layer['b']
            h = ACT(h)
            #| end
        return h @ params[-1]['w'] + params[-1]['b']
        #| or
        *layers, last = params
        for layer in layers:
            x = ACT(x @ layer['w'] + layer['b'])
        return x @ last['w'] + last['b']
        #| or
        h = x
        for layer in params[:-1]:
            new_h = ACT(h @ layer['w'] + layer['b'])
            #? 0.5 skip connection where widths agree
            h = h + new_h if h.shape == new_h.shape else new_h
        return h @ params[-1]['w'] + params[-1]['b']
        #| end
