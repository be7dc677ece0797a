"""Bodies of top_k_choices for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def top_k_choices(k, scores, rng, temperature):
    #| 0.4
    if k > scores.shape[-1]:
        raise ValueError(f'cannot take {k} of {scores.shape[-1]} choices')
    #| end
    #| one of
    top_scores, indices = jax.lax.top_k(scores, k)
    sampled = jax.random.categorical(rng, top_scores / temperature, axis=-1)
    return jnp.take_along_axis(indices, sampled[:, None], axis=-1)[:, 0]
    #| or
    #? 0.5 exclude all but the k largest scores
    kth_score = jax.lax.top_k(scores, k)[0][:, -1:]
    filtered = jnp.where(scores < kth_score, -jnp.inf, scores)
    return jax.random.categorical(rng, filtered / temperature, axis=-1)
    #| or
    top_scores, indices = jax.lax.top_k(scores / temperature, k)
    #? 0.4 the Gumbel-max trick
    noise = jax.random.gumbel(rng, top_scores.shape)
    winner = jnp.argmax(top_scores + noise, axis=-1)
    return jnp.take_along_axis(indices, winner[:, None], axis=-1)[:, 0]
    #| end
