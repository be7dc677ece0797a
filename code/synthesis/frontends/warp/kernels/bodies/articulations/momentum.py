"""Bodies of momentum for ``recipes/applications/articulations.py``."""

import warp as wp


def momentum(end, start, body_mass, body_qd_in, tid, tree_momentum, articulation_world, world_momentum):
    momentum = wp.vec3(0.0, 0.0, 0.0)
    for j in range(start, end):
        #| one of
        momentum += body_mass[j] * wp.spatial_top(body_qd_in[j])
        #| or
        v = wp.spatial_top(body_qd_in[j])
        momentum += body_mass[j] * v
        #| end
    tree_momentum[tid] = momentum
    #| 0.6
    if articulation_world[tid] >= 0:
        wp.atomic_add(world_momentum, articulation_world[tid], momentum)
    #| end
