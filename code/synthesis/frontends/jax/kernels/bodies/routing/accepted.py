"""Bodies of accepted for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def accepted(accept_key, p, q, typical, leniency):
    #| one of
    #? 0.5 preserve the model distribution
    #| one of
    accepted = jax.random.uniform(accept_key, p.shape) * q < p
    #| or
    accepted = jax.random.uniform(accept_key, p.shape) < jnp.minimum(1.0, p / jnp.maximum(q, 1e-9))
    #| end
    #| 0.5
    if typical is not None:
        #? 0.5 also sufficiently likely tokens
        accepted = jnp.logical_or(accepted, p > typical)
    #| end
    #| or
    accepted = jax.random.uniform(accept_key, p.shape) * q < leniency * p
    #| end


def accepted_2(greedy, draft_tokens, target, accept_key, p, q, typical, target_logits):
    #| one of
    if greedy:
        accepted = draft_tokens == jnp.argmax(target[:, :-1], axis=-1)
    else:
        #? 0.5 preserve the model distribution
        accepted = jax.random.uniform(accept_key, p.shape) * q < p
        #| 0.5
        if typical is not None:
            #? 0.5 also sufficiently likely tokens
            accepted = jnp.logical_or(accepted, p > typical)
        #| end
    #| or
    accepted = jax.random.uniform(accept_key, p.shape) * q < p
    if greedy:
        accepted = draft_tokens == jnp.argmax(target_logits[:, :-1], axis=-1)
    #| end
