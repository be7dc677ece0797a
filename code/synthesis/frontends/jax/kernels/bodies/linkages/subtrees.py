"""Bodies of subtrees for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp


def subtrees(mass, parents, pos, return_mass, anchor, gravity, axes):
    #| 0.4
    if len(parents) != mass.shape[0]:
        raise ValueError(f'expected a mass for each of {len(parents)} links, got {mass.shape}')
    #| end
    moment = mass[:, None] * pos
    #| one of
    subtree = mass
    for i in reversed(range(len(parents))):
        parent = parents[i]
        if parent >= 0:
            #? 0.5 children come after their parents
            subtree = subtree.at[parent].add(subtree[i])
            moment = moment.at[parent].add(moment[i])
    #| or
    subtree = mass
    for i in range(len(parents) - 1, -1, -1):
        if parents[i] < 0:
            continue
        subtree = subtree.at[parents[i]].add(subtree[i])
        moment = moment.at[parents[i]].add(moment[i])
    #| or
    #? 0.4 from the leaves to the root
    masses = [mass[i] for i in range(len(parents))]
    firsts = [moment[i] for i in range(len(parents))]
    for i, parent in reversed(list(enumerate(parents))):
        if parent < 0:
            continue
        masses[parent] = masses[parent] + masses[i]
        firsts[parent] = firsts[parent] + firsts[i]
    subtree, moment = jnp.stack(masses), jnp.stack(firsts)
    #| end
    #| one of
    center = moment / subtree[:, None]
    #| or
    center = moment / jnp.expand_dims(subtree, axis=-1)
    #| end
    #| one of
    return subtree, center
    #| or
    if not return_mass:
        return center
    return subtree, center
    #| or
    #? 0.5 gravity torque of each joint
    #| one of
    arm = center - anchor
    return jnp.cross(arm, subtree[:, None] * gravity)
    #| or
    weight = subtree[:, None] * gravity
    torque = jnp.cross(center - anchor, weight)
    return torque
    #| or
    torque = jnp.cross(center - anchor, subtree[:, None] * gravity)
    if axes is None:
        return torque
    return jnp.sum(torque * axes, axis=-1)
    #| end
    #| end
