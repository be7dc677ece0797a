"""Bodies of msd for ``recipes/applications/observables.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def msd(lags, frames, n, traj):
    curve = []
    for lag in lags:
        #| 0.5
        if lag >= frames:
            raise ValueError(f'a lag of {lag} does not fit {frames} frames')
        #| end
        #| one of
        if lag == 0:
            curve.append(either(jnp.zeros(n, traj.dtype), jnp.zeros(traj.shape[1])))
            continue
        #| or
        #| end
        moved = traj[lag:] - either(traj[:frames - lag], traj[:traj.shape[0] - lag])
        curve.append(either(jnp.mean(jnp.sum(moved ** 2, axis=-1), axis=0), jnp.sum(moved ** 2, axis=-1).mean(axis=0)))
    msd = jnp.stack(curve)
