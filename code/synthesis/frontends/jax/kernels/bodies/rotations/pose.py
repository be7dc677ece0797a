"""Bodies of pose for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pose(inverse, matrix, offset):
    if inverse:
        #? 0.4 the inverse of a rotation is its transpose
        matrix = either(jnp.swapaxes(matrix, -1, -2), matrix.transpose(0, 2, 1))
        offset = -jnp.einsum('nij,nj->ni', matrix, offset)
