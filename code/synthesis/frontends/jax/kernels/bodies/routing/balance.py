"""Bodies of balance for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def balance_loss(Array):
    def balance_loss(probs: Array, chosen: Array) -> Array:
        #| 0.5
        """{Load-balancing loss of experts ~ Balances the load of experts}."""
        #| end
        num_experts = probs.shape[-1]
        #| one of
        load = jnp.mean(jax.nn.one_hot(chosen, num_experts), axis=(0, 1))
        return num_experts * jnp.sum(load * jnp.mean(probs, axis=0))
        #| or
        counts = jnp.bincount(chosen.reshape(-1), length=num_experts)
        load = counts / chosen.size
        return num_experts * jnp.vdot(load, probs.mean(axis=0))
        #| end
