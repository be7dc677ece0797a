"""Bodies of softmax for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def softmax(LOGS, labels, log_probs, logits, gamma, balance):
    LOGS
    #| one of
    log_pt = jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #| or
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    log_pt = jnp.sum(one_hot * log_probs, axis=-1)
    #| end
    #? 0.5 down-weight easy examples
    #| one of
    per_example = -(1.0 - jnp.exp(log_pt)) ** gamma * log_pt
    #| or
    pt = jnp.exp(log_pt)
    per_example = -jnp.power(1.0 - pt, gamma) * log_pt
    #| end
    #| one of
    #? 0.4 weight rare classes more
    per_example = per_example * balance[labels]
    #| or
    if balance is not None:
        #| 0.5
        if balance.shape[0] != logits.shape[-1]:
            raise ValueError(f'expected {logits.shape[-1]} class weights, got {balance.shape[0]}')
        #| end
        per_example = balance[labels] * per_example
    #| or
    #| end
