"""Bodies of log_probs for ``recipes/applications/language_models.py``."""

import jax
import jax.numpy as jnp


def log_probs(logits, num_prompt, return_entropy):
    #| one of
    return jax.nn.log_softmax(logits, axis=-1)
    #| or
    if num_prompt > 0:
        #? 0.5 the last token of the prompt predicts the first that follows it
        logits = logits[:, num_prompt - 1:]
    return jax.nn.log_softmax(logits, axis=-1)
    #| or
    if not return_entropy:
        return jax.nn.log_softmax(logits, axis=-1)
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    #? 0.4 predictive entropy at each position
    return log_probs, -jnp.sum(jnp.exp(log_probs) * log_probs, axis=-1)
    #| end
