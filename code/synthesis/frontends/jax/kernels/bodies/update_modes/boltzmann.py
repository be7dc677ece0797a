"""Bodies of boltzmann for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def boltzmann(MASKED, scores, temperature, rng, deterministic):
    MASKED
    #| one of
    scores = scores / temperature
    #| or
    #| 0.5
    if temperature <= 0:
        raise ValueError(f'expected a positive temperature, got {temperature}')
    #| end
    scores = scores / temperature
    #| end
    #| one of
    actions = jax.random.categorical(rng, scores, axis=-1)
    #| or
    if deterministic:
        actions = jnp.argmax(scores, axis=-1)
    else:
        actions = jax.random.categorical(rng, scores, axis=-1)
    #| end
    log_probs = jax.nn.log_softmax(scores, axis=-1)
    #| one of
    log_prob = jnp.take_along_axis(log_probs, actions[:, None], axis=-1)[:, 0]
    #| or
    log_prob = log_probs[jnp.arange(actions.shape[0]), actions]
    #| end
    return actions, log_prob
