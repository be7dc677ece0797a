"""Bodies of top_k_sampling for ``recipes/applications/outcomes.py``."""

import jax
import jax.numpy as jnp


def top_k_sampling(k, logits):
    #? 0.4 keep the k largest logits
    #| one of
    if k is not None and k < logits.shape[-1]:
        values, _ = jax.lax.top_k(logits, k)
        logits = jnp.where(logits < values[:, -1:], -jnp.inf, logits)
    #| or
    values, _ = jax.lax.top_k(logits, k)
    logits = jnp.where(logits < values[:, -1:], -jnp.inf, logits)
    #| or
    values = jnp.sort(logits, axis=-1)[:, -k:]
    logits = jnp.where(logits >= values[:, :1], logits, -jnp.inf)
    #| end
