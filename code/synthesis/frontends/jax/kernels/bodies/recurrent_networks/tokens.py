"""Bodies of tokens for ``recipes/applications/recurrent_networks.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def tokens(apply_model, params, xs, labels, mask, TIME):
    logits = apply_model(params, xs)
    #| one of
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    token_log_probs = jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #| or
    label_logits = jnp.take_along_axis(logits, labels[..., None], axis=-1).squeeze(-1)
    token_log_probs = label_logits - jax.nn.logsumexp(logits, axis=-1)
    #| end
    #? 0.4 log likelihood of each text
    #| one of
    token_log_probs = jnp.where(mask, token_log_probs, 0.0)
    #| one of
    return jnp.sum(token_log_probs, axis=TIME)
    #| or
    counts = jnp.maximum(jnp.sum(mask, axis=TIME), 1)
    return jnp.exp(-jnp.sum(token_log_probs, axis=TIME) / counts)
    #| or
    return jnp.sum(token_log_probs, axis=TIME) / jnp.maximum(jnp.sum(mask, axis=TIME), 1)
    #| end
    #| or
    return either(jnp.mean(token_log_probs, axis=TIME), token_log_probs.sum(axis=TIME))
    #| end
