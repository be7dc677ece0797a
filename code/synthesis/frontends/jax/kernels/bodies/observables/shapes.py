"""Bodies of shapes for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def shapes(R, masses):
    #| 0.3
    if R.shape[-1] != 3:
        raise ValueError(f'expected positions in three dimensions, got {R.shape}')
    #| end
    #| one of
    if masses is None:
        masses = either(jnp.ones(R.shape[0], R.dtype), jnp.ones_like(R[:, 0]))
    #| 0.6
    elif masses.shape != R.shape[:1]:
        raise ValueError(f'expected a mass for each particle, got {masses.shape}')
    #| end
    #| or
    masses = either(jnp.ones(R.shape[:1], R.dtype), jnp.ones_like(R[:, 0]))             if masses is None else jnp.asarray(masses, R.dtype)
    #| end
    total_mass = jnp.sum(masses)
    #| one of
    center = masses @ R / total_mass
    #| or
    center = jnp.sum(masses[:, None] * R, axis=0) / total_mass
    #| end
    arm = R - center
