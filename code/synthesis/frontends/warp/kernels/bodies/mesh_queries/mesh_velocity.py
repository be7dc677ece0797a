"""Bodies of mesh_velocity for ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def mesh_contact_forces(IDLE, tid, x, margin, mesh, radius, SURFACE, surface, v, kd, ke, kf, mu, f):
    IDLE
    p = x[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, margin + radius[tid])
    if not answer.result:
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    n = d / wp.max(r, 1.0e-3)
    depth_c = either(radius[tid] + margin - r, margin + radius[tid] - r)
    v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    v_rel = v[tid] - v_s
    vn = wp.dot(v_rel, n)
    #| one of
    fn = ke * depth_c - kd * wp.min(vn, 0.0)
    #| or
    fn = ke * depth_c
    if vn < 0.0:
        fn -= kd * vn
    #| end
    #| one of
    vt = v_rel - vn * n
    #? bounded by the friction limit
    ft = -wp.normalize(vt) * wp.min(kf * wp.length(vt), mu * fn)
    wp.atomic_add(f, tid, fn * n + ft)
    #| or
    wp.atomic_add(f, tid, fn * n)
    #| or
    f[tid] += fn * n - kf * (v_rel - vn * n)
    #| end


def apply_surface_velocity(IDLE, tid, x, mesh, reach, SURFACE, strength, surface, v_io, mu, rest, dt, kd):
    IDLE
    p = x[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, reach)
    #| one of
    if not answer.result:
        return
    v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    SURFACE
    #| one of
    w = strength * wp.max(1.0 - wp.length(p - surface) / reach, 0.0)
    v_io[tid] = wp.lerp(v_io[tid], v_s, w)
    #| or
    #? no velocity into the surface
    n = wp.normalize(p - surface)
    vn = wp.dot(v_io[tid] - v_s, n)
    if vn < 0.0:
        v_io[tid] -= vn * n
    #| or
    n = wp.normalize(p - surface)
    v_rel = v_io[tid] - v_s
    vn = wp.dot(v_rel, n)
    if vn < 0.0:
        #| one of
        vt = v_rel - vn * n
        v_io[tid] = v_s + (1.0 - mu) * vt
        #| or
        v_io[tid] = v_s + v_rel - (1.0 + rest) * vn * n
        #| end
    #| end
    #| or
    if answer.result:
        v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
        #| one of
        v_io[tid] += kd * (v_s - v_io[tid]) * dt
        #| or
        v_io[tid] = wp.lerp(v_io[tid], v_s, strength)
        #| end
    #| end
