"""Bodies of one_chain for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def one_chain(dt_k, kinetic, length, p_xi, push, masses, scale, xi):
    #? 0.4 from the end of the chain to the particles
    p_xi = p_xi.at[-1].add(0.25 * dt_k * push(length - 1, p_xi, kinetic))
    for k in reversed(range(length - 1)):
        drag = jnp.exp(-0.125 * dt_k * p_xi[k + 1] / masses[k + 1])
        p_xi = p_xi.at[k].set(drag * (drag * p_xi[k] + 0.25 * dt_k * push(k, p_xi, kinetic)))
    #? 0.4 all velocities are scaled alike
    factor = jnp.exp(-0.5 * dt_k * p_xi[0] / masses[0])
    scale = scale * factor
    kinetic = factor ** 2 * kinetic
    xi = xi + 0.5 * dt_k * p_xi / masses
    #? 0.4 and back
    for k in range(length - 1):
        drag = jnp.exp(-0.125 * dt_k * p_xi[k + 1] / masses[k + 1])
        p_xi = p_xi.at[k].set(drag * (drag * p_xi[k] + 0.25 * dt_k * push(k, p_xi, kinetic)))
    p_xi = p_xi.at[-1].add(0.25 * dt_k * push(length - 1, p_xi, kinetic))
