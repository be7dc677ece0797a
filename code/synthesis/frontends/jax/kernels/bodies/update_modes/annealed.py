"""Bodies of annealed for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def annealed(count, decay_steps, end, start, rng, scores):
    #| one of
    frac = jnp.minimum(count / decay_steps, 1.0)
    epsilon = start + frac * (end - start)
    #| or
    #? 0.4 exploration decays exponentially
    epsilon = end + (start - end) * jnp.exp(-count / decay_steps)
    #| end
    explore_key, action_key = jax.random.split(rng)
    #| one of
    num_actions = scores.shape[-1]
    random_actions = jax.random.randint(action_key, scores.shape[:1], 0, num_actions)
    #| or
    random_actions = jax.random.randint(action_key, scores.shape[:-1], 0, scores.shape[-1])
    #| end
    explore = jax.random.uniform(explore_key, scores.shape[:1]) < epsilon
    actions = jnp.where(explore, random_actions, jnp.argmax(scores, axis=-1))
    return actions, epsilon
