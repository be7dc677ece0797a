"""Bodies of texture_terrain for ``recipes/applications/texture_queries.py``."""

import warp as wp


def collide_heightfield(
    PARTICLE_ACTIVE, particle_flags, tid, particle_x, GROUND, ground, radius, margin, SLOPES, n, particle_v, kd, ke,
    particle_f, kf, num_contacts,
):
    #| one of
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| or
    #| end
    pos = particle_x[tid]
    GROUND
    #| one of
    gap = pos[2] - ground
    #| or
    gap = pos[2] - ground- radius[tid]
    #| end
    if gap >= margin:
        return
    #| one of
    SLOPES
    vn = wp.dot(particle_v[tid], n)
    fn = ke * (margin - gap) - kd * wp.min(vn, 0.0)
    #| one of
    particle_f[tid] += fn * n
    #| or
    vt = particle_v[tid] - vn * n
    particle_f[tid] += fn * n - kf * vt
    #| end
    #| or
    particle_f[tid] += wp.vec3(0.0, 0.0, ke * (margin - gap) - kd * particle_v[tid][2])
    #| one of
    wp.atomic_add(num_contacts, 0, 1)
    #| or
    #| end
    #| end


def project_to_terrain(tid, x_io, GROUND, ground, radius, v_io, num_contacts, SLOPES, n):
    pos = x_io[tid]
    GROUND
    #| one of
    if pos[2] < ground + radius[tid]:
        x_io[tid] = wp.vec3(pos[0], pos[1], ground + radius[tid])
        #| one of
        if v_io[tid][2] < 0.0:
            v_io[tid] = wp.vec3(v_io[tid][0], v_io[tid][1], 0.0)
        #| or
        wp.atomic_add(num_contacts, 0, 1)
        #| or
        #| end
    #| or
    if pos[2] >= ground:
        return
    x_io[tid] = wp.vec3(pos[0], pos[1], ground)
    SLOPES
    vn = wp.dot(v_io[tid], n)
    if vn < 0.0:
        v_io[tid] -= vn * n
    #| end


def terrain_height(particle_x, tid, GROUND, SLOPES, n, normal, contact_dist, ground, in_contact, margin, num_contacts):
    pos = particle_x[tid]
    GROUND
    #| one of
    SLOPES
    normal[tid] = n
    #| one of
    contact_dist[tid] = pos[2] - ground
    #| or
    # across the slope
    contact_dist[tid] = n[2] * (pos[2] - ground)
    #| end
    #| or
    contact_dist[tid] = pos[2] - ground
    #| one of
    if pos[2] < ground:
        in_contact[tid] = 1
    else:
        in_contact[tid] = 0
    #| or
    if pos[2] - ground < margin:
        wp.atomic_add(num_contacts, 0, 1)
    #| end
    #| end
