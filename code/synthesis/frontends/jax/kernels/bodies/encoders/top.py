"""Bodies of top for ``recipes/applications/encoders.py``."""

import jax
import jax.numpy as jnp


def top(logits, top_k, labels):
    #? 0.4 the label is among the best
    #| one of
    best = jax.lax.top_k(logits, top_k)[1]
    recall = jnp.mean(jnp.any(best == labels[:, None], axis=-1))
    #| or
    label_logits = jnp.take_along_axis(logits, labels[:, None], axis=-1)
    rank = jnp.sum(logits > label_logits, axis=-1)
    recall = jnp.mean(rank < top_k)
    #| end
