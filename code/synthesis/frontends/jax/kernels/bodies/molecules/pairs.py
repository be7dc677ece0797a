"""Bodies of pairs for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def listed(R, idx, displacement, box):
    #? 0.4 neighbour rows are padded with n ~ padding indices point past the last particle
    n = R.shape[0]
    mask = (idx < n) & (idx != jnp.arange(n)[:, None])
    dR = displacement(R[:, None, :], R.at[idx].get(mode='clip'), box)


def all_pairs(displacement, R, box, off_diagonal):
    dR = displacement(R[:, None, :], R[None, :, :], box)
    mask = either(off_diagonal(R.shape[0]), jnp.eye(R.shape[0]) == 0, jnp.arange(R.shape[0])[:, None] != jnp.arange(R.shape[0]))


def each(U):
    #? 0.4 half a pair for each of the two
    return either(0.5 * jnp.sum(U, axis=1), 0.5 * jnp.sum(U, axis=-1))
