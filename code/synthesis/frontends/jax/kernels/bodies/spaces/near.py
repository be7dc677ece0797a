"""Bodies of near for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def near(R, box, displacement, square_distance, cutoff, molecule):
    #| 0.4
    if R.ndim != 2:
        raise ValueError(f'expected positions of shape (n, dim), got {R.shape}')
    #| end
    n = R.shape[0]
    #| one of
    dR = displacement(R[:, None, :], R[None, :, :], box)
    #| or
    dR = displacement(R[:, None], R, box)
    #| end
    #| one of
    dr2 = square_distance(dR)
    #| or
    dr2 = jnp.sum(dR ** 2, axis=-1)
    #| end
    #? 0.3 compare squares without a root ~ exclude self-neighbours
    #| one of
    close = (dr2 < cutoff ** 2) & (jnp.eye(n) == 0)
    #| or
    close = jnp.logical_and(dr2 < cutoff ** 2, jnp.arange(n)[:, None] != jnp.arange(n))
    #| end
    #| 0.3
    if molecule is not None:
        #| 0.85
        if molecule.shape != (n,):
            raise ValueError(f'expected a molecule for each of {n} particles, got {molecule.shape}')
        #| end
        # {what is bonded is not a neighbour ~ neighbours within a molecule are bonded}
        close = close & (molecule[:, None] != molecule)
    #| end
