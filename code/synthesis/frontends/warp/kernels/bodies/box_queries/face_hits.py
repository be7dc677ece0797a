"""Bodies of face_hits for ``recipes/applications/box_queries.py``."""

import warp as wp


def mark_touched_faces(enabled, tid, BOX, lower, mesh, upper, hits, face_group, own, min_normal_z, face_load, weight):
    #| one of
    if enabled[tid] == 0:
        return
    #| or
    #| end
    BOX
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        wp.atomic_add(hits, facet, 1)
        #| or
        if face_group[facet] != own[tid]:
            continue
        wp.atomic_add(hits, facet, 1)
        #| or
        #? only upward-facing normals
        n = wp.mesh_eval_face_normal(mesh, facet)
        if n[2] > min_normal_z:
            wp.atomic_add(hits, facet, 1)
        #| or
        wp.atomic_add(hits, facet, 1)
        wp.atomic_add(face_load, facet, weight[tid])
        #| end


def mark_face_pairs(BOX, lower, mesh, upper, face_group, own, tid, face_enabled, near_faces, number, total, radius, x):
    BOX
    #| one of
    num = int(0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        if face_group[facet] == own[tid]:
            continue
        #| or
        if face_enabled[facet] == 0:
            continue
        #| or
        #| end
        near_faces[tid, facet] = 1
        num += 1
    number[tid] = num
    #| one of
    wp.atomic_add(total, 0, num)
    #| or
    #| end
    #| or
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        n = wp.mesh_eval_face_normal(mesh, facet)
        corner = wp.mesh_get_point(mesh, 3 * facet)
        #? the plane of the face must intersect the sphere
        if wp.abs(wp.dot(x[tid] - corner, n)) < radius[tid]:
            near_faces[tid, facet] = 1
            wp.atomic_add(total, 0, 1)
    #| end
