"""Bodies of pressure for ``recipes/applications/molecule_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pressure(R, V, box, displacement, off_diagonal, FORM, u, cutoff, slope_of):
    #| 0.3
    if R.ndim != 2 or R.shape != V.shape:
        raise ValueError(f'expected velocities of shape {R.shape}, got {V.shape}')
    #| end
    n, d = R.shape
    #| one of
    volume = box ** d if jnp.ndim(box) == 0 else jnp.prod(box)
    #| or
    if jnp.ndim(box) == 0:
        volume = box ** d
    else:
        #? 0.4 one side for each axis
        volume = jnp.prod(box)
    #| end
    #? 0.4 derivative of the pair energy, by the distance
    dR = displacement(R[:, None, :], R[None, :, :], box)
    #| one of
    others = off_diagonal(n)
    #| or
    others = jnp.eye(n) == 0
    #| or
    others = jnp.arange(n)[:, None] != jnp.arange(n)
    #| end
    dr = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12)
    def pair_energy(r):
        FORM
        #| one of
        return u
        #| or
        return u
        #| or
        if cutoff is None:
            return u
        #? 0.4 no interaction beyond the cutoff
        return jnp.where(r < cutoff, u, 0.0)
        #| end
    slope = either(jax.vmap(jax.vmap(jax.grad(pair_energy)))(dr), slope_of(pair_energy)(dr), slope_of(pair_energy)(dr), slope_of(pair_energy, dr.ndim)(dr), slope_of(pair_energy, times=2)(dr))
    #| one of
    slope = jnp.where(others, slope, 0.0)
    #| or
    slope = slope * others
    #| end
