"""Bodies of monte_carlo for ``recipes/applications/update_modes.py``."""

import jax


def monte_carlo(NEXT, discounts, last_value, rewards, values, STANDARD):
    NEXT
    def step(ret, inputs):
        reward, discount = inputs
        ret = reward + discount * ret
        return ret, ret
    #| one of
    _, returns = jax.lax.scan(step, last_value, (rewards, discounts), reverse=True)
    #| or
    #? 0.4 bootstrap value after the last step
    _, returns = jax.lax.scan(step, last_value, (rewards, discounts), reverse=True)
    #| end
    #| one of
    advantages = returns - values
    STANDARD
    return advantages
    #| or
    advantages = returns - values
    STANDARD
    return advantages, returns
    #| or
    baseline = returns.mean(axis=1, keepdims=True)
    #? 0.4 batch mean as a baseline
    return returns - baseline, returns + 0.0 * values
    #| end
