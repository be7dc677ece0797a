"""Bodies of gate for ``recipes/applications/recurrent.py``."""

import jax


def gate_of(Array):
    def gate_of(z: Array, hard: bool) -> Array:
        #| 0.5
        """{Gate activation ~ Gate value between 0 and 1}."""
        #| end
        #| one of
        return jax.nn.hard_sigmoid(z) if hard else jax.nn.sigmoid(z)
        #| or
        if hard:
            return jax.nn.hard_sigmoid(z)
        return jax.nn.sigmoid(z)
        #| end
