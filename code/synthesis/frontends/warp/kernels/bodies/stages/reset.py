"""Bodies of reset for ``recipes/applications/stages.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset(
    u, world_reset, world_done, world_truncated, time, COUNTED, nq, qpos, qpos0, nv, qvel, qacc_warmstart,
    qfrc_applied, key, qpos_key, qvel_key, ROOT_NQ, noise_scale, qpos_noise, qvel_noise, ctrl, nu, ctrl0, LAST_ACTION,
    act, na, act_dot, nbody, xfrc_applied, body_mocapid, body_pos, mocap_pos, body_quat, mocap_quat, KEPT,
    world_reset_done,
):
    #| one of
    if not world_reset[u]:
        return
    #| or
    #? only the selected worlds
    if world_reset[u] == 0:
        return
    #| or
    if not (world_done[u] or world_truncated[u]):
        return
    #| end
    time[u] = 0.0
    COUNTED
    #| one of
    for k in range(either(nq, qpos.shape[1])):
        qpos[u, k] = qpos0[k]
    #| 0.7
    for k in range(either(nv, qvel.shape[1])):
        qvel[u, k] = 0.0
        #| 0.6
        qacc_warmstart[u, k] = 0.0
        #| end
        #| 0.4
        qfrc_applied[u, k] = 0.0
        #| end
    #| end
    #| or
    for k in range(either(nq, qpos.shape[1])):
        qpos[u, k] = qpos0[k]
        #? there are as many speeds, or one less for each quaternion
        if k < either(nv, qvel.shape[1]):
            qvel[u, k] = 0.0
            #| 0.6
            qacc_warmstart[u, k] = 0.0
            #| end
    #| or
    for k in range(either(nq, qpos.shape[1])):
        qpos[u, k] = qpos_key[key, k]
    for k in range(either(nv, qvel.shape[1])):
        qvel[u, k] = qvel_key[key, k]
        #| 0.6
        qacc_warmstart[u, k] = 0.0
        qfrc_applied[u, k] = 0.0
        #| end
    #| or
    #? from the model file; the root keeps its pose
    for k in range(either(nq, qpos.shape[1])):
        qpos[u, k] = qpos0[k]
        if k >= ROOT_NQ:
            #? joints are displaced by the random values
            qpos[u, k] += either(noise_scale * qpos_noise[u, k], qpos_noise[u, k])
    for k in range(either(nv, qvel.shape[1])):
        qvel[u, k] = either(qvel_noise[u, k], 0.0)
        #| 0.5
        qacc_warmstart[u, k] = 0.0
        #| end
    #| end
    #| 0.8
    for k in range(either(nu, ctrl.shape[1])):
        ctrl[u, k] = either(0.0, ctrl0[k])
        LAST_ACTION
    #| end
    #| 0.6
    for k in range(either(na, act.shape[1])):
        act[u, k] = 0.0
        #| 0.5
        act_dot[u, k] = 0.0
        #| end
    #| end
    #| 0.7
    for k in range(either(nbody, xfrc_applied.shape[1])):
        xfrc_applied[u, k] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        #| 0.6
        #| one of
        mocapid = body_mocapid[k]
        if mocapid >= 0:
            mocap_pos[u, mocapid] = body_pos[k]
            mocap_quat[u, mocapid] = body_quat[k]
        #| or
        if body_mocapid[k] >= 0:
            mocap_pos[u, body_mocapid[k]] = body_pos[k]
            mocap_quat[u, body_mocapid[k]] = body_quat[k]
        #| end
        #| end
    #| end
    KEPT
    #| one of
    world_reset_done[u] = True
    #| or
    #| or
    #| end
