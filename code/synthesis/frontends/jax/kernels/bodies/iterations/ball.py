"""Bodies of ball for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ball(max_tries, key, centers, radius):
    def missing(carry):
        _, accepted, _, tries = carry
        return either(jnp.logical_not(jnp.all(accepted)) & (tries < max_tries), jnp.logical_and(jnp.any(jnp.logical_not(accepted)), tries < max_tries))
    def draw(carry):
        points, accepted, key, tries = carry
        key, draw_key = jax.random.split(key)
        proposal = jax.random.uniform(draw_key, points.shape, minval=-1.0, maxval=1.0)
        inside = jnp.sum(proposal ** 2, axis=-1) < 1.0
        #? 0.5 keep accepted tokens
        points = jnp.where((inside & jnp.logical_not(accepted))[:, None], proposal, points)
        return points, accepted | inside, key, tries + 1
    start = (jnp.zeros(centers.shape), jnp.zeros(centers.shape[0], dtype=bool), key, 0)
    points, _, _, _ = jax.lax.while_loop(missing, draw, start)
    return either(centers + radius * points, centers + radius[:, None] * points)
