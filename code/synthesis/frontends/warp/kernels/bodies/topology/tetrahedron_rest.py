"""Bodies of tetrahedron_rest for ``recipes/applications/topology.py``."""

import warp as wp


def tetrahedron_rest(tet_indices, tid, particle_q, PART):
    tet = tet_indices[tid]
    x0 = particle_q[tet[0]]
    #| one of
    D = wp.matrix_from_cols(
    particle_q[tet[1]] - x0,
    particle_q[tet[2]] - x0,
    particle_q[tet[3]] - x0)
    #| or
    e1 = particle_q[tet[1]] - x0
    e2 = particle_q[tet[2]] - x0
    e3 = particle_q[tet[3]] - x0
    D = wp.matrix_from_cols(e1, e2, e3)
    #| end
    volume = wp.determinant(D) / 6.0
    PART
