"""Bodies of normed for ``recipes/applications/recurrent.py``."""

import jax
import jax.numpy as jnp


def norm_gates(Array):
    def norm_gates(gates: Array, scale: Array, num_gates: int) -> Array:
        #| 0.5
        """{Normalizes each gate separately ~ Layer normalization of every gate}."""
        #| end
        #| one of
        parts = gates.reshape(*gates.shape[:-1], num_gates, -1)
        mean, var = jnp.mean(parts, axis=-1, keepdims=True), jnp.var(parts, axis=-1, keepdims=True)
        return ((parts - mean) / jnp.sqrt(var + 1e-6)).reshape(gates.shape) * scale
        #| or
        parts = jnp.split(gates, num_gates, axis=-1)
        parts = [(z - jnp.mean(z, axis=-1, keepdims=True)) * jax.lax.rsqrt(jnp.var(z, axis=-1, keepdims=True) + 1e-6)
            for z in parts]
        return jnp.concatenate(parts, axis=-1) * scale
        #| end
