"""Bodies of td for ``recipes/applications/update_modes.py``."""

import jax.numpy as jnp


def td(NEXT, last_value, values, discounts, rewards, STANDARD):
    NEXT
    #| one of
    next_values = jnp.concatenate([values[1:], last_value[None]])
    advantages = rewards + discounts * next_values - values
    #| or
    all_values = jnp.concatenate([values, last_value[None]])
    advantages = rewards + discounts * all_values[1:] - all_values[:-1]
    #| end
    STANDARD
    return advantages
