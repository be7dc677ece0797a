"""Bodies of policy_totals for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def policy_totals(mlp, obs, params, returns, entropy, entropy_coef, policy_loss, value_coef):
    #| one of
    value_error = mlp(params['critic'], obs)[..., 0] - returns
    #| or
    new_values = mlp(params['critic'], obs).squeeze(-1)
    value_error = new_values - returns
    #| end
    #| one of
    value_loss = 0.5 * jnp.mean(value_error ** 2)
    #| or
    value_loss = jnp.mean(jnp.square(value_error))
    #| or
    #| 0.4
    # Huber loss
    #| end
    abs_error = jnp.abs(value_error)
    value_loss = jnp.mean(jnp.where(abs_error < 1.0, 0.5 * value_error ** 2, abs_error - 0.5))
    #| end
    #| one of
    return policy_loss + value_coef * value_loss - entropy_coef * jnp.mean(entropy)
    #| or
    loss = policy_loss + value_coef * value_loss
    #? 0.4 keeps the policy open
    loss = loss - entropy_coef * either(jnp.mean(entropy), entropy.mean())
    return loss
    #| end
