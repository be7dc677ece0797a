"""Bodies of lambda_returns for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def lambda_returns(NEXT, last_value, values, lam, discounts, rewards, STANDARD):
    NEXT
    next_values = jnp.concatenate([values[1:], last_value[None]])
    def step(ret, inputs):
        reward, discount, next_value = inputs
        #? 0.5 mix the estimate and the following return
        ret = reward + discount * ((1.0 - lam) * next_value + lam * ret)
        return ret, ret
    _, returns = jax.lax.scan(step, last_value, (rewards, discounts, next_values), reverse=True)
    advantages = returns - values
    STANDARD
    #| one of
    return advantages
    #| or
    return advantages, returns
    #| end
