"""Bodies of gae for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def gae(NEXT, last_value, values, discounts, rewards, lam, STANDARD):
    NEXT
    #| one of
    next_values = jnp.concatenate([values[1:], last_value[None]])
    deltas = rewards + discounts * next_values - values
    def step(advantage, inputs):
        delta, discount = inputs
        advantage = delta + lam * discount * advantage
        return advantage, advantage
    #| one of
    _, advantages = jax.lax.scan(step, jnp.zeros_like(last_value), (deltas, discounts),
    #| or
    #: _, advantages = jax.lax.scan(step, jnp.zeros(last_value.shape), (deltas, discounts),
    #| end
                                 reverse=True)
    #| or
    def step(carry, inputs):
        advantage, next_value = carry
        reward, discount, value = inputs
        delta = reward + discount * next_value - value
        advantage = delta + discount * lam * advantage
        return (advantage, value), advantage
    start = (jnp.zeros_like(last_value), last_value)
    _, advantages = jax.lax.scan(step, start, (rewards, discounts, values), reverse=True)
    #| end
    #| one of
    returns = advantages + values
    STANDARD
    return advantages, returns
    #| or
    STANDARD
    return advantages
    #| end
