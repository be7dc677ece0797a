"""Bodies of trajectory for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def trajectory(traj, unwrap_side, remove_drift, remove_com, masses):
    #| 0.3
    if traj.ndim != 3:
        raise ValueError(f'expected positions of shape (frames, n, dim), got {traj.shape}')
    #| end
    frames, n, d = traj.shape
    #| 0.6
    if unwrap_side is not None:
        #? 0.4 unwrap periodic jumps
        jumps = jnp.diff(traj, axis=0)
        jumps = jumps - unwrap_side * jnp.round(jumps / unwrap_side)
        traj = jnp.concatenate([traj[:1], traj[:1] + jnp.cumsum(jumps, axis=0)])
    #| end
    #| 0.6
    #| one of
    if remove_drift:
        #? 0.5 subtract the common drift
        traj = traj - jnp.mean(traj, axis=1, keepdims=True)
    #| or
    if remove_com:
        #? 0.5 subtract the common drift
        if masses is None:
            center = jnp.mean(traj, axis=1, keepdims=True)
        else:
            center = (masses @ traj)[:, None, :] / jnp.sum(masses)
        traj = traj - center
    #| end
    #| end
