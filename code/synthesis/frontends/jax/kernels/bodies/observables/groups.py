"""Bodies of groups for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def groups(starts, R, masses, squared):
    #? 0.4 one molecule after the other
    radii = []
    for first, last in zip(starts[:-1], starts[1:]):
        part, weight = R[first:last], masses[first:last]
        middle = weight @ part / jnp.sum(weight)
        rg2 = weight @ jnp.sum((part - middle) ** 2, axis=-1) / jnp.sum(weight)
        radii.append(either(jnp.sqrt(rg2), rg2 if squared else jnp.sqrt(rg2)))
    return jnp.stack(radii)
