"""Bodies of species for ``recipes/applications/observables.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def species(squares, num_species, species, return_total):
    per_particle = either(jnp.sum(squares, axis=-1), squares.sum(-1))
    #| one of
    totals = jnp.zeros(num_species, squares.dtype).at[species].add(per_particle)
    counts = jnp.zeros(num_species, jnp.int32).at[species].add(1)
    #| or
    totals = jnp.bincount(species, weights=per_particle, length=num_species)
    counts = jnp.bincount(species, length=num_species)
    #| or
    totals = jax.ops.segment_sum(per_particle, species, num_segments=num_species)
    counts = jnp.bincount(species, length=num_species)
    #| end
    dof = squares.shape[1] * counts
    #| one of
    #? 0.4 a missing species has zero temperature
    return totals / jnp.maximum(dof, 1)
    #| or
    temperatures = totals / jnp.maximum(dof, 1)
    if not return_total:
        return temperatures
    return temperatures, jnp.sum(totals) / squares.size
    #| or
    temperatures = jnp.where(dof > 0, totals / jnp.maximum(dof, 1), 0.0)
    return temperatures
    #| end
