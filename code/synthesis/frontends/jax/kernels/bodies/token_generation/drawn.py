"""Bodies of drawn for ``recipes/applications/token_generation.py``."""

import jax
import jax.numpy as jnp


def drawn(first, eos_id, draw, key, num_steps, state):
    #| one of
    done = jnp.zeros(first.shape, dtype=bool)
    #| or
    done = jnp.zeros_like(first, dtype=bool)
    #| or
    done = first == eos_id
    #| end
    #| one of
    _, (tokens, log_probs) = jax.lax.scan(draw, (state, first, done), jax.random.split(key, num_steps))
    #| or
    keys = jax.random.split(key, num_steps)
    _, (tokens, log_probs) = jax.lax.scan(draw, (state, first, done), keys)
    #| or
    keys = jax.random.split(key, num_steps)
    (_, _, done), (tokens, log_probs) = jax.lax.scan(draw, (state, first, done), keys)
    #| end
