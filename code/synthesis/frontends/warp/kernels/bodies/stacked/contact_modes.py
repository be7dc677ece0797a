"""Bodies of contact_modes for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def contact_modes(
    problem_nl, wid, problem_nc, row, world_mask, vio, problem_lcio, normal_in, tangent_in, min_impulse, v_in,
    MODE_OPEN, mode_out, problem_mu, slip_margin, MODE_STICK, MODE_SLIP, num_slipping, leave_speed, slip_speed,
    contact_frame, force_out, inv_dt,
):
    #| one of
    nl = problem_nl[wid]
    nc = problem_nc[wid]
    #| or
    nc = problem_nc[wid]
    nl = problem_nl[wid]
    #| end
    #| one of
    if row >= nc or not world_mask[wid]:
        return
    #| or
    if row >= nc:
        return
    #| end
    ccio = vio + nl + 3 * row
    cid = problem_lcio[wid] + row
    lam_n = normal_in[cid]
    #| one of
    lam_t = wp.length(tangent_in[cid])
    #| or
    u = tangent_in[cid]
    lam_t = wp.sqrt(u[0] * u[0] + u[1] * u[1])
    #| end
    #| one of
    #| one of
    if lam_n <= min_impulse and v_in[ccio + 2] > 0.0:
    #| or
    #: if lam_n <= min_impulse :
    #| end
        mode_out[cid] = MODE_OPEN
    elif lam_t < slip_margin * problem_mu[cid] * lam_n:
        mode_out[cid] = MODE_STICK
    else:
        mode_out[cid] = MODE_SLIP
    #| or
    mode = MODE_OPEN
    if lam_n > min_impulse:
        #? inside of its cone, or on its side
        if lam_t < slip_margin * problem_mu[cid] * lam_n:
            mode = MODE_STICK
        else:
            mode = MODE_SLIP
            #| 0.4
            wp.atomic_add(num_slipping, wid, 1)
            #| end
    mode_out[cid] = mode
    #| or
    if lam_n <= min_impulse or v_in[ccio + 2] > leave_speed:
        mode_out[cid] = MODE_OPEN
        return
    v_t = wp.length(wp.vec2(v_in[ccio], v_in[ccio + 1]))
    if v_t > slip_speed or lam_t >= problem_mu[cid] * lam_n:
        mode_out[cid] = MODE_SLIP
    else:
        mode_out[cid] = MODE_STICK
    #| end
    #| 0.5
    # contact force in the world frame
    force_out[cid] = contact_frame[cid] * either((inv_dt * wp.vec3(tangent_in[cid][0], tangent_in[cid][1], lam_n)), wp.vec3(tangent_in[cid][0], tangent_in[cid][1], lam_n))
    #| end
