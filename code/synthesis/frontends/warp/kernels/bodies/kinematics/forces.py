"""Bodies of forces for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def forces(
    env, num_rows, bias, jac, nv, q_in, stiff, ROW_CONTACT, kind, ROW_FRICTION, bound, clamp_symmetric, force_out,
    row_state, qfrc,
):
    count = num_rows[env]
    for row in range(count):
        #? difference from the reference acceleration of the row
        jaref = -bias[env, row]
        for i in range(either(nv, jac.shape[2])):
            jaref += jac[env, row, i] * q_in[env, i]
        force = -stiff[env, row] * jaref
        #| one of
        if kind[env, row] == ROW_CONTACT:
            #? contacts push only
            force = wp.max(force, 0.0)
        elif kind[env, row] == ROW_FRICTION:
            # dry friction is bounded
            #| one of
            force = clamp_symmetric(force, bound[env, row])
            #| or
            force = wp.clamp(force, -bound[env, row], bound[env, row])
            #| end
        #| or
        if kind[env, row] == ROW_CONTACT and jaref >= 0.0:
            #? it opens by itself
            force = 0.0
        if kind[env, row] == ROW_FRICTION:
            force = either(clamp_symmetric(force, bound[env, row]), wp.clamp(force, -bound[env, row], bound[env, row]))
        #| end
        force_out[env, row] = force
        #| 0.4
        row_state[env, row] = 1 if force != 0.0 else 0
        #| end
        #| 0.4
        for i in range(either(nv, jac.shape[2])):
            wp.atomic_add(qfrc, env, i, jac[env, row, i] * force)
        #| end
