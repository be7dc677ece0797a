"""Bodies of enclosed for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def enclosed(positions, walls, velocities, MOVED, obstacles, restitution, size, CASES, XS, VS, RETURNED):
    #| 0.5
    #| one of
    if len(walls) != positions.shape[-1]:
        raise ValueError(f'{len(walls)} walls in {positions.shape[-1]} dimensions')
    #| or
    if positions.shape != velocities.shape:
        raise ValueError('every position has a velocity')
    #| end
    #| end
    MOVED
    #| 0.5
    for centre, radius in obstacles:
        #? 0.5 normal direction away from each sphere
        away = jnp.stack([positions[:, axis] - centre[axis] for axis in range(positions.shape[-1])], axis=-1)
        distance = jnp.linalg.norm(away, axis=-1, keepdims=True)
        normal = away / jnp.maximum(distance, 1e-8)
        #| one of
        touching = distance < radius
        positions = jnp.where(touching, positions + (radius - distance) * normal, positions)
        #| or
        touching = distance < radius
        positions = positions + jnp.maximum(radius - distance, 0.0) * normal
        #| end
        inward = jnp.sum(velocities * normal, axis=-1, keepdims=True)
        rebound = (1.0 + restitution) * inward * normal
        velocities = jnp.where(touching & (inward < 0.0), velocities - rebound, velocities)
    #| end
    inside = jnp.ones(positions.shape[0], dtype=bool)
    #| one of
    new_x, new_v = [], []
    #| or
    columns, rates = [], []
    #| end
    for axis, kind in enumerate(walls):
        x, v = positions[:, axis], velocities[:, axis]
        length = size[axis]
        CASES
        XS.append(x)
        VS.append(v)
    positions, velocities = jnp.stack(XS, axis=-1), jnp.stack(VS, axis=-1)
    RETURNED
