"""Bodies of tensor for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp


def tensor(V, mass, dR, dr, slope, volume, component, d, traceless, R):
    #| one of
    kinetic = jnp.einsum('n,ni,nj->ij', mass, V, V)
    #| or
    kinetic = (mass[:, None] * V).T @ V
    #| end
    #| one of
    virial = -0.5 * jnp.einsum('ab,abi,abj->ij', slope / dr, dR, dR)
    #| or
    force = -(slope / dr)[..., None] * dR
    virial = 0.5 * jnp.einsum('abi,abj->ij', force, dR)
    #| end
    stress = (kinetic + virial) / volume
    #| one of
    if component == 'full':
        return stress
    if component == 'diagonal':
        return jnp.diagonal(stress)
    if component == 'trace':
        return jnp.trace(stress) / d
    raise ValueError(f'unknown component {component}')
    #| or
    #? 0.4 compression is positive
    return stress
    #| or
    if traceless:
        #? 0.5 shear alone
        stress = stress - jnp.trace(stress) / d * jnp.eye(d, dtype=R.dtype)
    return stress
    #| end
