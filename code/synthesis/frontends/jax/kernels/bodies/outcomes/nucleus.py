"""Bodies of nucleus for ``recipes/applications/outcomes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def nucleus(mass, logits):
    #? 0.4 keep the smallest set of tokens that holds the probability
    #| one of
    if mass < 1.0:
        sorted_logits = jnp.sort(logits, axis=-1)[:, ::-1]
        cumulative_probs = jnp.cumsum(jax.nn.softmax(sorted_logits, axis=-1), axis=-1)
        cutoff_index = jnp.sum(cumulative_probs < mass, axis=-1, keepdims=True)
        cutoff = jnp.take_along_axis(sorted_logits, cutoff_index, axis=-1)
        logits = jnp.where(logits < cutoff, -jnp.inf, logits)
    #| or
    #| 0.15
    if mass <= 0.0 or mass > 1.0:
        raise ValueError(f'top-p probability must be in (0, 1], got {mass}')
    #| end
    sorted_logits = either(jnp.sort(logits, axis=-1)[:, ::-1], jnp.flip(jnp.sort(logits, axis=-1), axis=-1), -jnp.sort(-logits, axis=-1))
    sorted_probs = jax.nn.softmax(sorted_logits, axis=-1)
    cumulative_probs = jnp.cumsum(sorted_probs, axis=-1)
    #| one of
    cutoff_index = jnp.sum(cumulative_probs < mass, axis=-1, keepdims=True)
    cutoff = jnp.take_along_axis(sorted_logits, cutoff_index, axis=-1)
    #| or
    #| 0.4
    # the token that crosses the threshold is kept
    #| end
    keep = cumulative_probs - sorted_probs < mass
    cutoff = jnp.min(jnp.where(keep, sorted_logits, jnp.inf), axis=-1, keepdims=True)
    #| end
    logits = jnp.where(logits < cutoff, -jnp.inf, logits)
    #| end
