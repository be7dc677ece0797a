"""Bodies of integrate for ``recipes/applications/coordinates.py``."""

import warp as wp


def next_position(
    jnt_qposadr, u, jnt_dofadr, jnt_type, JNT_FREE, dt, long_out, long_qpos, long_qvel, w, quat_at, quat_integrate,
    vec3_at, JNT_BALL,
):
    adr = jnt_qposadr[u]
    dof = jnt_dofadr[u]
    kind = jnt_type[u]
    #| one of
    if kind == JNT_FREE:
        for k in range(3):
            long_out[w, adr + k] = long_qpos[w, adr + k] + long_qvel[w, dof + k] * dt
        rot = quat_integrate(quat_at(long_qpos, w, adr + 3), vec3_at(long_qvel, w, dof + 3), dt)
        # the scalar part of a rotation comes first
        long_out[w, adr + 3] = rot[3]
        for k in range(3):
            long_out[w, adr + 4 + k] = rot[k]
    elif kind == JNT_BALL:
        rot = quat_integrate(quat_at(long_qpos, w, adr), vec3_at(long_qvel, w, dof), dt)
        long_out[w, adr] = rot[3]
        for k in range(3):
            long_out[w, adr + 1 + k] = rot[k]
    else:
        #? a slide or a hinge
        long_out[w, adr] = long_qpos[w, adr] + long_qvel[w, dof] * dt
    #| or
    at = int(adr)
    to = int(dof)
    if kind == JNT_FREE:
        for k in range(3):
            long_out[w, adr + k] = long_qpos[w, adr + k] + long_qvel[w, dof + k] * dt
        at = adr + 3
        to = dof + 3
    if kind == JNT_FREE or kind == JNT_BALL:
        # the scalar part of a rotation comes first
        rot = wp.quat(long_qpos[w, at + 1], long_qpos[w, at + 2], long_qpos[w, at + 3], long_qpos[w, at])
        omega = wp.vec3(long_qvel[w, to], long_qvel[w, to + 1], long_qvel[w, to + 2])
        rot = quat_integrate(rot, omega, dt)
        long_out[w, at] = rot[3]
        for k in range(3):
            long_out[w, at + 1 + k] = rot[k]
    else:
        #? a slide or a hinge
        long_out[w, adr] = long_qpos[w, adr] + long_qvel[w, dof] * dt
    #| end


def euler_step(
    locked, u, qpos, qpos_out, w, qvel_out, dt, qacc, qvel, damping, force_in, inv_mass, max_speed, clamp_symmetric,
    lower, upper, bounce_of, wraps, wrap_angle,
):
    #| 0.5
    #| one of
    if locked[u] == 1:
    #| or
    #: if locked[u] != 0:
    #| end
        qpos_out[w, u] = qpos[w, u]
        qvel_out[w, u] = 0.0
        return
    #| end
    #| one of
    v = qvel[w, u] + qacc[w, u] * dt
    #| or
    # implicit damping at the end of the step
    v = (qvel[w, u] + qacc[w, u] * dt) / (1.0 + damping[u] * dt)
    #| or
    v = qvel[w, u] + dt * force_in[w, u] * inv_mass[u]
    #| or
    v = qvel[w, u] + dt * (force_in[w, u] - damping[u] * qvel[w, u]) * inv_mass[u]
    #| end
    #| 0.4
    #| one of
    v = wp.clamp(v, -max_speed[u], max_speed[u])
    #| or
    v = clamp_symmetric(v, max_speed[u])
    #| end
    #| end
    q = qpos[w, u] + v * dt
    #| one of
    #| 0.7
    # stops at the ends of the range
    #| end
    if q < lower[u]:
        q = lower[u]
        v = wp.max(v, 0.0)
    elif q > upper[u]:
        q = upper[u]
        v = wp.min(v, 0.0)
    #| or
    # bounces off the ends of the range
    if q < lower[u] and v < 0.0:
        q = lower[u]
        v = -bounce_of[u] * v
    elif q > upper[u] and v > 0.0:
        q = upper[u]
        v = -bounce_of[u] * v
    #| or
    if wraps[u] == 1:
        q = wrap_angle(q)
    elif q < lower[u]:
        q = lower[u]
        v = wp.max(v, 0.0)
    elif q > upper[u]:
        q = upper[u]
        v = wp.min(v, 0.0)
    #| end
    #| one of
    qpos_out[w, u] = q
    qvel_out[w, u] = v
    #| or
    qvel_out[w, u] = v
    qpos_out[w, u] = q
    #| end
