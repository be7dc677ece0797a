"""Bodies of cell for ``recipes/applications/token_generation.py``."""

import jax.numpy as jnp


def next_scores(Array, GRU):
    def next_scores(params, h: Array, token: Array):
        #| 0.4
        """{Next-token logits and the new state ~ One step of the network}."""
        #| end
        x = params['embed'][token]
        GRU
        #| one of
        return h, h @ params['head'] + params['head_bias']
        #| or
        logits = jnp.dot(h, params['head']) + params['head_bias']
        return h, logits
        #| end
