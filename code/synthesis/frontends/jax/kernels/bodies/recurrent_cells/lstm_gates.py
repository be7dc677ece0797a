"""Bodies of lstm_gates for ``recipes/applications/recurrent_cells.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def lstm_gates(Array):
    def lstm_gates(gates: Array, c: Array, bias: float = either(0.0, 1.0)):
        #| 0.5
        """{New state of a long short-term memory ~ Gated cell update}."""
        #| end
        #| one of
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        #| or
        i, f, o, g = jnp.split(gates, 4, axis=-1)
        #| end
        #| one of
        c = jax.nn.sigmoid(f + bias) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c
        #| or
        kept = jax.nn.sigmoid(f + bias) * c
        c = kept + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jnp.tanh(c) * jax.nn.sigmoid(o)
        return h, c
        #| end
