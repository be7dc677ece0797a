"""Bodies of brownian for ``recipes/applications/ensemble_parts.py``."""

import functools
import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def brownian(
    friction, dt, kT, radius, R, box, epsilon, sigma, total_energy, force_from, drive, max_force, key, scheme,
    max_step, wrap, MEASURED, steps,
):
    #| 0.3
    if friction <= 0.0:
        raise ValueError(f'expected a positive friction, got {friction}')
    #| end
    #| one of
    mobility = 1.0 / friction
    #| one of
    spread = math.sqrt(2.0 * dt / friction)
    scale = spread * jnp.sqrt(kT)
    #| or
    scale = jnp.sqrt(2.0 * kT * mobility * dt)
    #| end
    #| or
    if radius is None:
        mobility = jnp.full((R.shape[0], 1), 1.0 / friction)
    else:
        #? 0.5 Stokes: large particles are slow
        mobility = 1.0 / (friction * radius[:, None])
    scale = jnp.sqrt(2.0 * kT * mobility * dt)
    #| end
    def force(R):
        #| one of
        F = -jax.grad(total_energy)(R, box, epsilon, sigma)
        #| or
        F = force_from(functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma))(R)
        #| or
        F = force_from(lambda R: total_energy(R, box, epsilon, sigma))(R)
        #| end
        #| 0.5
        if drive is not None:
            #| 0.7
            if drive.shape not in ((3,), R.shape):
                raise ValueError(f'expected one force, or one for each particle, got {drive.shape}')
            #| end
            F = F + drive
        #| end
        #| 0.35
        if max_force is not None:
            #? 0.5 limit forces of initial overlaps
            size = jnp.linalg.norm(F, axis=-1, keepdims=True)
            F = F * jnp.minimum(1.0, max_force / jnp.maximum(size, 1e-9))
        #| end
        return F
    def advance(R, key):
        noise = either(jax.random.normal(key, R.shape, R.dtype), jax.random.normal(key, R.shape))
        #| one of
        if scheme == 'euler':
            moved = R + dt * mobility * force(R) + scale * noise
        elif scheme == 'heun':
            #? 0.5 the mean of the forces before and after
            F = force(R)
            guess = R + dt * mobility * F + scale * noise
            moved = R + 0.5 * dt * mobility * (F + force(guess)) + scale * noise
        else:
            raise ValueError(f'unknown scheme {scheme}')
        #| or
        drift = dt * mobility * force(R)
        #| 0.4
        if max_step is not None:
            drift = jnp.clip(drift, -max_step, max_step)
        #| end
        moved = R + drift + scale * noise
        #| end
        #| one of
        if wrap:
            moved = jnp.mod(moved, box)
        return moved, MEASURED
        #| or
        #? 0.5 unwrapped positions for diffusion
        return moved, MEASURED
        #| end
    #| one of
    keys = jax.random.split(key, steps)
    R, history = jax.lax.scan(advance, R, keys)
    #| or
    R, history = jax.lax.scan(advance, R, jax.random.split(key, steps))
    #| end
    #| one of
    return R, history
    #| or
    #: return {'R': R, 'history': history}
    #| end
