"""Bodies of states for ``recipes/applications/kinematics.py``."""

import warp as wp


def states(com_pos, com_w, tid, X_wb, body_v, com_v, omega, body_com, q):
    com_pos[tid] = com_w
    #| one of
    #| one of
    # the velocity of the centre of mass
    arm = com_w - wp.transform_get_translation(X_wb)
    com_v[tid] = body_v[tid] + wp.cross(omega[tid], arm)
    #| or
    # the velocity of the centre of mass
    com_v[tid] = body_v[tid] + wp.cross(omega[tid], wp.quat_rotate(q, body_com[tid]))
    #| end
    #| or
    #| end


def states_2(STATIC, body_flags, tid, inv_inertia_out, q, inv_inertia, inertia, inertia_out, momentum_out, omega):
    #| one of
    # bodies without rotation have none
    if (body_flags[tid] & STATIC) != 0:
        inv_inertia_out[tid] = wp.mat33()
        return
    #| or
    #| end
    R = wp.quat_to_matrix(q)
    #| one of
    inv_inertia_out[tid] = R * inv_inertia[tid] * wp.transpose(R)
    #| or
    inertia_out[tid] = R * inertia[tid] * wp.transpose(R)
    inv_inertia_out[tid] = R * inv_inertia[tid] * wp.transpose(R)
    #| or
    # from the axes of the body to those of the world
    Rt = wp.transpose(R)
    inv_inertia_out[tid] = R * inv_inertia[tid] * Rt
    #| 0.5
    momentum_out[tid] = R * (inertia[tid] * (Rt * omega[tid]))
    #| end
    #| end


def states_3(STATIC, body_flags, tid, X_wb, body_v, com_w, omega, masses, inertia, q, p_sum, world, l_sum):
    #| one of
    # static bodies have none
    if (body_flags[tid] & STATIC) != 0:
        return
    #| or
    #| end
    v_com = body_v[tid] + wp.cross(omega[tid], com_w - wp.transform_get_translation(X_wb))
    p_lin = v_com * masses[tid]
    spin = wp.quat_rotate(q, inertia[tid] * wp.quat_rotate_inv(q, omega[tid]))
    # about the origin of the world
    wp.atomic_add(p_sum, world[tid], p_lin)
    wp.atomic_add(l_sum, world[tid], spin + wp.cross(com_w, p_lin))


def states_4(STATIC, body_flags, tid, com_sum, com_w, masses, mass_sum, world):
    #| one of
    # fixed bodies have no weight in the sum
    if (body_flags[tid] & STATIC) != 0:
        return
    #| or
    #| end
    #| one of
    wp.atomic_add(com_sum, 0, com_w * masses[tid])
    wp.atomic_add(mass_sum, 0, masses[tid])
    #| or
    wp.atomic_add(mass_sum, world[tid], masses[tid])
    wp.atomic_add(com_sum, world[tid], com_w * masses[tid])
    #| end


def states_5(STATIC, body_flags, tid, energy_out, X_wb, body_v, com_w, omega, q, inertia, masses, gravity):
    #| one of
    # static bodies have none
    if (body_flags[tid] & STATIC) != 0:
        energy_out[tid] = 0.0
        return
    #| or
    #| end
    v_com = body_v[tid] + wp.cross(omega[tid], com_w - wp.transform_get_translation(X_wb))
    w_b = wp.quat_rotate_inv(q, omega[tid])
    kinetic = 0.5 * masses[tid] * wp.dot(v_com, v_com) + 0.5 * wp.dot(w_b, inertia[tid] * w_b)
    #| 0.6
    potential = -masses[tid] * wp.dot(gravity[0], com_w)
    energy_out[tid] = kinetic + potential
    #| else
    energy_out[tid] = kinetic
    #| end
