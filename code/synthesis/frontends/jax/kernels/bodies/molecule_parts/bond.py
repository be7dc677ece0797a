"""Bodies of bond for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def bond(R, fold, box, displacement, cutoff, species, per_particle):
    #| 0.3
    if R.ndim != 2 or R.shape[-1] != 2:
        raise ValueError(f'expected positions in a plane, got {R.shape}')
    #| end
    #| 0.3
    if fold < 1:
        raise ValueError(f'expected a positive symmetry, got {fold}')
    #| end
    n = R.shape[0]
    dR = either(R[:, None] - R, displacement(R[:, None], R, box))
    dr2 = jnp.sum(dR ** 2, axis=-1)
    #| one of
    near = (dr2 < cutoff ** 2) & (jnp.arange(n)[:, None] != jnp.arange(n))
    #| or
    near = jnp.logical_and(dr2 < cutoff ** 2, jnp.arange(n)[:, None] != jnp.arange(n))
    #| end
    #| 0.4
    if species is not None:
        #? 0.5 order among particles of one kind
        near = near & (species[:, None] == species)
    #| end
    #| one of
    theta = jnp.arctan2(dR[..., 1], dR[..., 0] + 1e-9)
    count = jnp.maximum(jnp.sum(near, axis=1), 1)
    real = jnp.sum(jnp.where(near, jnp.cos(fold * theta), 0.0), axis=1) / count
    imag = jnp.sum(jnp.where(near, jnp.sin(fold * theta), 0.0), axis=1) / count
    #| or
    theta = jnp.arctan2(dR[..., 1], dR[..., 0] + 1e-9)
    weights = near / jnp.maximum(jnp.sum(near, axis=1, keepdims=True), 1)
    #? 0.5 real and imaginary parts
    real, imag = [jnp.sum(weights * wave, axis=1) for wave in (jnp.cos(fold * theta), jnp.sin(fold * theta))]
    #| end
    #| one of
    order = jnp.sqrt(real ** 2 + imag ** 2 + 1e-12)
    #| 0.5
    if per_particle:
        return order
    #| end
    return jnp.mean(order)
    #| or
    if per_particle:
        return jnp.sqrt(real ** 2 + imag ** 2 + 1e-12)
    #? 0.5 cosine similarity of the whole tree
    return jnp.sqrt(jnp.mean(real) ** 2 + jnp.mean(imag) ** 2 + 1e-12)
    #| or
    return real, imag
    #| end
