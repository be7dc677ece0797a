"""Bodies of pressed for ``recipes/applications/ensemble_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pressed(
    tau, state, epsilon, sigma, total_energy, coupling, isotropic, compressibility, dt, target, noisy, kT, key,
    max_change, scale_velocities, END,
):
    #| 0.3
    if tau <= 0.0:
        raise ValueError(f'expected a positive time of coupling, got {tau}')
    #| end
    #| one of
    R, V, box = state.R, state.V, state.box
    #| or
    R, V = state.R, state.V
    box = state.box
    #| end
    d = R.shape[-1]
    volume = either(jnp.prod(box), box[0] * box[1] * box[2])
    #? 0.4 virial: energy derivative under strain of the box
    #| one of
    def stretched(strain):
        factor = 1.0 + strain
        return total_energy(factor * R, factor * box, epsilon, sigma)
    virial = -jax.grad(stretched)(jnp.zeros(d, R.dtype))
    #| or
    virial = -jax.grad(lambda strain: total_energy((1.0 + strain) * R, (1.0 + strain) * box, epsilon, sigma))(
        jnp.zeros_like(box))
    #| end
    #| one of
    kinetic = jnp.sum(state.mass[:, None] * V ** 2, axis=0)
    #| or
    kinetic = state.mass @ V ** 2
    #| end
    pressure = (kinetic + virial) / volume
    #| one of
    if coupling == 'isotropic':
        pressure = jnp.full(d, jnp.mean(pressure))
    elif coupling == 'semi_isotropic':
        #? 0.5 the plane of a membrane, and the axis across it
        #| one of
        in_plane = 0.5 * (pressure[0] + pressure[1])
        pressure = jnp.stack([in_plane, in_plane, pressure[2]])
        #| or
        pressure = pressure.at[:2].set(jnp.mean(pressure[:2]))
        #| end
    elif coupling != 'anisotropic':
        raise ValueError(f'unknown coupling {coupling}')
    #| or
    if isotropic:
        pressure = either(jnp.mean(pressure) * jnp.ones(d), jnp.broadcast_to(jnp.mean(pressure), (d,)))
    #| or
    pressure = jnp.full(d, jnp.mean(pressure), R.dtype)
    #| end
    #? 0.4 weak coupling to a bath of constant pressure
    #| one of
    factor = jnp.cbrt(1.0 - compressibility * dt / tau * (target - pressure))
    #| or
    change = compressibility * dt / tau * (target - pressure)
    #| 0.5
    if noisy:
        #? 0.5 stochastic rescaling for correct fluctuations
        amplitude = jnp.sqrt(2.0 * kT * compressibility * dt / (volume * tau))
        change = change - amplitude * jax.random.normal(key, change.shape)
    #| end
    factor = jnp.exp(-change / 3.0)
    #| end
    #| 0.6
    factor = jnp.clip(factor, 1.0 - max_change, 1.0 + max_change)
    #| end
    #| 0.5
    if scale_velocities:
        V = V / factor
    #| end
    END
