"""Bodies of electric for ``recipes/applications/molecule_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def electric(
    R, charge, neutralize, box, displacement, off_diagonal, softening, method, cutoff, dielectric, kappa, force_shift,
    bonded, coulomb, per_particle,
):
    #| 0.3
    if charge.shape != R.shape[:1]:
        raise ValueError(f'expected one charge for each particle, got {charge.shape}')
    #| end
    n = R.shape[0]
    #| 0.4
    if neutralize:
        #? 0.5 neutralizing background
        charge = charge - jnp.mean(charge)
    #| end
    dR = either(displacement(R[:, None, :], R[None, :, :], box), displacement(R[:, None], R, box))
    others = either(off_diagonal(n), jnp.eye(n) == 0, jnp.arange(n)[:, None] != jnp.arange(n))
    #| one of
    dr2 = jnp.sum(dR ** 2, axis=-1)
    #? 0.4 softened energy at small distances
    dr = jnp.sqrt(jnp.where(others, dr2, 1.0) + softening ** 2)
    #| or
    dr = jnp.sqrt(jnp.where(others, jnp.sum(dR ** 2, axis=-1), 1.0) + softening ** 2)
    #| end
    #| one of
    if method == 'cutoff':
        kernel = 1.0 / dr
    elif method == 'shifted':
        #? 0.5 zero at the cutoff
        kernel = 1.0 / dr - 1.0 / cutoff
    elif method == 'reaction_field':
        #? 0.5 a dielectric beyond the cutoff
        k_rf = (dielectric - 1.0) / (2.0 * dielectric + 1.0) / cutoff ** 3
        c_rf = 1.0 / cutoff + k_rf * cutoff ** 2
        kernel = 1.0 / dr + k_rf * dr ** 2 - c_rf
    else:
        raise ValueError(f'unknown method {method}')
    #| or
    if method not in ('wolf', 'yukawa'):
        raise ValueError(f'expected wolf or yukawa, got {method}')
    if method == 'wolf':
        #? 0.5 damped and shifted to zero at the cutoff
        kernel = jax.scipy.special.erfc(kappa * dr) / dr - math.erfc(kappa * cutoff) / cutoff
    else:
        kernel = jnp.exp(-kappa * dr) / dr
    #| or
    kernel = either(1.0 / dr - 1.0 / cutoff, jnp.exp(-kappa * dr) / dr)
    #| 0.5
    if force_shift:
        #? 0.5 so that the force is zero at the cutoff too
        kernel = kernel + (dr - cutoff) / cutoff ** 2
    #| end
    #| end
    #| one of
    mask = others & (dr < cutoff)
    #| or
    mask = jnp.logical_and(others, dr < cutoff)
    #| end
    #| 0.5
    if bonded is not None:
        #| 0.7
        if bonded.ndim != 2 or bonded.shape[1] != 2:
            raise ValueError(f'expected pairs of particles, got {bonded.shape}')
        #| end
        #? 0.5 bonded pairs are excluded
        #| one of
        i, j = bonded.T
        mask = mask.at[i, j].set(False).at[j, i].set(False)
        #| or
        first, second = bonded[:, 0], bonded[:, 1]
        mask = mask.at[first, second].set(False)
        mask = mask.at[second, first].set(False)
        #| end
    #| end
    #| one of
    energies = coulomb * charge[:, None] * charge * jnp.where(mask, kernel, 0.0)
    #| or
    kernel = jnp.where(mask, kernel, 0.0)
    energies = coulomb * jnp.outer(charge, charge) * kernel
    #| end
    #| one of
    if per_particle:
        return 0.5 * jnp.sum(energies, axis=1)
    return 0.5 * jnp.sum(energies)
    #| or
    return 0.5 * jnp.sum(energies)
    #| or
    potential = coulomb * jnp.sum(jnp.where(mask, kernel, 0.0) * charge, axis=1)
    return 0.5 * jnp.sum(charge * potential), potential
    #| end
