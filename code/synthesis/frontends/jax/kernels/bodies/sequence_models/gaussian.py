"""Bodies of gaussian for ``recipes/applications/sequence_models.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def log_prob_and_entropy(Array, mlp):
    def log_prob_and_entropy(params, obs: Array, actions: Array):
        #| 0.4
        """{Log densities and policy entropy ~ Log densities of actions, and entropies}."""
        #| end
        mean, log_std = mlp(params['actor'], obs), params['log_std']
        #| one of
        z = (actions - mean) / jnp.exp(log_std)
        #| or
        z = (actions - mean) * jnp.exp(-log_std)
        #| end
        #| one of
        log_prob = jnp.sum(-0.5 * z ** 2 - log_std - 0.5 * math.log(2.0 * math.pi), axis=-1)
        #| or
        log_prob = -0.5 * jnp.sum(z ** 2 + 2.0 * log_std + jnp.log(2.0 * jnp.pi), axis=-1)
        #| end
        entropy = jnp.sum(log_std + 0.5 * either(math.log(2.0 * math.pi * math.e), (1.0 + jnp.log(2.0 * jnp.pi))))
        return log_prob, entropy
