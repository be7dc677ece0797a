"""Bodies of samples for ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sample_sdf(
    tid, x, body_q, mesh_body, QUERY, mesh, reach, SURFACE, phi, surface, radius, gradient, thickness, INSIDE,
    OUTSIDE, state, margin, SURFACE_BAND,
):
    #| one of
    p = x[tid]
    #| or
    # in the frame of the mesh
    p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])
    #| end
    answer = QUERY(mesh, p, reach)
    #| one of
    if answer.result:
        SURFACE
        #| one of
        phi[tid] = answer.sign * wp.length(p - surface)
        #| or
        phi[tid] = answer.sign * wp.length(p - surface)- radius[tid]
        #| end
    else:
        phi[tid] = reach
    #| or
    if not answer.result:
        phi[tid] = reach
        gradient[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    #| one of
    phi[tid] = answer.sign * r- thickness
    #| or
    phi[tid] = answer.sign * r
    #| end
    #? outwards on both sides
    gradient[tid] = answer.sign * d / wp.max(r, 1.0e-3)
    #| or
    #? below 0 inside
    s = float(reach)
    if answer.result:
        SURFACE
        s = wp.length(p - surface)
        if answer.sign < 0.0:
            s = -s
    phi[tid] = s
    #| one of
    state[tid] = INSIDE if s < 0.0 else OUTSIDE
    #| or
    if s < -margin:
        state[tid] = INSIDE
    elif s < margin:
        state[tid] = SURFACE_BAND
    else:
        state[tid] = OUTSIDE
    #| or
    #| end
    #| end


def bake_sdf(CELL, QUERY, band, mesh, p, SURFACE, surface, thickness, phi, tid, cell_size, count, phi_io):
    CELL
    answer = QUERY(mesh, p, band)
    #| one of
    s = float(band)
    if answer.result:
        SURFACE
        #| one of
        s = answer.sign * wp.length(p - surface)
        #| or
        s = answer.sign * wp.length(p - surface)- thickness
        #| end
    phi[tid] = s
    #| 0.4
    if wp.abs(s) < cell_size:
        wp.atomic_add(count, 0, 1)
    #| end
    #| or
    if answer.result:
        SURFACE
        phi[tid] = answer.sign * wp.length(p - surface)
    else:
        phi[tid] = band
    #| or
    #? the nearest of several meshes is kept
    if not answer.result:
        return
    SURFACE
    s = answer.sign * wp.length(p - surface)
    phi_io[tid] = either(wp.min(phi_io[tid], s), wp.max(phi_io[tid], -s))
    #| end
