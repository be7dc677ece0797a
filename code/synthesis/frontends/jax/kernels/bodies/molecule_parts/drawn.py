"""Bodies of drawn for ``recipes/applications/molecule_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def drawn(temperature, mass, SHAPE, key, STILL, exact, DOF, COLUMN, max_speed, as_momenta):
    #| 0.35
    if temperature < 0.0:
        raise ValueError(f'expected a temperature of at least 0, got {temperature}')
    #| end
    n = either(mass.shape[0], len(mass))
    #| one of
    spread = jnp.sqrt(temperature / mass)[:, None]
    #| or
    mass = mass.reshape(-1, 1)
    spread = jnp.sqrt(temperature / mass)
    #| end
    #| one of
    V = spread * jax.random.normal(key, SHAPE)
    #| or
    V = spread * jax.random.normal(key, SHAPE, mass.dtype)
    #| end
    STILL
    #| one of
    if exact:
        #? 0.5 kinetic energy matched, not only on average
        dof = DOF
        measured = jnp.sum(COLUMN * V ** 2) / dof
        V = V * jnp.sqrt(temperature / either(measured, jnp.maximum(measured, 1e-12)))
    return V
    #| or
    #| 0.5
    if max_speed is not None:
        #? 0.5 avoid large initial velocities
        speed = jnp.linalg.norm(V, axis=-1, keepdims=True)
        V = V * jnp.minimum(1.0, max_speed / jnp.maximum(speed, 1e-12))
    #| end
    return V
    #| or
    if as_momenta:
        return COLUMN * V
    return V
    #| or
    return V, 0.5 * jnp.sum(COLUMN * V ** 2)
    #| end
