"""Bodies of impulse for ``recipes/applications/dynamics_modes.py``."""

import jax.numpy as jnp


def impulse(mass, speed, dt, restitution):
    if mass is None:
        raise ValueError('the impulse model needs the masses of the bodies')
    #? 0.5 only approaching bodies rebound, at reduced speed
    approach = jnp.minimum(speed, 0.0)
    out = -(1.0 + restitution) * mass * approach / dt
