"""Bodies of frozen for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp


def frozen(frozen, n, V):
    if frozen is not None:
        #| 0.6
        if frozen.shape[0] != n:
            raise ValueError(f'expected {n} flags, got {frozen.shape}')
        #| end
        #? 0.5 fixed walls
        V = jnp.where(frozen[:, None], 0.0, V)
