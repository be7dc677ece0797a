"""Bodies of tail for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp


def tail(max_tries, key, bound, mean, std):
    def missing(carry):
        _, accepted, _, tries = carry
        return jnp.logical_and(jnp.any(jnp.logical_not(accepted)), tries < max_tries)
    def draw(carry):
        noise, accepted, key, tries = carry
        key, draw_key = jax.random.split(key)
        proposal = jax.random.normal(draw_key, noise.shape)
        small = jnp.abs(proposal) < bound
        #? 0.5 keep accepted tokens
        noise = jnp.where(small & jnp.logical_not(accepted), proposal, noise)
        return noise, accepted | small, key, tries + 1
    start = (jnp.zeros(mean.shape), jnp.zeros(mean.shape, dtype=bool), key, 0)
    noise = jax.lax.while_loop(missing, draw, start)[0]
    return mean + std * noise
