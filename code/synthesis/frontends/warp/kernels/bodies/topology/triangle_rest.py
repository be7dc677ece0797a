"""Bodies of triangle_rest for ``recipes/applications/topology.py``."""

import warp as wp


def triangle_rest(tid, tri_indices, particle_q, PART):
    #| one of
    tri = tri_indices[tid]
    i = tri[0]
    j = tri[1]
    k = tri[2]
    #| or
    i = tri_indices[tid][0]
    j = tri_indices[tid][1]
    k = tri_indices[tid][2]
    #| end
    x0 = particle_q[i]
    e1 = particle_q[j] - x0
    e2 = particle_q[k] - x0
    normal = wp.cross(e1, e2)
    area = 0.5 * wp.length(normal)
    PART
