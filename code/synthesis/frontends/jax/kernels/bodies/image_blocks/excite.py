"""Bodies of excite for ``recipes/applications/image_blocks.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def squeeze_excite(Array, SIDES, gateSPREAD):
    def squeeze_excite(layer, x: Array) -> Array:
        #| 0.4
        """Squeeze and excitation."""
        #| end
        pooled = either(x.mean(axis=SIDES), jnp.mean(x, axis=SIDES))
        gate = either(jax.nn.relu, jax.nn.silu)(pooled @ layer['reduce'] + layer['reduce_bias'])
        gate = either(jax.nn.sigmoid, jax.nn.hard_sigmoid)(gate @ layer['expand'] + layer['expand_bias'])
        return x * gateSPREAD
