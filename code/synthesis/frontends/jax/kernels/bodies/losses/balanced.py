"""Bodies of balanced for ``recipes/applications/losses.py``."""

import jax.numpy as jnp


def balanced(LOGS, labels, log_probs, balance, logits):
    LOGS
    nll = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #? 0.5 weight rare classes more
    #| one of
    per_example = balance[labels] * nll
    #| or
    #| 0.3
    if balance.shape[0] != logits.shape[-1]:
        raise ValueError(f'expected {logits.shape[-1]} class weights, got {balance.shape[0]}')
    #| end
    per_example = jnp.take(balance, labels, axis=0) * nll
    #| end
