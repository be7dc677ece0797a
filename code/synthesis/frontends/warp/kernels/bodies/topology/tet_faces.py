"""Bodies of tet_faces for ``recipes/applications/topology.py``."""

import warp as wp


def tet_faces(tet, face_keys, sorted_corners, tid, face_tet, tet_tris):
    for side in range(4):
        #| one of
        a = tet[(side + 1) % 4]
        b = tet[(side + 2) % 4]
        c = tet[(side + 3) % 4]
        #| or
        # opposite to one corner
        a = tet[(side + 1) % 4]
        b = tet[(side + 2) % 4]
        c = tet[(side + 3) % 4]
        #| end
        #| one of
        face_keys[4 * tid + side] = sorted_corners(a, b, c)
        #| one of
        face_tet[4 * tid + side] = tid
        #| or
        #| end
        #| or
        #? every second one is flipped, so that all face outwards
        if side % 2 == 0:
            tet_tris[4 * tid + side] = wp.vec3i(a, b, c)
        else:
            tet_tris[4 * tid + side] = wp.vec3i(a, c, b)
        #| one of
        face_keys[4 * tid + side] = sorted_corners(a, b, c)
        #| or
        #| end
        #| end


def tet_faces_2(tet_neighbors, tid, tet_group, face_fill, surface_tris, tet, surface_tet):
    for side in range(4):
        #| one of
        if tet_neighbors[tid, side] >= 0:
            continue
        #| or
        if tet_neighbors[tid, side] >= 0 and tet_group[tet_neighbors[tid, side]] == tet_group[tid]:
            # inside one material
            continue
        #| end
        slot = wp.atomic_add(face_fill, 0, 1)
        if slot < surface_tris.shape[0]:
            #| one of
            a = tet[(side + 1) % 4]
            b = tet[(side + 2) % 4]
            c = tet[(side + 3) % 4]
            #| one of
            if side % 2 == 0:
                surface_tris[slot] = wp.vec3i(a, b, c)
            else:
                surface_tris[slot] = wp.vec3i(a, c, b)
            #| or
            surface_tris[slot] = wp.vec3i(a, b, c)
            #| end
            #| or
            surface_tris[slot] = wp.vec3i(tet[(side + 1) % 4], tet[(side + 2) % 4], tet[(side + 3) % 4])
            #| end
            #| one of
            surface_tet[slot] = tid
            #| or
            #| end


def tet_faces_3(edge_key, tet, tet_edges, tid, particle_q, rest_out6):
    num = int(0)
    for a in range(3):
        for b in range(a + 1, 4):
            #| one of
            tet_edges[6 * tid + num] = edge_key(tet[a], tet[b])
            #| or
            tet_edges[6 * tid + num] = edge_key(tet[a], tet[b])
            rest_out6[6 * tid + num] = wp.length(particle_q[tet[b]] - particle_q[tet[a]])
            #| end
            num += 1


def tet_faces_4(
    particle_q, tet, TINY, tet_quality, tid, num_inverted, min_quality, num_bad, min_volume, bad_fill, bad_tets,
):
    x0 = particle_q[tet[0]]
    volume = wp.dot(wp.cross(particle_q[tet[1]] - x0, particle_q[tet[2]] - x0), particle_q[tet[3]] - x0) / 6.0
    longest = float(0.0)
    for a in range(3):
        for b in range(a + 1, 4):
            longest = wp.max(longest, wp.length(particle_q[tet[b]] - particle_q[tet[a]]))
    #? 1 for an equilateral triangle
    quality = 6.0 * wp.sqrt(2.0) * volume / wp.max(longest * longest * longest, TINY)
    tet_quality[tid] = quality
    #| one of
    if volume <= 0.0:
        wp.atomic_add(num_inverted, 0, 1)
    elif quality < min_quality:
        wp.atomic_add(num_bad, 0, 1)
    #| or
    if volume < min_volume or quality < min_quality:
        slot = wp.atomic_add(bad_fill, 0, 1)
        if slot < bad_tets.shape[0]:
            bad_tets[slot] = tid
    #| end
