"""Bodies of number_losses for ``recipes/applications/training.py``."""

import jax.numpy as jnp


def number_losses(preds, y):
    #| one of
    losses = jnp.mean(jnp.square(preds - y), axis=-1)
    #| or
    losses = 0.5 * jnp.sum((preds - y) ** 2, axis=-1)
    #| or
    #| 0.4
    # log-cosh loss
    #| end
    error = preds - y
    losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)
    #| or
    abs_error = jnp.abs(preds - y)
    #? 0.4 Huber loss ~ smooth L1 loss
    losses = jnp.where(abs_error < 1.0, 0.5 * abs_error ** 2, abs_error - 0.5).mean(axis=-1)
    #| end
