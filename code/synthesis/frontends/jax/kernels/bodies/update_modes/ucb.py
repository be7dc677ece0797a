"""Bodies of ucb for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def ucb(visits, coef, prior_logits, scores, MASKED):
    #? 0.4 bonus for rarely taken choices
    #| one of
    total = jnp.sum(visits, axis=-1, keepdims=True)
    bonus = coef * jnp.sqrt(jnp.log(1.0 + total) / (1.0 + visits))
    #| or
    #? 0.4 PUCT, as in Monte Carlo tree search
    prior = jax.nn.softmax(prior_logits, axis=-1)
    total = jnp.sum(visits, axis=-1, keepdims=True)
    bonus = coef * prior * jnp.sqrt(total) / (1.0 + visits)
    #| end
    scores = scores + bonus
    MASKED
    return jnp.argmax(scores, axis=-1)
