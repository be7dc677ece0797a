"""Bodies of chain for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def chain(chain, V, mass, kT, LOOP):
    xi, p_xi, masses = chain
    #| 0.4
    if xi.shape != masses.shape:
        raise ValueError(f'expected one mass for each thermostat, got {masses.shape}')
    #| end
    length = len(masses)
    #| one of
    dof = V.size
    #| or
    dof = V.size - V.shape[1]
    #| end
    #| one of
    kinetic = jnp.sum(mass[:, None] * V ** 2)
    #| or
    kinetic = jnp.sum(mass @ V ** 2)
    #| end
    def push(k, p_xi, kinetic):
        #| 0.5
        """{Force on one thermostat of the chain ~ Force on a thermostat}."""
        #| end
        #| one of
        if k == 0:
            return kinetic - dof * kT
        return p_xi[k - 1] ** 2 / masses[k - 1] - kT
        #| or
        return kinetic - dof * kT if k == 0 else p_xi[k - 1] ** 2 / masses[k - 1] - kT
        #| end
    scale = either(1.0, jnp.ones((), V.dtype))
    LOOP
    #| one of
    return V * scale, (xi, p_xi, masses)
    #| or
    V = V * scale
    return V, (xi, p_xi, masses)
    #| end
