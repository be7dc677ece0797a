"""Bodies of critic for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp


def critic(returns, values, old_values, clip_eps, metrics, reduce, total_loss, value_coef):
    error = (values - returns) ** 2
    #| 0.5
    if old_values is not None:
        #? 0.5 values are clipped as well
        near = old_values + jnp.clip(values - old_values, -clip_eps, clip_eps)
        error = jnp.maximum(error, (near - returns) ** 2)
    #| end
    metrics['value_loss'] = 0.5 * reduce(error)
    total_loss = total_loss + value_coef * metrics['value_loss']
