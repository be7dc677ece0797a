"""Bodies of poses for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def poses(offset, parents, axes, kinds, q, quat_about, rest, quat_mul, base_pos, rotate, tip):
    #| 0.35
    if len(parents) != offset.shape[0]:
        raise ValueError(f'expected an offset for each of {len(parents)} links, got {offset.shape}')
    #| end
    #| 0.5
    axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)
    #| end
    places, turns = [], []
    for i, parent in enumerate(parents):
        #| one of
        if kinds[i] == 'hinge':
            local_pos, local_rot = offset[i], quat_about(axes[i], q[i])
        elif kinds[i] == 'slide':
            #? 0.4 a slider translates along its axis without rotation
            local_pos = offset[i] + q[i] * axes[i]
            local_rot = either(jnp.zeros(4, q.dtype).at[0].set(1.0), jnp.eye(4)[0])
        #| one of
        elif kinds[i] == 'fixed':
            local_pos, local_rot = offset[i], jnp.eye(4)[0]
        else:
            raise ValueError(f'unknown joint {kinds[i]}')
        #| or
        #: else:
        #:     raise ValueError(f'expected hinge or slide, got {kinds[i]}')
        #| end
        #| or
        local_pos = offset[i]
        local_rot = quat_about(axes[i], q[i])
        #| or
        local_pos, local_rot = offset[i], quat_about(axes[i], q[i])
        #| 0.5
        if rest is not None:
            #? 0.4 link orientation at zero joint angle
            local_rot = quat_mul(rest[i], local_rot)
        #| end
        #| end
        if parent < 0:
            #? 0.4 the first link hangs on the world
            #| 0.4
            if base_pos is not None:
                local_pos = local_pos + base_pos
            #| end
            places.append(local_pos)
            turns.append(local_rot)
        else:
            places.append(places[parent] + rotate(local_pos, turns[parent]))
            turns.append(quat_mul(turns[parent], local_rot))
    #| one of
    return jnp.stack(places), jnp.stack(turns)
    #| or
    #? 0.4 renormalize against accumulated rounding
    turns = jnp.stack(turns)
    turns = turns / jnp.linalg.norm(turns, axis=-1, keepdims=True)
    return jnp.stack(places), turns
    #| or
    #| one of
    tip = len(parents) - 1 if tip is None else tip
    #| or
    if tip is None:
        tip = len(parents) - 1
    #| end
    return places[tip], turns[tip]
    #| end
