"""Bodies of picked for ``recipes/applications/outcomes.py``."""

import jax
import jax.numpy as jnp


def picked(logits, tokens):
    all_log_probs = jax.nn.log_softmax(logits, axis=-1)
    #| one of
    token_log_probs = jnp.take_along_axis(all_log_probs, tokens[:, None], axis=-1)[:, 0]
    #| or
    token_log_probs = all_log_probs[jnp.arange(all_log_probs.shape[0]), tokens]
    #| end
    return tokens, token_log_probs
