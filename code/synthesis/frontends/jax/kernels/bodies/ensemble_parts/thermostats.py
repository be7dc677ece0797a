"""Bodies of thermostats for ``recipes/applications/ensemble_parts.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def thermostats(state, box, epsilon, sigma, total_energy, force_from, dt, THERMOSTAT, remove_drift, END):
    #| 0.25
    if state.R.shape != state.V.shape:
        raise ValueError(f'expected velocities of shape {state.R.shape}, got {state.V.shape}')
    #| end
    #| one of
    R, V, mass = state.R, state.V, state.mass[:, None]
    #| or
    R, V = state.R, state.V
    mass = state.mass[:, None]
    #| end
    #| one of
    energy = functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma)
    force = jax.grad(lambda R: -energy(R))
    #| or
    force_fn = jax.grad(total_energy)
    force = lambda R: -force_fn(R, box, epsilon, sigma)
    #| or
    force = force_from(functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma))
    #| or
    force = force_from(lambda R: total_energy(R, box, epsilon, sigma))
    #| or
    def force(R):
        return -jax.grad(total_energy)(R, box, epsilon, sigma)
    #| end
    #? 0.4 velocity Verlet ~ half a kick, a drift, and half a kick
    V = V + 0.5 * dt * force(R) / mass
    R = either(jnp.mod(R + dt * V, box), R + dt * V)
    #| one of
    F = force(R)
    V = V + 0.5 * dt * F / mass
    #| or
    V = V + 0.5 * dt * force(R) / mass
    #| end
    THERMOSTAT
    #| 0.4
    if remove_drift:
        #? 0.5 remove the net momentum of the thermostat
        V = V - jnp.sum(mass * V, axis=0) / jnp.sum(mass)
    #| end
    END
