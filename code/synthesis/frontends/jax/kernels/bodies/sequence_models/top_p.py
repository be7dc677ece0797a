"""Bodies of top_p for ``recipes/applications/sequence_models.py``."""

import jax
import jax.numpy as jnp


def top_p(logits, top_p):
    #? 0.4 the fewest tokens that have so much of the probability
    probs = jax.nn.softmax(logits, axis=-1)
    ordered = jnp.sort(probs, axis=-1)[:, ::-1]
    count = jnp.sum(jnp.cumsum(ordered, axis=-1) < top_p, axis=-1, keepdims=True)
    #| 0.5
    floor = jnp.take_along_axis(ordered, jnp.minimum(count, ordered.shape[-1] - 1), axis=-1)
    #| else
    last = jnp.minimum(count, ordered.shape[-1] - 1)
    floor = jnp.take_along_axis(ordered, last, axis=-1)
    #| end
    logits = jnp.where(probs < floor, -1e9, logits)
