"""Bodies of factored for ``recipes/applications/layerwise.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def factored(eps, KEEP_ALL, KEEP_TWO, EACH, factors, grads, ALL, TAKE, row, column, threshold, lr, params, relative):
    def accumulate(g, old):
        squares = either(g ** 2, jnp.square(g)) + eps
        if g.ndim < 2:
            #? 0.5 full second moments for vectors
            return KEEP_ALL
        KEEP_TWO
    #? 0.5 factored second moments for matrices
    factors = EACH(accumulate, grads, factors)
    def scale(g, kept):
        if g.ndim < 2:
            return either(g / jnp.sqrt(ALL), g * jax.lax.rsqrt(ALL))
        TAKE
        #| one of
        row_factor = jax.lax.rsqrt(row / jnp.mean(row))
        return g * row_factor[:, None] * jax.lax.rsqrt(column)[None, :]
        #| or
        nu_hat = row[:, None] * column[None, :] / jnp.mean(row)
        return g / jnp.sqrt(nu_hat)
        #| or
        nu_hat = jnp.outer(row, column) / jnp.mean(row)
        return g / jnp.sqrt(nu_hat)
        #| end
    scaled = EACH(scale, grads, factors)
    def clip_by_rms(u):
        rms = jnp.sqrt(jnp.mean(jnp.square(u)))
        return u / jnp.maximum(1.0, rms / threshold)
    #| 0.4
    if threshold is not None:
        scaled = EACH(clip_by_rms, scaled)
    #| end
    #| one of
    new_params = EACH(lambda w, u: w - lr * u, params, scaled)
    #| or
    if relative:
        new_params = EACH(lambda w, u: w - lr * jnp.maximum(jnp.sqrt(jnp.mean(w ** 2)), 1e-3) * u, params, scaled)
    else:
        new_params = EACH(lambda w, u: w - lr * u, params, scaled)
    #| end
