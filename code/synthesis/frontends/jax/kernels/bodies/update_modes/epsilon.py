"""Bodies of epsilon for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def epsilon(allowed, scores, deterministic, rng, share):
    #| one of
    if allowed is not None:
        #| 0.6
        if allowed.shape != scores.shape:
            raise ValueError(f'expected a mask of shape {scores.shape}, got {allowed.shape}')
        #| end
        #? 0.4 exclude invalid actions
        scores = jnp.where(allowed, scores, either(-jnp.inf, -1e9))
    #| or
    scores = jnp.where(allowed, scores, either(-jnp.inf, -1e9))
    #| end
    greedy_actions = jnp.argmax(scores, axis=-1)
    #| 0.35
    if deterministic:
        return greedy_actions
    #| end
    #| one of
    explore_key, action_key = jax.random.split(rng)
    #| or
    keys = jax.random.split(rng)
    explore_key, action_key = keys[0], keys[1]
    #| end
    #? 0.5 uniform over the valid actions
    uniform_logits = jnp.where(scores < -1e8, either(-jnp.inf, -1e9), 0.0)
    random_actions = jax.random.categorical(action_key, uniform_logits, axis=-1)
    #? 0.4 each row explores independently
    #| one of
    explore = jax.random.uniform(explore_key, scores.shape[:1]) < share
    #| or
    explore = jax.random.bernoulli(explore_key, share, scores.shape[:1])
    #| end
    return jnp.where(explore, random_actions, greedy_actions)
