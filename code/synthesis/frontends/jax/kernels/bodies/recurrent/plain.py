"""Bodies of plain for ``recipes/applications/recurrent.py``."""

import jax.numpy as jnp


def plain_cell(Array):
    def plain_cell(layer, h: Array, x: Array, leak: float) -> Array:
        #| 0.5
        """{One step of a leaky unit ~ New state of leaky units}."""
        #| end
        #| one of
        new_h = jnp.tanh(x @ layer['w_x'] + h @ layer['w_h'] + layer['b'])
        return new_h if leak == 1.0 else (1.0 - leak) * h + leak * new_h
        #| or
        both = jnp.concatenate([layer['w_x'], layer['w_h']])
        new_h = jnp.tanh(jnp.concatenate([x, h], axis=-1) @ both + layer['b'])
        #| one of
        if leak < 1.0:
            new_h = (1.0 - leak) * h + leak * new_h
        return new_h
        #| or
        return h + leak * (new_h - h)
        #| end
        #| end
