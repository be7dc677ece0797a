"""Bodies of msd_ends for ``recipes/applications/observables.py``."""

import jax
import jax.numpy as jnp


def msd_ends(species, msd, num_species, per_particle):
    #| 0.5
    if species is not None:
        #| one of
        #? 0.4 one column for each species
        members = jax.nn.one_hot(species, num_species, dtype=msd.dtype)
        return msd @ members / jnp.maximum(jnp.sum(members, axis=0), 1.0)
        #| or
        columns = []
        for kind in range(num_species):
            members = (species == kind).astype(msd.dtype)
            columns.append(msd @ members / jnp.maximum(jnp.sum(members), 1.0))
        return jnp.stack(columns, axis=-1)
        #| end
    #| end
    #| one of
    if per_particle:
        return msd
    return jnp.mean(msd, axis=-1)
    #| or
    return msd if per_particle else jnp.mean(msd, axis=-1)
    #| or
    return jnp.mean(msd, axis=1)
    #| end
