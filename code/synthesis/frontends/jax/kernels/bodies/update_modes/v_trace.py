"""Bodies of v_trace for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def v_trace(NEXT, log_rhos, rho_bar, lam, last_value, values, discounts, rewards):
    NEXT
    #| one of
    rhos = jnp.exp(log_rhos)
    clipped_rhos = either(jnp.minimum(rhos, rho_bar), jnp.clip(rhos, max=rho_bar))
    cs = lam * jnp.minimum(rhos, 1.0)
    #| or
    clipped_rhos = jnp.minimum(jnp.exp(log_rhos), rho_bar)
    cs = jnp.minimum(jnp.exp(log_rhos), 1.0)
    #| end
    next_values = jnp.concatenate([values[1:], last_value[None]])
    deltas = clipped_rhos * (rewards + discounts * next_values - values)
    def step(acc, inputs):
        delta, discount, c = inputs
        acc = delta + discount * c * acc
        return acc, acc
    _, corrections = jax.lax.scan(step, jnp.zeros_like(last_value), (deltas, discounts, cs), reverse=True)
    #? 0.4 targets of the critic
    vs = values + corrections
    next_vs = jnp.concatenate([vs[1:], last_value[None]])
    advantages = clipped_rhos * (rewards + discounts * next_vs - values)
    #| one of
    return advantages
    #| or
    return advantages, vs
    #| end
