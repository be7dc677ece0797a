"""Bodies of texture_sdf for ``recipes/applications/texture_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sdf_texture_contacts(
    PARTICLE_ACTIVE, particle_flags, tid, LOCAL, coords, radius, sdf_texture, margin, GRADIENT, ke, n, particle_f,
    particle_v, kd, num_contacts, kf,
):
    #| one of
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| or
    #| end
    LOCAL
    d = wp.texture_sample(sdf_texture, coords, dtype=float) - radius[tid]
    if d >= margin:
        return
    GRADIENT
    #| one of
    particle_f[tid] += ke * (margin - d) * n
    #| or
    vn = wp.dot(particle_v[tid], n)
    particle_f[tid] += (ke * (margin - d) - kd * wp.min(vn, 0.0)) * n
    #| one of
    wp.atomic_add(num_contacts, 0, 1)
    #| or
    #| end
    #| or
    vn = wp.dot(particle_v[tid], n)
    vt = particle_v[tid] - vn * n
    particle_f[tid] += (ke * (margin - d) - kd * vn) * n - kf * vt
    #| end


def project_texture_sdf(
    LOCAL, coords, sdf_texture, margin, particle_x, particle_x_out, tid, GRADIENT, n, max_push, radius,
):
    LOCAL
    d = wp.texture_sample(sdf_texture, coords, dtype=float)
    #| one of
    if d >= margin:
        particle_x_out[tid] = particle_x[tid]
        return
    GRADIENT
    #| one of
    particle_x_out[tid] = particle_x[tid] + (margin - d) * n
    #| or
    push = wp.min(margin - d, max_push)
    particle_x_out[tid] = particle_x[tid] + push * n
    #| end
    #| or
    overlap = radius[tid] - d
    if overlap <= 0.0:
        particle_x_out[tid] = particle_x[tid]
        return
    GRADIENT
    particle_x_out[tid] = particle_x[tid] + either(overlap, wp.min(overlap, max_push)) * n
    #| end


def sample_sdf_texture(LOCAL, coords, lower, upper, sdf_texture, contact_dist, tid, radius, in_contact, num_contacts):
    LOCAL
    #| one of
    #? outside of the box: value at the nearest point plus distance
    clamped = wp.vec3(wp.clamp(coords[0], 0.0, 1.0), wp.clamp(coords[1], 0.0, 1.0), wp.clamp(coords[2], 0.0, 1.0))
    way = wp.cw_mul(coords - clamped, upper - lower)
    d = wp.texture_sample(sdf_texture, clamped, dtype=float) + wp.length(way)
    #| or
    d = wp.texture_sample(sdf_texture, coords, dtype=float)
    #| end
    #| one of
    contact_dist[tid] = d
    #| or
    contact_dist[tid] = d - radius[tid]
    #| end
    #| one of
    if d < radius[tid]:
        in_contact[tid] = 1
    else:
        in_contact[tid] = 0
    #| or
    if d < 0.0:
        wp.atomic_add(num_contacts, 0, 1)
    #| or
    #| end
