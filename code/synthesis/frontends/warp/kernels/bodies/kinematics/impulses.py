"""Bodies of impulses for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def impulses(
    env, num_rows, active, jac, nv, qvel, lam, goal, row_diag, softness, relaxation, ROW_CONTACT, kind, ROW_FRICTION,
    mu, normal_row, clamp_symmetric, ROW_EQUALITY, inv_m_jac,
):
    count = num_rows[env]
    for row in range(count):
        #| 0.5
        if active[env, row] == 0:
            continue
        #| end
        # row velocity from all joints
        v = float(0.0)
        for i in range(either(nv, jac.shape[2])):
            v += jac[env, row, i] * qvel[env, i]
        old = lam[env, row]
        #| one of
        dl = (goal[env, row] - v) / row_diag[env, row]
        #| or
        # a soft row yields to its own impulse
        dl = (goal[env, row] - v - softness * old) / (row_diag[env, row] + softness)
        #| or
        dl = relaxation * (goal[env, row] - v) / row_diag[env, row]
        #| end
        #| one of
        new = old + dl
        if kind[env, row] == ROW_CONTACT:
            #? contacts push only
            new = wp.max(new, 0.0)
        elif kind[env, row] == ROW_FRICTION:
            # bounded by friction of the normal force
            limit = mu[env, row] * lam[env, normal_row[env, row]]
            new = either(clamp_symmetric(new, limit), wp.clamp(new, -limit, limit))
        #| or
        #? contacts push only
        new = old + dl
        if kind[env, row] != ROW_EQUALITY:
            new = wp.max(new, 0.0)
        #| end
        lam[env, row] = new
        #? later rows use it
        for i in range(either(nv, jac.shape[2])):
            qvel[env, i] += inv_m_jac[env, row, i] * (new - old)
