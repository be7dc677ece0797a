"""Bodies of bond for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def bond(bonds, R, box, displacement, distance, rest, FORM, mask, U):
    #| one of
    #| one of
    i, j = bonds[:, 0], bonds[:, 1]
    #| or
    i, j = bonds.T
    #| end
    dr = distance(displacement(R[i], R[j], box))
    #| or
    R_ij = R[bonds]
    dr = distance(displacement(R_ij[:, 0], R_ij[:, 1], box))
    #| end
    stretch = dr - rest
    FORM
    #| 0.25
    if mask is not None:
        #| 0.4
        if mask.shape != bonds.shape[:1]:
            raise ValueError(f'expected one flag for each bond, got {mask.shape}')
        #| end
        U = either(jnp.where(mask, U, 0.0), U * mask)
    #| end
