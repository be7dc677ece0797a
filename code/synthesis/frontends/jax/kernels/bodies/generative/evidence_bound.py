"""Bodies of evidence_bound for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def evidence_bound(kind, outputs, x, log_var, mu, free_bits, beta):
    #? 0.4 negative log likelihood
    #| one of
    if kind == 'gaussian':
        error = either(0.5 * jnp.square(outputs - x), 0.5 * (outputs - x) ** 2)
    #| one of
    elif kind == 'bernoulli':
        error = jax.nn.softplus(outputs) - x * outputs
    else:
        raise ValueError(f'unknown likelihood {kind}')
    #| or
    #: else:
    #:     error = jax.nn.softplus(outputs) - x * outputs
    #| end
    #| or
    #| 0.3
    if kind not in ('gaussian', 'bernoulli'):
        raise ValueError(f'unknown likelihood {kind}')
    #| end
    error = 0.5 * (outputs - x) ** 2 if kind == 'gaussian' else jax.nn.softplus(outputs) - x * outputs
    #| end
    axes = either(tuple(range(1, x.ndim)), tuple(range(1, error.ndim)))
    reconstruction = jnp.sum(error, axis=axes)
    #? 0.4 KL kl from the standard normal prior
    #| one of
    kl = 0.5 * jnp.sum(jnp.exp(log_var) + mu ** 2 - 1.0 - log_var, axis=-1)
    #| or
    kl = -0.5 * jnp.sum(1.0 + log_var - jnp.square(mu) - jnp.exp(log_var), axis=-1)
    #| end
    #| 0.3
    if free_bits > 0:
        #? 0.4 free bits
        kl = jnp.maximum(kl, free_bits)
    #| end
    #| one of
    loss = jnp.mean(reconstruction + beta * kl)
    #| or
    loss = reconstruction.mean() + beta * kl.mean()
    #| end
