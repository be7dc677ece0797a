"""Bodies of structure for ``recipes/applications/molecule_parts.py``."""

import math

import jax.numpy as jnp


def structure(R, waves, box, form_factor, num_shells, damping):
    #| 0.3
    if waves.shape[-1] != R.shape[-1]:
        raise ValueError(f'expected wave vectors of {R.shape[-1]} components, got {waves.shape}')
    #| end
    #| one of
    k = 2.0 * math.pi * waves / box
    #| or
    scale = 2.0 * math.pi / box
    k = scale * waves
    #| end
    #| one of
    phase = k @ R.T
    #| or
    phase = jnp.einsum('kd,nd->kn', k, R)
    #| end
    #| one of
    if form_factor is None:
        cos, sin = jnp.sum(jnp.cos(phase), axis=-1), jnp.sum(jnp.sin(phase), axis=-1)
        count = R.shape[0]
    else:
        #? 0.5 per-particle form factors
        cos, sin = jnp.cos(phase) @ form_factor, jnp.sin(phase) @ form_factor
        count = jnp.sum(form_factor ** 2)
    #| or
    cos, sin = jnp.sum(jnp.cos(phase), axis=-1), jnp.sum(jnp.sin(phase), axis=-1)
    count = R.shape[0]
    #| end
    intensity = (cos ** 2 + sin ** 2) / count
    #| one of
    if num_shells is None:
        return intensity
    #? 0.5 averaged over directions
    length = jnp.linalg.norm(k, axis=-1)
    shell = jnp.floor(num_shells * length / (jnp.max(length) * (1.0 + 1e-6))).astype(jnp.int32)
    totals = jnp.zeros(num_shells).at[shell].add(intensity)
    #| one of
    counts = jnp.zeros(num_shells).at[shell].add(1.0)
    #| or
    counts = jnp.bincount(shell, length=num_shells)
    #| end
    return totals / jnp.maximum(counts, 1)
    #| or
    return intensity
    #| or
    #? 0.5 finite size of atoms
    return intensity * jnp.exp(-damping * jnp.sum(k ** 2, axis=-1))
    #| end
