"""Bodies of tetrahedron_rest_parts for ``recipes/applications/topology.py``."""

import warp as wp


def tetrahedron_rest_parts(tet_volume, tid, volume, min_volume, tet_pose, num_inverted, D):
    tet_volume[tid] = volume
    #| one of
    #? degenerate or inverted
    if volume <= min_volume:
        tet_pose[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        #| one of
        wp.atomic_add(num_inverted, 0, 1)
        return
        #| or
        return
        #| end
    tet_pose[tid] = wp.inverse(D)
    #| or
    if volume > min_volume:
        tet_pose[tid] = wp.inverse(D)
    else:
        tet_pose[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        #| one of
        wp.atomic_add(num_inverted, 0, 1)
        #| or
        #| end
    #| end


def tetrahedron_rest_parts_2(density, tet, vertex_mass, volume, min_volume, num_inverted, tet_volume, tid):
    #| one of
    for c in range(4):
        wp.atomic_add(vertex_mass, tet[c], wp.abs(volume) * density * 0.25)
    #| or
    quarter = 0.25 * density * wp.abs(volume)
    for c in range(4):
        wp.atomic_add(vertex_mass, tet[c], quarter)
    #| or
    # degenerate or inverted ones are counted and have none
    if volume < min_volume:
        wp.atomic_add(num_inverted, 0, 1)
        return
    for c in range(4):
        wp.atomic_add(vertex_mass, tet[c], 0.25 * density * volume)
    #| end
    #| 0.4
    tet_volume[tid] = wp.abs(volume)
    #| end
