"""Bodies of blocks for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def blocks(block, frames, d, n, traj):
    #? 0.4 each block restarts
    usable = frames - frames % block
    #| one of
    blocks = traj[:usable].reshape(-1, block, n, d)
    #| or
    blocks = traj[:usable].reshape(usable // block, block, *traj.shape[1:])
    #| end
    moved = blocks - blocks[:, :1]
    msd = jnp.mean(jnp.sum(moved ** 2, axis=-1), axis=0)
