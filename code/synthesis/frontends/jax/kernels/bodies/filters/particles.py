"""Bodies of particles for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def particles(states, MOVE, observe, zs, noise, heavy_tails, PRIOR, RESAMPLE):
    n = either(states.shape[0], len(states))
    MOVE
    #? 0.4 log likelihood of the observation
    #| one of
    residual = zs - states @ observe.T
    #| or
    residual = states @ observe.T - zs
    #| end
    #| one of
    log_w = -0.5 * jnp.sum(residual ** 2, axis=-1) / noise ** 2
    #| or
    if heavy_tails:
        #? 0.4 Cauchy likelihood
        log_w = -jnp.sum(jnp.log1p((residual / noise) ** 2), axis=-1)
    else:
        log_w = -0.5 * jnp.sum((residual / noise) ** 2, axis=-1)
    #| end
    PRIOR
    #| one of
    log_w = jax.nn.log_softmax(log_w)
    #| or
    log_w = log_w - jax.nn.logsumexp(log_w)
    #| end
    weights = jnp.exp(log_w)
    mean = either(jnp.sum(weights[:, None] * states, axis=0), weights @ states)
    ess = 1.0 / jnp.sum(weights ** 2)
    RESAMPLE
