"""Bodies of backwards for ``recipes/applications/return_parts.py``."""

import jax
import jax.numpy as jnp


def discounted(Array):
    def discounted(x: Array, decay: Array) -> Array:
        #| 0.5
        """{Discounted reverse cumulative sum ~ Reverse scan over time}."""
        #| end
        #| one of
        def step(carry, inputs):
            value, factor = inputs
            carry = value + factor * carry
            return carry, carry
        _, sums = jax.lax.scan(step, jnp.zeros_like(x[0]), (x, decay), reverse=True)
        return sums
        #| or
        def step(carry, inputs):
            carry = inputs[0] + inputs[1] * carry
            return carry, carry
        return jax.lax.scan(step, jnp.zeros(x.shape[1:], x.dtype), (x, decay), reverse=True)[1]
        #| end
