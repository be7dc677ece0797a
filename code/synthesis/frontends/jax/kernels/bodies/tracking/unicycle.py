"""Bodies of unicycle for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def advance(Array):
    def advance(x: Array, u: Array, dt: float) -> Array:
        #| 0.5
        """{Differential-drive robot ~ Position and heading after a step}."""
        #| end
        #| one of
        speed, turn = u[0], u[1]
        return x + dt * jnp.stack([speed * jnp.cos(x[2]), speed * jnp.sin(x[2]), turn])
        #| or
        heading = x[2] + dt * u[1]
        return jnp.stack([x[0] + dt * u[0] * jnp.cos(heading), x[1] + dt * u[0] * jnp.sin(heading), heading])
        #| end
