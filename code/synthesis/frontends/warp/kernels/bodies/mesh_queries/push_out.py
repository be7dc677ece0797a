"""Bodies of push_out for ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def resolve_penetration(IDLE, dt, tid, v_io, x_io, mesh, reach, SURFACE, surface, margin, rest, max_push, mu):
    IDLE
    #| one of
    p = x_io[tid] + dt * v_io[tid]
    answer = wp.mesh_query_point(mesh, p, reach)
    if not answer.result:
        x_io[tid] = p
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    s = answer.sign * r
    if s < margin:
        n = answer.sign * d / wp.max(r, 1.0e-3)
        x_io[tid] = p + (margin - s) * n
        #| one of
        vn = wp.dot(v_io[tid], n)
        if vn < 0.0:
            v_io[tid] -= (1.0 + rest) * vn * n
        #| or
        #| end
    else:
        x_io[tid] = p
    #| or
    p = x_io[tid]
    answer = wp.mesh_query_point(mesh, p, reach)
    if not answer.result:
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    s = answer.sign * r
    if s >= margin:
        return
    n = answer.sign * d / wp.max(r, 1.0e-3)
    #? limited to the largest step
    x_io[tid] = p + wp.min(margin - s, max_push) * n
    #| one of
    v_io[tid] -= wp.min(wp.dot(v_io[tid], n), 0.0) * n
    #| or
    #? tangential velocity is kept except for friction
    vn = wp.dot(v_io[tid], n)
    vt = v_io[tid] - vn * n
    v_io[tid] = wp.max(vn, 0.0) * n + (1.0 - mu) * vt
    #| end
    #| end


def solve_mesh_collision(
    IDLE, inv_mass, tid, x, mesh, reach, SURFACE, surface, radius, thickness, delta, relaxation, num_corrections,
    x_prev, TINY, mu,
):
    IDLE
    #| 0.5
    w = inv_mass[tid]
    #| end
    p = x[tid]
    answer = wp.mesh_query_point(mesh, p, reach)
    if not answer.result:
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    c = answer.sign * r - either(thickness, radius[tid])
    if c >= 0.0:
        return
    n = answer.sign * d / wp.max(r, 1.0e-3)
    #| one of
    delta[tid] -= relaxation * c * n
    #| or
    wp.atomic_add(delta, tid, -relaxation * c * n)
    #| one of
    wp.atomic_add(num_corrections, tid, 1)
    #| or
    #| end
    #| or
    push = -c * n
    #? friction against what it moved since the last step
    moved = p - x_prev[tid]
    slide = moved - wp.dot(moved, n) * n
    push -= wp.min(mu * -c / wp.max(wp.length(slide), TINY), 1.0) * slide
    delta[tid] += push
    #| end


def mesh_penalty_forces(IDLE, tid, x, mesh, reach, SURFACE, surface, f, kd, ke, v, radius, TINY, kf, mu):
    IDLE
    p = x[tid]
    answer = wp.mesh_query_point(mesh, p, reach)
    #| one of
    if not answer.result or answer.sign > 0.0:
        return
    SURFACE
    d = surface - p
    #| one of
    f[tid] += ke * d - kd * v[tid]
    #| or
    r = wp.length(d)
    n = d / wp.max(r, 1.0e-3)
    vn = wp.dot(v[tid], n)
    f[tid] += (ke * r - kd * vn) * n
    #| end
    #| or
    if not answer.result:
        return
    SURFACE
    d = p - surface
    r = wp.length(d)
    s = answer.sign * r - radius[tid]
    if s < 0.0:
        n = answer.sign * d / wp.max(r, 1.0e-3)
        vn = wp.dot(v[tid], n)
        #| one of
        wp.atomic_add(f, tid, (-ke * s - kd * vn) * n)
        #| or
        fn = -ke * s - kd * wp.min(vn, 0.0)
        vt = v[tid] - vn * n
        f[tid] += fn * n - wp.min(kf, mu * fn / wp.max(wp.length(vt), TINY)) * vt
        #| end
    #| end
