"""Bodies of written_back for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def clamp_body_velocities(
    enabled, i, inv_mass, KINEMATIC, flags, world_mask, world_of, asleep_in, body_qd, limit_length, max_lin, max_ang,
    max_lin_of, max_ang_of, num_clamped,
):
    #| one of
    if not enabled[i] or inv_mass[i] <= 0.0:
        return
    #| or
    if (flags[i] & KINEMATIC) != 0:
        return
    #| or
    if not enabled[i] or not world_mask[world_of[i]]:
        return
    #| or
    if inv_mass[i] <= 0.0 or asleep_in[i]:
        return
    #| end
    #| one of
    v = wp.spatial_top(body_qd[i])
    w = wp.spatial_bottom(body_qd[i])
    #| or
    qd = body_qd[i]
    v = wp.spatial_top(qd)
    w = wp.spatial_bottom(qd)
    #| end
    #| one of
    #| one of
    v = limit_length(v, max_lin)
    w = limit_length(w, max_ang)
    #| or
    v = limit_length(v, max_lin_of[i])
    w = limit_length(w, max_ang_of[i])
    #| end
    body_qd[i] = wp.spatial_vector(v, w)
    #| or
    speed = wp.length(v)
    spin = wp.length(w)
    #| one of
    if speed > max_lin or spin > max_ang:
        #| 0.5
        wp.atomic_add(num_clamped, 0, 1)
        #| end
        body_qd[i] = wp.spatial_vector(limit_length(v, max_lin), limit_length(w, max_ang))
    #| or
    if speed > max_lin:
        v = v * (max_lin / speed)
    if spin > max_ang:
        w = w * (max_ang / spin)
    body_qd[i] = wp.spatial_vector(v, w)
    #| or
    if speed <= max_lin and spin <= max_ang:
        return
    if speed > max_lin:
        v *= max_lin / speed
    if spin > max_ang:
        w *= max_ang / spin
    body_qd[i] = wp.spatial_vector(v, w)
    #| end
    #| end


def update_kinematic_bodies(
    KINEMATIC, flags, i, world_mask, world_of, enabled, is_kinematic, body_target, body_q, max_jump, teleports,
    body_qd_out, dt, spin_between, limit_length, max_lin,
):
    #| one of
    if (flags[i] & KINEMATIC) == 0:
        return
    #| or
    if (flags[i] & KINEMATIC) == 0 or not world_mask[world_of[i]]:
        return
    #| or
    if not is_kinematic[i] or not enabled[i]:
        return
    #| end
    pose = body_target[i]
    last = body_q[i]
    #| one of
    shift = wp.transform_get_translation(pose) - wp.transform_get_translation(last)
    #| or
    x = wp.transform_get_translation(pose)
    shift = x - wp.transform_get_translation(last)
    #| end
    #? teleported bodies get no velocity
    if either(teleports[i] or wp.length(shift) > max_jump, wp.length_sq(shift) > max_jump * max_jump, teleports[i]):
        body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    else:
        #| one of
        w = spin_between(wp.transform_get_rotation(last), wp.transform_get_rotation(pose), dt)
        body_qd_out[i] = wp.spatial_vector(shift / dt, w)
        #| or
        v = shift / dt
        w = spin_between(wp.transform_get_rotation(last), wp.transform_get_rotation(pose), dt)
        body_qd_out[i] = wp.spatial_vector(either(limit_length(v, max_lin), v), w)
        #| end
    body_q[i] = pose


def revert_diverged_bodies(
    KINEMATIC, enabled, flags, i, inv_mass, body_q, body_qd, floor_z, in_scene, scene_radius, max_lin, safe_q,
    num_reverted, world_of, num_touching, lost_frames, max_frames,
):
    #| one of
    if not enabled[i] or (flags[i] & KINEMATIC) != 0:
        return
    #| or
    if inv_mass[i] <= 0.0:
        return
    #| or
    #| end
    #| one of
    p = wp.transform_get_translation(body_q[i])
    speed = wp.length(wp.spatial_top(body_qd[i]))
    #| or
    speed = wp.length(wp.spatial_top(body_qd[i]))
    p = wp.transform_get_translation(body_q[i])
    #| end
    #| one of
    lost = either(p[2] < floor_z or wp.length(p) > scene_radius, p[2] < floor_z or wp.abs(p[0]) > scene_radius or wp.abs(p[1]) > scene_radius, not in_scene(p, floor_z, scene_radius))
    if lost or speed > max_lin:
        body_q[i] = safe_q[i]
        body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        #| 0.6
        wp.atomic_add(num_reverted, either(0, world_of[i]), 1)
        #| end
    #| 0.6
    elif num_touching[i] > 0:
        # a standing position
        safe_q[i] = body_q[i]
    #| end
    #| or
    if in_scene(p, floor_z, scene_radius) and speed <= max_lin:
        safe_q[i] = body_q[i]
        #| 0.5
        lost_frames[i] = 0
        #| end
    else:
        #| one of
        lost_frames[i] += 1
        if lost_frames[i] > max_frames:
        #| or
        #: if can_respawn[i]:
        #| end
            body_q[i] = safe_q[i]
            body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    #| end


def update_body_origins(CHOSEN, com_pose, i, body_com, body_q_out, normalize_rotations, com_qd, inv_mass, body_qd_out):
    CHOSEN
    #| one of
    pose = com_pose[i]
    rot = wp.transform_get_rotation(pose)
    arm = wp.quat_rotate(rot, body_com[i])
    x = wp.transform_get_translation(pose) - arm
    #| or
    rot = wp.transform_get_rotation(com_pose[i])
    arm = wp.quat_rotate(rot, body_com[i])
    x = wp.transform_get_translation(com_pose[i]) - arm
    #| end
    #| one of
    body_q_out[i] = wp.transform(x, rot)
    #| or
    if normalize_rotations:
        rot = wp.normalize(rot)
    body_q_out[i] = wp.transform(x, rot)
    #| end
    #| 0.7
    w = wp.spatial_bottom(com_qd[i])
    #| one of
    #? fixed bodies have no velocity
    if inv_mass[i] > 0.0:
        body_qd_out[i] = wp.spatial_vector(wp.spatial_top(com_qd[i]) - wp.cross(w, arm), w)
    else:
        body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    #| or
    v = wp.spatial_top(com_qd[i]) - wp.cross(w, arm)
    body_qd_out[i] = wp.spatial_vector(v, w)
    #| end
    #| end


def write_root_state(
    env_mask, i, ROOT_FIXED, root_kind, root_body, env_origin, root_pose, body_q_all, root_lin_vel, root_ang_vel,
    in_body_frame, in_world_frame, body_qd_all, write_velocity, root_com,
):
    #| one of
    if not env_mask[i]:
        return
    #| or
    if not env_mask[i] or root_kind[i] == ROOT_FIXED:
        return
    #| or
    if not env_mask[i]:
        return
    if root_kind[i] == ROOT_FIXED:
        return
    #| end
    root = root_body[i]
    #? each environment has its own origin
    pos = wp.transform_get_translation(root_pose[i]) + env_origin[i]
    #| one of
    rot = wp.normalize(wp.transform_get_rotation(root_pose[i]))
    #| or
    rot = wp.transform_get_rotation(root_pose[i])
    #| end
    body_q_all[root] = wp.transform(pos, rot)
    #| 0.8
    #| one of
    v = root_lin_vel[i]
    w = root_ang_vel[i]
    if either(in_body_frame, not in_world_frame):
        v = wp.quat_rotate(rot, v)
        w = wp.quat_rotate(rot, w)
    body_qd_all[root] = wp.spatial_vector(v, w)
    #| or
    if write_velocity:
        v = root_lin_vel[i]
        #? given at the center of mass
        w = root_ang_vel[i]
        arm = wp.quat_rotate(rot, root_com[i])
        body_qd_all[root] = wp.spatial_vector(v - wp.cross(w, arm), w)
    #| one of
    else:
        body_qd_all[root] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    #| or
    #| end
    #| or
    body_qd_all[root] = wp.spatial_vector(root_lin_vel[i], root_ang_vel[i])
    #| end
    #| end


def update_particle_state(
    ACTIVE, flags, i, particle_x, x_old, particle_v, world_mask, world_of, x_new, anchor_of, anchor_local,
    anchor_pose, dt, anchor_vel, inv_mass, x_pinned, v_target, limit_length, max_moved, floor_z, bounce, restitution,
):
    #| one of
    if (flags[i] & ACTIVE) == 0:
        #| one of
        particle_x[i] = x_old[i]
        particle_v[i] = wp.vec3(0.0, 0.0, 0.0)
        return
        #| or
        return
        #| end
    #| or
    if not world_mask[world_of[i]] or (flags[i] & ACTIVE) == 0:
        return
    #| end
    x = x_new[i]
    #| one of
    #| one of
    carrier = anchor_of[i]
    if carrier >= 0:
        # a pinned particle moves with its body
        x = wp.transform_point(anchor_pose[carrier], anchor_local[i])
    v = (x - x_old[i]) / dt
    #| or
    v = (x - x_old[i]) / dt
    if anchor_of[i] >= 0:
        v = anchor_vel[anchor_of[i]]
    #| end
    #| or
    if inv_mass[i] <= 0.0:
        #| one of
        x = x_pinned[i]
        #| or
        x = x_old[i] + dt * v_target[i]
        #| end
    v = (x - x_old[i]) / dt
    #| end
    #| one of
    v = limit_length(v, max_moved)
    #| or
    #| or
    speed = wp.length(v)
    #| one of
    if speed > max_moved and inv_mass[i] > 0.0:
    #| or
    #: if speed > max_moved :
    #| end
        v = v * (max_moved / speed)
        x = x_old[i] + v * dt
    #| end
    #| 0.4
    if x[2] < floor_z and v[2] < 0.0:
        x = wp.vec3(x[0], x[1], floor_z)
        v = either(bounce(v, restitution), wp.vec3(v[0], v[1], 0.0))
    #| end
    particle_x[i] = x
    particle_v[i] = v


def recycle_particles(
    ACTIVE, flags, i, age_of, dt, floor_z, life_of, particle_x, emitter_of, emitting, flags_out, particle_v, seed,
    emitter_pose, emitter_size, x_target, emit_speed,
):
    #| one of
    #| one of
    if (flags[i] & ACTIVE) == 0:
        return
    age = age_of[i] + dt
    #| or
    age = age_of[i] + dt
    #| end
    #| one of
    if age < life_of[i] and particle_x[i][2] > floor_z:
    #| or
    #: if age < life_of[i] :
    #| end
        age_of[i] = age
        return
    #| or
    age = age_of[i] + dt
    #? it survives
    if age < life_of[i] and (flags[i] & ACTIVE) != 0:
        age_of[i] = age
        return
    #| end
    emitter = emitter_of[i]
    if emitter < 0 or not emitting[emitter]:
        #? removed permanently
        flags_out[i] = 0
        particle_v[i] = wp.vec3(0.0, 0.0, 0.0)
        return
    #| one of
    rng = wp.rand_init(seed, i)
    spread = wp.vec3(wp.randf(rng) - 0.5, wp.randf(rng) - 0.5, 0.0)
    particle_x[i] = wp.transform_point(emitter_pose[emitter], emitter_size * spread)
    #| or
    particle_x[i] = wp.transform_point(emitter_pose[emitter], x_target[i])
    #| end
    particle_v[i] = wp.transform_vector(emitter_pose[emitter], wp.vec3(0.0, 0.0, emit_speed))
    age_of[i] = either(0.0, age - life_of[i])
    #| 0.5
    flags_out[i] = ACTIVE
    #| end
