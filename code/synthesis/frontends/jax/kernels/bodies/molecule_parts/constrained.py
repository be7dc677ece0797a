"""Bodies of constrained for ``recipes/applications/molecule_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def constrained(bonds, lengths, iterations, mass, R, APART, stiffness, tolerance, END):
    #| 0.35
    if lengths.shape != bonds.shape[:1]:
        raise ValueError(f'expected a length for each bond, got {lengths.shape}')
    #| end
    #| 0.3
    if iterations < 1:
        raise ValueError(f'expected at least one iteration, got {iterations}')
    #| end
    #| one of
    i, j = bonds.T
    #| or
    i, j = bonds[:, 0], bonds[:, 1]
    #| end
    #| one of
    if mass is None:
        inv_mass = jnp.ones(R.shape[0], R.dtype)
    else:
        inv_mass = 1.0 / mass
    weight = inv_mass[i] + inv_mass[j]
    #| or
    inv_mass = 1.0 / mass
    weight = inv_mass[i] + inv_mass[j]
    #| or
    #? 0.5 zero mass marks a fixed body
    inv_mass = jnp.where(mass > 0.0, 1.0 / jnp.where(mass > 0.0, mass, 1.0), 0.0)
    #? 0.5 both ends of a bond may be pinned
    weight = jnp.maximum(inv_mass[i] + inv_mass[j], 1e-6)
    #| end
    #? 0.4 number of bonds of each particle
    #| one of
    counts = jnp.zeros(R.shape[0], R.dtype).at[i].add(1.0).at[j].add(1.0)
    #| or
    counts = jnp.zeros(R.shape[0], R.dtype).at[bonds].add(1.0)
    #| end
    share = 1.0 / jnp.maximum(counts, 1.0)
    #| 0.4
    start = R
    #| end
    #| one of
    def project(R):
    #| or
    #: def project(R, _):
    #| end
        dR = APART
        #| one of
        length = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12)
        excess = length - lengths
        push = (stiffness * excess / (weight * length))[:, None] * dR
        #| or
        #? 0.5 linearized, without a square root
        squares = jnp.sum(dR ** 2, axis=-1)
        excess = (squares - lengths ** 2) / (squares + lengths ** 2)
        push = (stiffness * excess / weight)[:, None] * dR
        #| end
        #| one of
        R = R.at[i].add(-inv_mass[i, None] * share[i, None] * push)
        return R.at[j].add(inv_mass[j, None] * share[j, None] * push)
        #| or
        change = jnp.zeros_like(R)
        change = change.at[i].add(-inv_mass[i, None] * push).at[j].add(inv_mass[j, None] * push)
        #? 0.4 averaged, since all bonds are solved simultaneously
        return R + share[:, None] * change
        #| end
    #| one of
    for _ in range(iterations):
        R = project(R)
    #| or
    R = jax.lax.fori_loop(0, iterations, lambda _, R: project(R), R)
    #| or
    def violated(carry):
        R, iteration = carry
        dR = APART
        error = either(jnp.abs(jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12) / lengths - 1.0), jnp.abs(jnp.sum(dR ** 2, axis=-1) - lengths ** 2) / (2.0 * lengths ** 2))
        return (jnp.max(error) > tolerance) & (iteration < iterations)
    def solve(carry):
        R, iteration = carry
        return project(R), iteration + 1
    #? 0.4 until all bonds converge or the limit is reached
    R, _ = jax.lax.while_loop(violated, solve, (R, 0))
    #| end
    END
