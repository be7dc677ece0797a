"""Bodies of extra for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def extra(greedy, target_logits, count, next_key, rest):
    #| one of
    if greedy:
        #? 0.5 correction token from the model
        best = jnp.argmax(target_logits, axis=-1)
        extra = jnp.take_along_axis(best, count[:, None], axis=1)[:, 0]
    else:
        extra = jax.random.categorical(next_key, jnp.log(rest + 1e-9))
    #| or
    best = jnp.take_along_axis(jnp.argmax(target_logits, axis=-1), count[:, None], axis=1)[:, 0]
    extra = best if greedy else jax.random.categorical(next_key, jnp.log(rest + 1e-9))
    #| end
