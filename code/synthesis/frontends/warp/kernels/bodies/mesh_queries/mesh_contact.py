"""Bodies of mesh_contact for ``recipes/applications/mesh_queries.py``."""

import warp as wp


def create_particle_contacts(
    IDLE, tid, x, margin, mesh, radius, SURFACE, surface, count, max_contacts, contact_particle, contact_point,
    contact_normal, contact_dist, contact_velocity,
):
    IDLE
    p = x[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, margin + radius[tid])
    if not answer.result:
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    n = d / wp.max(r, 1.0e-3)
    slot = wp.atomic_add(count, 0, 1)
    #| one of
    if slot >= max_contacts:
        return
    contact_particle[slot] = tid
    contact_point[slot] = surface
    contact_normal[slot] = n
    #| one of
    contact_dist[slot] = r - radius[tid]
    #| or
    contact_velocity[slot] = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    #| end
    #| or
    if slot < max_contacts:
        contact_particle[slot] = tid
        contact_point[slot] = surface
        contact_normal[slot] = n
    #| end


def mesh_contact_distance(
    ACTIVE, flags, tid, in_contact, x, margin, radius, mesh, SURFACE, surface, depth, normal, closest, count,
):
    #| one of
    if (flags[tid] & ACTIVE) == 0:
        in_contact[tid] = 0
        return
    #| or
    #| end
    p = x[tid]
    #| one of
    r_max = radius[tid] + margin
    answer = wp.mesh_query_point_no_sign(mesh, p, r_max)
    #| or
    answer = wp.mesh_query_point_no_sign(mesh, p, radius[tid] + margin)
    #| end
    #| one of
    if not answer.result:
        in_contact[tid] = 0
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    in_contact[tid] = 1
    depth[tid] = radius[tid] - r
    normal[tid] = d / wp.max(r, 1.0e-3)
    #| or
    in_contact[tid] = 0
    if answer.result:
        SURFACE
        d = p - surface
        r = wp.length(d)
        in_contact[tid] = 1
        closest[tid] = surface
        normal[tid] = d / wp.max(r, 1.0e-3)
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    #| end
