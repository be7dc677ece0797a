"""Bodies of mesh_project for ``recipes/applications/mesh_queries.py``."""

import warp as wp


def project_to_mesh(tid, x, mesh, reach, out, SURFACE, surface, offset, strength, dist):
    p = x[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, reach)
    #| one of
    if not answer.result:
        out[tid] = p
        return
    SURFACE
    #| one of
    out[tid] = surface
    #| or
    d = p - surface
    r = wp.length(d)
    #? offset slightly from the surface, on the same side
    out[tid] = surface + (offset / wp.max(r, 1.0e-3)) * d
    #| or
    # part of the way only
    out[tid] = wp.lerp(p, surface, strength)
    #| end
    #| or
    #? near points go farther
    out[tid] = p
    if answer.result:
        SURFACE
        r = wp.length(surface - p)
        w = wp.max(1.0 - r / reach, 0.0)
        out[tid] = p + w * (surface - p)
    #| or
    if answer.result:
        SURFACE
        out[tid] = surface
        dist[tid] = wp.length(p - surface)
    else:
        out[tid] = p
        dist[tid] = -1.0
    #| end


def constrain_to_surface(IDLE, dt, tid, v, x_io, mesh, reach, in_contact, SURFACE, surface, correction, margin):
    IDLE
    p = x_io[tid] + dt * v[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, reach)
    #| one of
    if not answer.result:
        #? it has come loose
        x_io[tid] = p
        in_contact[tid] = 0
        return
    SURFACE
    x_io[tid] = surface
    in_contact[tid] = 1
    #| or
    if not answer.result:
        x_io[tid] = p
        return
    SURFACE
    #| one of
    correction[tid] = surface - p
    x_io[tid] = surface
    #| or
    d = p - surface
    r = wp.length(d)
    if r > margin:
        x_io[tid] = surface + (margin / r) * d
    else:
        x_io[tid] = p
    #| end
    #| end
