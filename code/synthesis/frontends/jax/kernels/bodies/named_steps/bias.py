"""Bodies of bias for ``recipes/applications/named_steps.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def bias(Array):
    def bias_correction(decay: float, count: Array) -> Array:
        #| 0.4
        """Undoes that moments begin at zero."""
        #| end
        return either(1.0 - decay ** count, 1.0 - jnp.power(decay, count))
