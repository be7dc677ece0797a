"""Bodies of rotation for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp


def rotation(COLUMN, V, mass, remove_rotation, R):
    #? 0.5 remove the centre-of-mass motion
    V = V - jnp.sum(COLUMN * V, axis=0) / jnp.sum(mass)
    if remove_rotation:
        #? 0.5 also remove rotation
        arm = R - jnp.sum(COLUMN * R, axis=0) / jnp.sum(mass)
        angular = jnp.sum(COLUMN * jnp.cross(arm, V), axis=0)
        #| one of
        squares = jnp.sum(arm ** 2, axis=-1)[:, None, None] * jnp.eye(3)
        outer = arm[:, :, None] * arm[:, None, :]
        inertia = jnp.sum(mass.reshape(-1, 1, 1) * (squares - outer), axis=0)
        #| or
        second = jnp.einsum('ni,nj->ij', COLUMN * arm, arm)
        inertia = jnp.trace(second) * jnp.eye(3) - second
        #| end
        V = V - jnp.cross(jnp.linalg.solve(inertia, angular), arm)
