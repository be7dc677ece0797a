"""Bodies of asymmetric for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def asymmetric(logits, margin, labels, gamma):
    probs = jax.nn.sigmoid(logits)
    #? 0.5 shift and down-weight easy negatives
    shifted = jnp.maximum(probs - margin, 0.0)
    positive_term = labels * jax.nn.log_sigmoid(logits)
    negative_term = (1.0 - labels) * shifted ** gamma * jnp.log(1.0 - shifted)
    bce = -(positive_term + negative_term)
