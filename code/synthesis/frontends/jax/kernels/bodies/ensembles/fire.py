"""Bodies of fire for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def fire(F, V, dt, R, box, shift, force, mixing, count, delay, dt_max):
    #? 0.3 velocity Verlet step
    V = V + 0.5 * dt * F
    R = shift(R, dt * V, box)
    F = force(R)
    V = V + 0.5 * dt * F
    #? 0.4 positive while going downhill
    power = jnp.sum(F * V)
    #| one of
    speed = jnp.sqrt(jnp.sum(V ** 2))
    F_norm = jnp.sqrt(jnp.sum(F ** 2) + 1e-12)
    V = V + mixing * (F * speed / F_norm - V)
    #| or
    ratio = jnp.sqrt(jnp.sum(V ** 2) / (jnp.sum(F ** 2) + 1e-12))
    V = (1.0 - mixing) * V + mixing * ratio * F
    #| end
    downhill = power > 0
    count = jnp.where(downhill, count + 1, 0)
    #? 0.3 increase the step after several downhill steps
    grow = count > delay
    dt = either(jnp.where(downhill, jnp.where(grow, jnp.minimum(1.1 * dt, dt_max), dt), 0.5 * dt), jnp.where(grow, jnp.minimum(dt * 1.1, dt_max), jnp.where(downhill, dt, 0.5 * dt)))
    mixing = either(jnp.where(downhill, jnp.where(grow, 0.99 * mixing, mixing), 0.1), jnp.where(grow, 0.99 * mixing, jnp.where(downhill, mixing, 0.1)))
    #? 0.3 reset velocities when going uphill
    V = jnp.where(downhill, V, 0.0)
