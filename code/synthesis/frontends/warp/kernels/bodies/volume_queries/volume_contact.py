"""Bodies of volume_contact for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def eval_particle_sdf_contacts(
    PARTICLE_ACTIVE, particle_flags, tid, LOOK, radius, d, margin, normal, safe_normalize, TURN, particle_v, kd, ke,
    kf, limit_length, mu, particle_f,
):
    #| 0.3
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| end
    LOOK
    d -= radius[tid]
    #| one of
    if d >= margin:
        return
    #| or
    if d > margin:
        return
    #| end
    #| one of
    n = safe_normalize(normal)
    #| or
    n = safe_normalize(normal)
    #| or
    n = wp.normalize(normal)
    #| end
    TURN
    v = particle_v[tid]
    vn = wp.dot(n, v)
    #? damping only while they approach
    fn = ke * (margin - d) - kd * wp.min(vn, 0.0)
    #| one of
    vt = v - n * vn
    f = n * fn - vt * kf
    #| or
    # friction within the cone
    vt = v - n * vn
    f = n * fn - limit_length(vt * kf, mu * fn)
    #| or
    vt = v - n * vn
    slip = wp.length(vt)
    f = n * fn
    if slip > 1.0e-4:
        f -= vt * (wp.min(kf * slip, mu * fn) / slip)
    #| end
    #| one of
    wp.atomic_add(particle_f, tid, f)
    #| or
    particle_f[tid] += f
    #| end


def solve_particle_sdf_contacts(
    PARTICLE_ACTIVE, particle_flags, tid, particle_x, particle_x_out, LOOK, d, margin, radius, normal, safe_normalize,
    TURN, x_prev, limit_length, mu, dt, particle_v, particle_v_out,
):
    #| 0.3
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        particle_x_out[tid] = particle_x[tid]
        return
    #| end
    LOOK
    #| one of
    c = d - radius[tid]- margin
    #| or
    c = d - radius[tid]
    #| end
    if c >= 0.0:
        particle_x_out[tid] = particle_x[tid]
        return
    #| one of
    n = safe_normalize(normal)
    #| or
    n = safe_normalize(normal)
    #| or
    n = wp.normalize(normal)
    #| end
    TURN
    #| one of
    dx = n * (-c)
    #| or
    dx = n * (-c)
    # friction undoes the slip of this step
    step = particle_x[tid] - x_prev[tid]
    slide = step - n * wp.dot(n, step)
    dx -= limit_length(slide, -mu * c)
    #| end
    #| one of
    particle_x_out[tid] = particle_x[tid] + dx
    #| or
    particle_x_out[tid] = particle_x[tid] + dx
    particle_v_out[tid] = particle_v[tid] + dx / dt
    #| end


def create_particle_sdf_contacts(
    PARTICLE_ACTIVE, particle_flags, tid, LOOK, d, margin, radius, num_contacts, contact_particle, normal,
    safe_normalize, TURN, contact_normal, contact_point, particle_x, contact_depth,
):
    #| 0.3
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| end
    LOOK
    #| one of
    if d > radius[tid] + margin:
        return
    #| or
    if d - radius[tid] > margin:
        return
    #| end
    slot = wp.atomic_add(num_contacts, 0, 1)
    if slot >= contact_particle.shape[0]:
        return
    #| one of
    n = safe_normalize(normal)
    #| or
    n = safe_normalize(normal)
    #| or
    n = wp.normalize(normal)
    #| end
    TURN
    contact_particle[slot] = tid
    contact_normal[slot] = n
    #| one of
    contact_point[slot] = particle_x[tid] - n * d
    #| or
    # the deepest point of the particle
    contact_point[slot] = particle_x[tid] - n * radius[tid]
    #| end
    #| 0.5
    contact_depth[slot] = radius[tid] - d
    #| end


def particle_sdf_distances(particle_x, sdf, tid, contact_dist, radius, margin, in_contact, num_contacts, deepest):
    uvw = wp.volume_world_to_index(sdf, particle_x[tid])
    d = either(wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR), wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float), wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float))
    contact_dist[tid] = d - radius[tid]
    #| one of
    if d < margin + radius[tid]:
        in_contact[tid] = 1
        wp.atomic_add(num_contacts, 0, 1)
    else:
        in_contact[tid] = 0
    #| or
    if d < radius[tid]:
        wp.atomic_add(num_contacts, 0, 1)
        wp.atomic_max(deepest, 0, radius[tid] - d)
    #| end
