"""Bodies of about_axis for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp


def quat_about(Array):
    def quat_about(axis: Array, angle: Array) -> Array:
        #| 0.5
        """{Rotation about a unit axis ~ Quaternion from axis and angle}."""
        #| end
        #| one of
        half = 0.5 * angle
        return jnp.append(jnp.cos(half), jnp.sin(half) * axis)
        #| or
        return jnp.concatenate([jnp.cos(0.5 * angle)[None], jnp.sin(0.5 * angle) * axis])
        #| end
