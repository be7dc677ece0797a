"""Bodies of moved for ``recipes/applications/tracking.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def moved(dt, positions, velocities, gravity, max_speed, drag):
    #| one of
    positions = positions + dt * velocities
    #| or
    if gravity is not None:
        velocities = velocities + dt * gravity
    positions = positions + dt * velocities
    #| or
    if max_speed is not None:
        #? 0.5 limit the displacement to the box
        speed = jnp.linalg.norm(velocities, axis=-1, keepdims=True)
        velocities = velocities * jnp.minimum(1.0, max_speed / jnp.maximum(speed, 1e-8))
    positions = positions + dt * velocities
    #| or
    if drag > 0.0:
        velocities = velocities * either((1.0 - drag * dt), math.exp(-drag * dt))
    positions = positions + dt * velocities
    #| end
