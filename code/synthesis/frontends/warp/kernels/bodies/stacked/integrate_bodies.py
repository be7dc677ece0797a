"""Bodies of integrate_bodies for ``recipes/applications/stacked.py``."""

import warp as wp


def integrate_bodies(
    bodies_count, row, wid, world_mask, bodies_offset, body_u, body_w, dt, gravity, inv_m, body_i, inv_i,
    angular_acceleration, asleep, limit_length, max_speed, max_spin, u_next, flat_u,
):
    #| one of
    if row >= bodies_count[wid]:
        return
    #| or
    if row >= bodies_count[wid] or not world_mask[wid]:
        return
    #| or
    if not world_mask[wid]:
        return
    if row >= bodies_count[wid]:
        return
    #| end
    bid = bodies_offset[wid] + row
    #| one of
    u_i = body_u[bid]
    w_i = body_w[bid]
    #| or
    w_i = body_w[bid]
    u_i = body_u[bid]
    #| end
    v_i = wp.spatial_top(u_i)
    omega_i = wp.spatial_bottom(u_i)
    f_i = wp.spatial_top(w_i)
    tau_i = wp.spatial_bottom(w_i)
    #| one of
    v_next = v_i + dt * (gravity[wid] + inv_m[bid] * f_i)
    omega_next = omega_i + dt * (inv_i[bid] * (tau_i - wp.cross(omega_i, body_i[bid] * omega_i)))
    #| or
    v_next = v_i + dt * (gravity[wid] + inv_m[bid] * f_i)
    omega_next = omega_i + dt * angular_acceleration(inv_i[bid], body_i[bid], omega_i, tau_i)
    #| or
    momentum = body_i[bid] * omega_i
    omega_next = omega_i + dt * (inv_i[bid] * (tau_i - wp.skew(omega_i) * momentum))
    v_next = v_i + dt * inv_m[bid] * f_i + dt * gravity[wid]
    #| end
    #| 0.4
    # fixed vertices do not fall
    #| one of
    if inv_m[bid] == 0.0 or asleep[bid]:
    #| or
    #: if inv_m[bid] == 0.0:
    #| end
        v_next = v_i
        omega_next = omega_i
    #| end
    #| 0.4
    # limited to a speed that the solver can handle
    #| one of
    v_next = limit_length(v_next, max_speed)
    omega_next = limit_length(omega_next, max_spin)
    #| or
    if wp.length_sq(v_next) > max_speed * max_speed:
        v_next = v_next * (max_speed / wp.length(v_next))
    #| end
    #| end
    #| one of
    u_next[bid] = wp.spatial_vector(v_next, omega_next)
    #| or
    flat_u[6 * bid + 0] = v_next[0]
    flat_u[6 * bid + 1] = v_next[1]
    flat_u[6 * bid + 2] = v_next[2]
    flat_u[6 * bid + 3] = omega_next[0]
    flat_u[6 * bid + 4] = omega_next[1]
    flat_u[6 * bid + 5] = omega_next[2]
    #| or
    for k in range(3):
        flat_u[6 * bid + k] = v_next[k]
        flat_u[6 * bid + 3 + k] = omega_next[k]
    #| end
