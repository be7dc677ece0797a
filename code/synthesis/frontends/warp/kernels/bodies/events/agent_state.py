"""Bodies of agent_state for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def pick_and_lift_state_machine(
    state, tid, dt, timer, ee_pos, REST, rest_time, APPROACH, approach_offset, object_pos, has_reached,
    reach_tolerance, settle_time, DESCEND, max_time, GRASP, grasp_time, LIFT, goal_pos, slip_distance, lifted,
    ee_target, limit_length, max_step, gripper_closed,
):
    phase = state[tid]
    t = timer[tid] + dt
    ee = ee_pos[tid]
    target = either(ee, ee)
    closed = int(0)
    if phase == REST:
        if t >= rest_time:
            phase = APPROACH
            t = 0.0
    elif phase == APPROACH:
        # above the object, with the fingers open
        target = object_pos[tid] + approach_offset
        #| one of
        if has_reached(ee, target, reach_tolerance) and t >= settle_time:
        #| or
        #: if has_reached(ee, target, reach_tolerance):
        #| end
            phase = DESCEND
            t = 0.0
        #| 0.4
        elif t >= max_time:
            # out of range
            phase = REST
            t = 0.0
        #| end
    elif phase == DESCEND:
        #? the fingers go around the object before they close
        target = object_pos[tid]
        if has_reached(ee, target, reach_tolerance):
            phase = GRASP
            t = 0.0
    elif phase == GRASP:
        target = object_pos[tid]
        closed = 1
        if t >= grasp_time:
            phase = LIFT
            t = 0.0
    elif phase == LIFT:
        target = goal_pos[tid]
        closed = 1
        #| 0.5
        if not has_reached(ee, object_pos[tid], slip_distance):
            # the object has been dropped
            phase = APPROACH
            t = 0.0
        #| else
        #? it is held there until the episode ends
        if has_reached(ee, target, reach_tolerance):
            lifted[tid] = 1
        #| end
    #| one of
    ee_target[tid] = target
    #| or
    # at most one step of the arm
    ee_target[tid] = ee + limit_length(target - ee, max_step)
    #| end
    gripper_closed[tid] = closed
    state[tid] = phase
    timer[tid] = t


def update_leg_phase(
    state, tid, dt, timer, foot_force, STANCE, liftoff_force, stance_time, SWING, foot_pos, lift_pos, min_slip_time,
    REACHING, min_swing_time, touchdown_force, touch_pos, swing_time, swing_progress, air_time,
):
    phase = state[tid]
    t = timer[tid] + dt
    force = foot_force[tid]
    if phase == STANCE:
        #| one of
        if t >= stance_time and force < liftoff_force:
        #| or
        #: if t >= stance_time:
        #| end
            phase = SWING
            t = 0.0
            lift_pos[tid] = foot_pos[tid]
        #| 0.5
        elif t >= min_slip_time and force < liftoff_force:
            # it has lost the ground
            phase = REACHING
            t = 0.0
        #| end
    elif phase == SWING:
        # a foot counts as in contact for a short time after lift-off
        if force > touchdown_force and t >= min_swing_time:
            phase = STANCE
            t = 0.0
            touch_pos[tid] = foot_pos[tid]
        elif t >= swing_time:
            phase = REACHING
            t = 0.0
    elif force > touchdown_force:
        phase = STANCE
        t = 0.0
        touch_pos[tid] = foot_pos[tid]
    #| one of
    s = float(0.0)
    if phase == SWING:
        s = wp.min(t / swing_time, 1.0)
    elif phase == REACHING:
        s = 1.0
    swing_progress[tid] = s
    #| or
    if phase == STANCE:
        air_time[tid] = 0.0
    else:
        air_time[tid] = air_time[tid] + dt
    #| end
    state[tid] = phase
    timer[tid] = t


def update_island_sleep_state(
    tid, touched, AWAKE, state, timer, max_energy, max_speed_sq, ASLEEP, external_force, wake_force, sleep_threshold,
    dt, SLEEPY, time_to_sleep, wake_threshold, num_fell_asleep, num_awake, awake_islands,
):
    #| 0.3
    if touched[tid] != 0:
        # something awake has hit it
        state[tid] = AWAKE
        timer[tid] = 0.0
        return
    #| end
    s = state[tid]
    t = timer[tid]
    motion = either(max_speed_sq[tid], max_energy[tid])
    #| one of
    if s == ASLEEP:
        if external_force[tid] > wake_force:
            s = AWAKE
            t = 0.0
    elif motion > sleep_threshold:
        s = AWAKE
        t = 0.0
    else:
        t += dt
        s = SLEEPY
        if t >= time_to_sleep:
            s = ASLEEP
    #| or
    if s == AWAKE:
        if motion < sleep_threshold:
            s = SLEEPY
            t = 0.0
    elif s == SLEEPY:
        t += dt
        if motion > wake_threshold:
            s = AWAKE
            t = 0.0
        elif t >= time_to_sleep:
            s = ASLEEP
    elif motion > wake_threshold or external_force[tid] > wake_force:
        s = AWAKE
        t = 0.0
    #| end
    #| one of
    if s == ASLEEP and state[tid] != ASLEEP:
        wp.atomic_add(num_fell_asleep, 0, 1)
    #| or
    if s != ASLEEP:
        slot = wp.atomic_add(num_awake, 0, 1)
        awake_islands[slot] = tid
    #| or
    #| end
    state[tid] = s
    timer[tid] = t


def update_contact_state(
    state, tid, contact_dist, break_distance, SEPARATED, age, normal_impulse, contact_normal, contact_vel,
    tangential_speed, STICKING, SLIDING, stick_speed, anchor, contact_pos, friction, tangent_impulse,
):
    s = state[tid]
    gap = contact_dist[tid]
    if gap > break_distance:
        #? a broken contact resets its impulses
        state[tid] = SEPARATED
        age[tid] = 0
        normal_impulse[tid] = 0.0
        return
    n = contact_normal[tid]
    v = contact_vel[tid]
    #| one of
    slide = v - wp.dot(v, n) * n
    slip = wp.length(slide)
    #| or
    vn = wp.dot(v, n)
    slip = wp.sqrt(wp.max(wp.length_sq(v) - vn * vn, 0.0))
    #| or
    slip = tangential_speed(v, n)
    #| end
    if s == SEPARATED:
        #| one of
        s = STICKING
        #| or
        s = SLIDING if slip > stick_speed else STICKING
        #| end
        age[tid] = 0
        anchor[tid] = contact_pos[tid]
    else:
        age[tid] = age[tid] + 1
        limit = friction[tid] * normal_impulse[tid]
        #| one of
        if s == STICKING and tangent_impulse[tid] > limit:
            s = SLIDING
        elif s == SLIDING and slip < stick_speed:
            s = STICKING
            anchor[tid] = contact_pos[tid]
        #| or
        if s == SLIDING:
            # the anchor moves with the contact
            anchor[tid] = contact_pos[tid]
            if slip < stick_speed and tangent_impulse[tid] < limit:
                s = STICKING
        elif tangent_impulse[tid] > limit:
            s = SLIDING
        #| end
    state[tid] = s
