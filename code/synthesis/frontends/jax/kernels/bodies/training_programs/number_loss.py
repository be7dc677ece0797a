"""Bodies of number_loss for ``recipes/applications/training_programs.py``."""

import jax.numpy as jnp


def number_loss(preds, y, delta):
    error = preds - y
    #| one of
    #| one of
    losses = 0.5 * jnp.sum(error ** 2, axis=-1)
    #| or
    losses = jnp.mean(error ** 2, axis=-1)
    #| end
    #| one of
    mae = jnp.mean(jnp.abs(error))
    #| or
    mae = jnp.abs(error).mean()
    #| end
    #| or
    abs_error = jnp.abs(error)
    #| 0.4
    # Huber loss
    #| end
    losses = jnp.where(abs_error < delta, 0.5 * error ** 2, delta * (abs_error - 0.5 * delta)).sum(axis=-1)
    #| one of
    mae = jnp.mean(abs_error)
    #| or
    mae = abs_error.mean()
    #| end
    #| or
    #| 0.4
    # log-cosh loss
    #| end
    losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)
    #| one of
    mae = jnp.mean(jnp.abs(error))
    #| or
    mae = jnp.abs(error).mean()
    #| end
    #| end
