"""Bodies of gumbel for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def gumbel(k, scores, rng, temperature):
    #| 0.5
    if k > scores.shape[-1]:
        raise ValueError(f'cannot take {k} of {scores.shape[-1]} choices')
    #| end
    noise = jax.random.gumbel(rng, scores.shape)
    #? 0.4 without replacement: the k largest of perturbed scores
    #| one of
    _, choices = jax.lax.top_k(scores / temperature + noise, k)
    return choices
    #| or
    perturbed, choices = jax.lax.top_k(scores / temperature + noise, k)
    return choices, perturbed
    #| or
    perturbed = scores / temperature + noise
    choices = jax.lax.top_k(perturbed, k)[1]
    log_probs = jax.nn.log_softmax(scores / temperature, axis=-1)
    return choices, jnp.take_along_axis(log_probs, choices, axis=-1)
    #| end
