"""Bodies of car for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def advance(Array):
    def advance(x: Array, u: Array, dt: float) -> Array:
        #| 0.5
        """{Car with position, heading and speed ~ Kinematic bicycle}."""
        #| end
        heading, speed = x[2], x[3]
        #| one of
        rate = jnp.stack([speed * jnp.cos(heading), speed * jnp.sin(heading), speed * u[1], u[0]])
        return x + dt * rate
        #| or
        #? 0.4 wheels turn by a small angle
        yaw_rate = speed * jnp.tan(0.5 * jnp.tanh(u[1])) / 2.5
        return x + dt * jnp.stack([speed * jnp.cos(heading), speed * jnp.sin(heading), yaw_rate, u[0]])
        #| end
