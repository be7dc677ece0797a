"""Bodies of damped for ``recipes/applications/ensemble_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def damped(thermostat, dt, friction, V, key, kT, mass, kinetic_temperature, state, window, F):
    #| one of
    if thermostat == 'langevin':
        decay = either(math.exp(-friction * dt), jnp.exp(-friction * dt))
        noise = jax.random.normal(key, V.shape, V.dtype)
        V = decay * V + jnp.sqrt((1.0 - decay ** 2) * kT / mass) * noise
    #| one of
    elif thermostat == 'andersen':
        #? 0.5 Andersen collisions with the bath
        #| one of
        hit_key, noise_key = jax.random.split(key)
        hit = jax.random.uniform(hit_key, (V.shape[0], 1)) < friction * dt
        noise = jax.random.normal(noise_key, V.shape)
        #| or
        hit_key, noise_key = jax.random.split(key)
        hit = jax.random.bernoulli(hit_key, min(friction * dt, 1.0), (V.shape[0], 1))
        noise = jax.random.normal(noise_key, V.shape)
        #| end
        V = jnp.where(hit, jnp.sqrt(kT / mass) * noise, V)
    #| or
    #| end
    elif thermostat == 'berendsen':
        T = kinetic_temperature(V, state.mass)
        #? 0.5 weak coupling to a bath
        V = V * jnp.sqrt(1.0 + dt * friction * (kT / T - 1.0))
    elif thermostat == 'rescale':
        #| one of
        V = V * jnp.sqrt(kT / kinetic_temperature(V, state.mass))
        #| or
        T = kinetic_temperature(V, state.mass)
        V = jnp.sqrt(kT / T) * V
        #| end
    elif thermostat is not None:
        raise ValueError(f'unknown thermostat {thermostat}')
    #| or
    if thermostat not in ('berendsen', 'langevin'):
        raise ValueError(f'expected berendsen or langevin, got {thermostat}')
    if thermostat == 'berendsen':
        ratio = kT / kinetic_temperature(V, state.mass)
        #? 0.5 limit changes for stability
        V = V * either(jnp.clip(jnp.sqrt(1.0 + dt * friction * (ratio - 1.0)), 0.8, 1.25), jnp.sqrt(jnp.clip(1.0 + dt * friction * (ratio - 1.0), 0.64, 1.5625)))
    else:
        c = math.exp(-friction * dt)
        noise = jax.random.normal(key, V.shape)
        V = c * V + jnp.sqrt(1.0 - c ** 2) * jnp.sqrt(kT / mass) * noise
    #| or
    T = kinetic_temperature(V, state.mass)
    if thermostat == 'berendsen':
        factor = jnp.sqrt(1.0 + dt * friction * (kT / T - 1.0))
    elif thermostat == 'rescale':
        #? 0.5 only outside of the window
        factor = jnp.where(jnp.abs(T - kT) > window * kT, jnp.sqrt(kT / T), 1.0)
    elif thermostat == 'gaussian':
        #? 0.5 drag that keeps the kinetic energy
        drag = jnp.sum(F * V) / jnp.sum(mass * V ** 2)
        factor = jnp.exp(-drag * dt)
    else:
        raise ValueError(f'unknown thermostat {thermostat}')
    V = factor * V
    #| end
