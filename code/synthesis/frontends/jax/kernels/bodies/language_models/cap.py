"""Bodies of cap for ``recipes/applications/language_models.py``."""

import jax.numpy as jnp


def cap(cap, logits):
    #| 0.3
    if cap is not None:
        #? 0.5 soft cap ~ large scores saturate
        logits = cap * jnp.tanh(logits / cap)
    #| end
