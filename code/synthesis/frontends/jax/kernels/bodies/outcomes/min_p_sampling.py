"""Bodies of min_p_sampling for ``recipes/applications/outcomes.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def min_p_sampling(logits, floor):
    #? 0.4 drop tokens far less likely than the best one
    #| one of
    probs = jax.nn.softmax(logits, axis=-1)
    threshold = floor * either(probs.max(axis=-1, keepdims=True), jnp.max(probs, axis=-1, keepdims=True))
    logits = jnp.where(probs < threshold, -jnp.inf, logits)
    #| or
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    threshold = jnp.max(log_probs, axis=-1, keepdims=True) + math.log(floor)
    logits = jnp.where(log_probs < threshold, -jnp.inf, logits)
    #| or
    #| 0.4
    # in log space, no softmax is needed
    #| end
    threshold = jnp.max(logits, axis=-1, keepdims=True) + math.log(floor)
    logits = jnp.where(logits >= threshold, logits, -jnp.inf)
    #| end
