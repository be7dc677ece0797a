"""Bodies of next for ``recipes/applications/language_models.py``."""

import jax.numpy as jnp


def next(lengths, logits, tokens, temperature):
    #? 0.4 texts are padded behind their last token
    #| one of
    last = jnp.maximum(lengths - 1, 0)
    logits = jnp.take_along_axis(logits, last[:, None, None], axis=1)[:, 0]
    #| or
    logits = logits[jnp.arange(tokens.shape[0]), lengths - 1]
    #| end
    #| 0.5
    if temperature != 1.0:
        logits = logits / temperature
    #| end
    return logits
