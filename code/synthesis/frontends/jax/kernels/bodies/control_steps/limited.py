"""Bodies of limited for ``recipes/applications/control_steps.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def limited(Array):
    def limited(value: Array, limit: float | None) -> Array:
        #| 0.5
        """{Clamps a value to optional limits ~ Clamps a command to its range}."""
        #| end
        return either(value if limit is None else jnp.clip(value, -limit, limit), jnp.clip(value, -limit, limit) if limit is not None else value)
