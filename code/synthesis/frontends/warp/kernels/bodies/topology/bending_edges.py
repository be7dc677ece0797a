"""Bodies of bending_edges for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bending_edges(edge_indices, tid, edge_angle, particle_q, TINY, energy, rest_angle, stiffness):
    quad = edge_indices[tid]
    # a boundary edge has one triangle and no bending
    if either(quad[0] < 0 or quad[1] < 0 or quad[2] < 0 or quad[3] < 0, wp.min(wp.min(quad[0], quad[1]), wp.min(quad[2], quad[3])) < 0):
        edge_angle[tid] = 0.0
        return
    #| one of
    x1 = particle_q[quad[0]]
    x2 = particle_q[quad[1]]
    x3 = particle_q[quad[2]]
    x4 = particle_q[quad[3]]
    #| or
    x3 = particle_q[quad[2]]
    x4 = particle_q[quad[3]]
    x1 = particle_q[quad[0]]
    x2 = particle_q[quad[1]]
    #| end
    n1 = wp.cross(x3 - x1, x4 - x1)
    n2 = wp.cross(x4 - x2, x3 - x2)
    #| 0.7
    if wp.length_sq(n1) < 1.0e-12 or wp.length_sq(n2) < 1.0e-12:
        edge_angle[tid] = 0.0
        return
    #| end
    edge = x4 - x3
    #| one of
    cos_angle = wp.dot(n1, n2) / wp.max(wp.length(n1) * wp.length(n2), TINY)
    #? sine and cosine of the angle
    sin_angle = wp.dot(wp.cross(n1, n2), edge) / wp.max(wp.length(n1) * wp.length(n2) * wp.length(edge), TINY)
    edge_angle[tid] = wp.atan2(sin_angle, cos_angle)
    #| or
    n1 = wp.normalize(n1)
    n2 = wp.normalize(n2)
    angle = wp.atan2(wp.dot(wp.cross(n1, n2), wp.normalize(edge)), wp.dot(n1, n2))
    #| one of
    edge_angle[tid] = angle
    #| or
    edge_angle[tid] = angle
    wp.atomic_add(energy, 0, 0.5 * stiffness[tid] * (angle - rest_angle[tid]) * (angle - rest_angle[tid]))
    #| end
    #| end
