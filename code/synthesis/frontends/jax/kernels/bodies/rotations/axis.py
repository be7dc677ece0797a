"""Bodies of axis for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def axis(axis, degrees, angle, vec):
    #| 0.7
    axis = axis / jnp.linalg.norm(axis, axis=-1, keepdims=True)
    #| end
    #| 0.4
    if degrees:
        angle = jnp.deg2rad(angle)
    #| end
    #| one of
    cos, sin = jnp.cos(angle)[:, None], jnp.sin(angle)[:, None]
    #| or
    angle = angle[:, None]
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    #| end
    #? 0.4 Rodrigues' formula ~ the component along the axis is unchanged
    #| one of
    along = jnp.sum(axis * vec, axis=-1, keepdims=True) * axis
    #| or
    along = jnp.einsum('ni,ni->n', axis, vec)[:, None] * axis
    #| end
    #| one of
    return cos * vec + sin * jnp.cross(axis, vec) + (1.0 - cos) * along
    #| or
    perp = vec - along
    return along + cos * perp + sin * jnp.cross(axis, perp)
    #| end
