"""Bodies of top_k for ``recipes/applications/sequence_models.py``."""

import jax
import jax.numpy as jnp


def top_k(logits, top_k):
    #? 0.4 only the best are possible
    #| one of
    best = jax.lax.top_k(logits, top_k)[0]
    logits = jnp.where(logits < best[:, -1:], -1e9, logits)
    #| or
    lowest = jax.lax.top_k(logits, top_k)[0][:, -1:]
    logits = jnp.where(logits >= lowest, logits, -1e9)
    #| end
