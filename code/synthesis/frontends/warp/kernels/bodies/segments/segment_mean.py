"""Bodies of segment_mean for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def center_of_pressure(LOOP, contacts, k, normal_force, dist, pos, center_out, tid, body_pos, force_out):
    load = float(0.0)
    center = wp.vec3(0.0, 0.0, 0.0)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        if normal_force[c] <= 0.0:
            continue
        #| or
        if dist[c] >= 0.0 or normal_force[c] <= 0.0:
            continue
        #| end
        load += normal_force[c]
        center += normal_force[c] * pos[c]
    #| one of
    if load > 0.0:
        center_out[tid] = center / load
    else:
        center_out[tid] = either(wp.vec3(0.0, 0.0, 0.0), body_pos[tid])
    #| one of
    force_out[tid] = load
    #| or
    #| end
    #| or
    if load == 0.0:
        center_out[tid] = body_pos[tid]
        return
    center_out[tid] = center / load
    #| end


def sum_contact_forces(
    LOOP, contacts, k, force, normal, normal_force, other_body, tid, body_pos, pos, force_vec_out, torque_out,
    wrench_out, body_rot,
):
    total = wp.vec3(0.0, 0.0, 0.0)
    torque = wp.vec3(0.0, 0.0, 0.0)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        f = either(normal_force[c] * normal[c], force[c])
        #| or
        f = force[c]
        #? seen from the other body it is the other way round
        if other_body[c] == tid:
            f = -f
        #| or
        if normal_force[c] <= 0.0:
            continue
        f = normal_force[c] * normal[c]
        #| end
        total += f
        torque += wp.cross(pos[c] - body_pos[tid], f)
    #| one of
    force_vec_out[tid] = total
    torque_out[tid] = torque
    #| or
    wrench_out[tid] = wp.spatial_vector(total, torque)
    #| or
    #? for a sensor in the frame of its body
    q = body_rot[tid]
    force_vec_out[tid] = wp.quat_rotate_inv(q, total)
    torque_out[tid] = wp.quat_rotate_inv(q, torque)
    #| end
