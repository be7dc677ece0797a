"""Bodies of largest for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def largest(start, max_steps, tolerance, matrix, largest):
    v = either(start / jnp.linalg.norm(start), start / jnp.sqrt(jnp.sum(start ** 2)))
    def unsettled(carry):
        _, change, iteration = carry
        return either((change > tolerance) & (iteration < max_steps), jnp.logical_and(change > tolerance, iteration < max_steps))
    def turn(carry):
        v, _, iteration = carry
        #| one of
        u = matrix @ v
        new_v = matrix.T @ (u / jnp.linalg.norm(u))
        #| or
        new_v = matrix.T @ (matrix @ v)
        #| end
        new_v = new_v / jnp.linalg.norm(new_v)
        return new_v, either(jnp.linalg.norm(new_v - v), jnp.max(jnp.abs(new_v - v))), iteration + 1
    v, _, _ = jax.lax.while_loop(unsettled, turn, (v, jnp.inf, 0))
    #? 0.4 the largest singular value
    sigma = either(jnp.linalg.norm(matrix @ v), jnp.sqrt(jnp.sum((matrix @ v) ** 2)))
    #| one of
    return matrix * jnp.minimum(1.0, largest / sigma), v
    #| or
    return matrix / sigma, v
    #| or
    return sigma, v
    #| end
