"""Bodies of indexed for ``recipes/applications/observables.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def indexed(R, masses, molecule, num_molecules, squared, return_centers):
    #| one of
    total = jnp.zeros(num_molecules, R.dtype).at[molecule].add(masses)
    #| or
    total = jnp.bincount(molecule, weights=masses, length=num_molecules)
    #| end
    #? 0.5 an empty molecule has zero size
    total = jnp.maximum(total, 1e-6)
    #| one of
    sums = jax.ops.segment_sum(masses[:, None] * R, molecule, num_segments=num_molecules)
    centers = sums / total[:, None]
    #| or
    centers = jnp.zeros((num_molecules, R.shape[1]), R.dtype).at[molecule].add(masses[:, None] * R)
    centers = centers / total[:, None]
    #| end
    #| one of
    squares = jnp.sum((R - centers[molecule]) ** 2, axis=-1)
    #| or
    relative = R - jnp.take(centers, molecule, axis=0)
    squares = jnp.sum(relative ** 2, axis=-1)
    #| end
    rg2 = either(jnp.zeros_like(total).at[molecule].add(masses * squares) / total, jnp.bincount(molecule, weights=masses * squares, length=num_molecules) / total)
    #| one of
    return jnp.sqrt(rg2)
    #| or
    return rg2 if squared else jnp.sqrt(rg2)
    #| or
    if not return_centers:
        return jnp.sqrt(rg2)
    return jnp.sqrt(rg2), centers
    #| end
