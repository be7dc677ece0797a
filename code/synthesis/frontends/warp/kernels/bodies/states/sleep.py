"""Bodies of sleep for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def update_sleep_timers(
    KINEMATIC, enabled, flags, i, inv_mass, world_mask, world_of, body_qd, SLOW, dt, sleep_timer, asleep, sleep_time,
    num_sleeping,
):
    #| one of
    if (flags[i] & KINEMATIC) != 0 or not enabled[i]:
        return
    #| or
    if not enabled[i] or inv_mass[i] <= 0.0:
        return
    #| or
    if not world_mask[world_of[i]] or (flags[i] & KINEMATIC) != 0:
        return
    #| or
    if inv_mass[i] <= 0.0:
        return
    #| end
    qd = body_qd[i]
    if SLOW:
        #| one of
        timer = sleep_timer[i] + dt
        sleep_timer[i] = timer
        #| one of
        if timer > sleep_time and not asleep[i]:
        #| or
        #: if timer > sleep_time :
        #| end
        #| or
        #: sleep_timer[i] += dt
        #| one of
        #: if sleep_timer[i] > sleep_time and can_sleep[i]:
        #| or
        #: if sleep_timer[i] > sleep_time :
        #| end
        #| end
            asleep[i] = True
            body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            #| 0.4
            wp.atomic_add(num_sleeping, 0, 1)
            #| end
    else:
        sleep_timer[i] = 0.0
        asleep[i] = False


def damp_slow_bodies(
    asleep_in, enabled, i, inv_mass, KINEMATIC, flags, body_qd_in, num_touching, calm_frames, body_qd_out, SLOW,
    max_frames, settle_damping,
):
    #| one of
    if asleep_in[i] or not enabled[i]:
        return
    #| or
    if asleep_in[i] or inv_mass[i] <= 0.0:
        return
    #| or
    if (flags[i] & KINEMATIC) != 0 or asleep_in[i]:
        return
    #| end
    qd = body_qd_in[i]
    #| 0.5
    # free fall without contact
    if num_touching[i] == 0:
        calm_frames[i] = 0
        body_qd_out[i] = qd
        return
    #| end
    if SLOW:
        calm_frames[i] = either(wp.min(calm_frames[i] + 1, max_frames), calm_frames[i] + 1)
        #| one of
        if calm_frames[i] >= max_frames:
            qd = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        else:
            qd = qd * settle_damping
        #| or
        qd = either(qd * settle_damping, settle_damping * qd)
        #| or
        if calm_frames[i] > 1:
            qd = settle_damping * qd
        #| end
    else:
        calm_frames[i] = 0
    body_qd_out[i] = qd


def update_island_sleep(
    i, world_mask, world_of, group_start, group_items, inv_mass_all, is_kinematic, sleep_time, timer_in, woken,
    asleep_all, qd_all_out, qd_all, asleep_out, num_sleeping,
):
    #| 0.5
    if not world_mask[world_of[i]]:
        return
    #| end
    start = group_start[i]
    end = group_start[i + 1]
    calm = bool(True)
    #| one of
    for k in range(start, end):
        b = group_items[k]
        #| one of
        if inv_mass_all[b] <= 0.0:
            continue
        #| or
        if is_kinematic[b]:
            continue
        #| or
        #| end
        #| one of
        if timer_in[b] < sleep_time:
            calm = False
            #| one of
            break
            #| or
            #| end
        #| or
        if timer_in[b] < sleep_time or woken[b] == 1:
            calm = False
            #| one of
            break
            #| or
            #| end
        #| end
    #| or
    k = int(start)
    while calm and k < end:
        if timer_in[group_items[k]] < sleep_time:
            calm = False
        k += 1
    #| end
    for k in range(start, end):
        b = group_items[k]
        #| one of
        if calm and not asleep_all[b]:
            qd_all_out[b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        #| or
        if calm:
            qd_all_out[b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        else:
            qd_all_out[b] = qd_all[b]
        #| or
        #| end
        asleep_out[b] = calm
    #| 0.4
    if calm and end > start:
        wp.atomic_add(num_sleeping, 0, end - start)
    #| end


def wake_bodies(i, num_contacts, contact_depth, contact_a, contact_b, asleep_in, woken_out, body_qd_in, wake_speed):
    #| one of
    if i >= num_contacts[0]:
        return
    #| or
    if i >= num_contacts[0] or contact_depth[i] <= 0.0:
        return
    #| end
    a = contact_a[i]
    b = contact_b[i]
    #? the ground wakes nobody
    if a < 0 or b < 0:
        return
    #| one of
    if asleep_in[a] and not asleep_in[b]:
        wp.atomic_max(woken_out, a, 1)
    elif asleep_in[b] and not asleep_in[a]:
        wp.atomic_max(woken_out, b, 1)
    #| or
    if asleep_in[a] == asleep_in[b]:
        return
    sleeper = either(a if asleep_in[a] else b, wp.where(asleep_in[a], a, b))
    #| 0.5
    waker = either(b if asleep_in[a] else a, wp.where(asleep_in[a], b, a))
    #? a body that rests on it leaves it alone
    if wp.length_sq(wp.spatial_top(body_qd_in[waker])) < wake_speed * wake_speed:
        return
    #| end
    wp.atomic_max(woken_out, sleeper, 1)
    #| or
    if asleep_in[a] and not asleep_in[b] and wp.length_sq(wp.spatial_top(body_qd_in[b])) > wake_speed * wake_speed:
        wp.atomic_max(woken_out, a, 1)
    if asleep_in[b] and not asleep_in[a] and wp.length_sq(wp.spatial_top(body_qd_in[a])) > wake_speed * wake_speed:
        wp.atomic_max(woken_out, b, 1)
    #| end


def commit_body_state(
    enabled, i, asleep_in, woken, body_q_in, body_q_out, body_qd_out, body_q_next, body_qd_next, timer_out,
    asleep_out,
):
    #| one of
    #| 0.4
    if not enabled[i]:
        return
    #| end
    if asleep_in[i] and woken[i] == 0:
        #? it keeps its position
        body_q_out[i] = body_q_in[i]
        body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return
    body_q_out[i] = body_q_next[i]
    body_qd_out[i] = body_qd_next[i]
    #| 0.6
    if woken[i] == 1:
        timer_out[i] = 0.0
    #| end
    #| or
    awake = not asleep_in[i] or woken[i] != 0
    if awake:
        body_q_out[i] = body_q_next[i]
        body_qd_out[i] = body_qd_next[i]
    else:
        body_q_out[i] = body_q_in[i]
        body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    #| one of
    asleep_out[i] = not awake
    #| or
    #| end
    #| or
    if woken[i] == 1 and asleep_in[i]:
        asleep_out[i] = False
        timer_out[i] = 0.0
    elif asleep_in[i]:
        return
    body_q_out[i] = body_q_next[i]
    body_qd_out[i] = body_qd_next[i]
    #| end
