"""Bodies of point for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def advance(Array):
    def advance(x: Array, u: Array, dt: float) -> Array:
        #| 0.5
        """{Point mass under a force ~ Position and velocity after a step}."""
        #| end
        #| one of
        position, velocity = x[:2], x[2:]
        velocity = velocity + dt * u
        return jnp.concatenate([position + dt * velocity, velocity])
        #| or
        velocity = x[2:] + dt * (u - 0.1 * x[2:])
        return jnp.concatenate([x[:2] + dt * velocity, velocity])
        #| end
