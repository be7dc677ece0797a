"""Bodies of valve_state for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def update_valves(
    state, tid, position, CMD_OPEN, command, CLOSED, CLOSING, OPENING, CMD_CLOSE, OPEN, pressure, trip_pressure, dt,
    stroke_rate, outlet_pressure, flow, flow_coefficient, orifice_flow,
):
    s = state[tid]
    opening = position[tid]
    #| one of
    if command[tid] == CMD_OPEN:
        if s == CLOSED or s == CLOSING:
            s = OPENING
    elif command[tid] == CMD_CLOSE:
        if s == OPEN or s == OPENING:
            s = CLOSING
    #| or
    if command[tid] == CMD_OPEN and s != OPEN:
        s = OPENING
    elif command[tid] == CMD_CLOSE and s != CLOSED:
        s = CLOSING
    #| or
    if pressure[tid] > trip_pressure:
        # closes regardless of the command
        if s != CLOSED:
            s = CLOSING
    elif command[tid] == CMD_OPEN and s != OPEN:
        s = OPENING
    elif command[tid] == CMD_CLOSE and s != CLOSED:
        s = CLOSING
    #| end
    #| one of
    if s == OPENING:
        opening = opening + stroke_rate * dt
        if opening >= 1.0:
            opening = 1.0
            s = OPEN
    elif s == CLOSING:
        opening = opening - stroke_rate * dt
        if opening <= 0.0:
            opening = 0.0
            s = CLOSED
    #| or
    travel = stroke_rate * dt
    if s == OPENING:
        opening = wp.min(opening + travel, 1.0)
        # at the end of its path
        if opening == 1.0:
            s = OPEN
    elif s == CLOSING:
        opening = wp.max(opening - travel, 0.0)
        if opening == 0.0:
            s = CLOSED
    #| end
    #| 0.5
    # proportional to the square root of the pressure drop
    #| one of
    drop = wp.max(pressure[tid] - outlet_pressure, 0.0)
    flow[tid] = flow_coefficient[tid] * opening * wp.sqrt(drop)
    #| or
    flow[tid] = opening * orifice_flow(flow_coefficient[tid], pressure[tid], outlet_pressure)
    #| end
    #| end
    position[tid] = opening
    state[tid] = s


def step_gripper_state_machine(
    state, tid, finger_width, CMD_OPEN, RELEASED, command, OPENING, CMD_CLOSE, CLOSING, HOLDING, finger_speed,
    grip_force, hold_force, min_width, slip_force, max_width, dt, finger_target, is_holding, finger_velocity,
):
    s = state[tid]
    width = finger_width[tid]
    #| 0.6
    if command[tid] == CMD_OPEN and s != RELEASED:
        s = OPENING
    elif command[tid] == CMD_CLOSE and (s == RELEASED or s == OPENING):
        s = CLOSING
    #| else
    if command[tid] == CMD_CLOSE:
        if s == RELEASED or s == OPENING:
            s = CLOSING
    elif command[tid] == CMD_OPEN:
        if s == CLOSING or s == HOLDING:
            s = OPENING
    #| end
    speed = float(0.0)
    if s == CLOSING:
        speed = -finger_speed
        if grip_force[tid] > hold_force:
            #? something is between the fingers
            s = HOLDING
            speed = 0.0
        elif width <= min_width:
            # there is nothing to hold
            #| one of
            s = OPENING
            #| or
            #| end
            speed = 0.0
    elif s == HOLDING:
        if grip_force[tid] < slip_force:
            s = CLOSING
    elif s == OPENING:
        speed = finger_speed
        if width >= max_width:
            s = RELEASED
            speed = 0.0
    #| one of
    finger_target[tid] = wp.clamp(width + speed * dt, min_width, max_width)
    #| or
    finger_target[tid] = wp.clamp(width + speed * dt, min_width, max_width)
    is_holding[tid] = 1 if s == HOLDING else 0
    #| or
    finger_velocity[tid] = speed
    #| end
    state[tid] = s


def update_relief_valves(
    state, tid, vessel_of, vessel_pressure, reseat_ratio, set_pressure, SEATED, RELIEVING, dt, timer, min_open_time,
    blowdown_range, saturate, flow_coefficient, orifice_flow, outlet_pressure, flow, vessel_outflow,
):
    s = state[tid]
    vessel = vessel_of[tid]
    p = vessel_pressure[vessel]
    reseat = reseat_ratio * set_pressure[tid]
    #| one of
    if s == SEATED:
        if p > set_pressure[tid]:
            s = RELIEVING
    elif p < reseat:
        # well below what opens it
        s = SEATED
    #| or
    if s == SEATED and p > set_pressure[tid]:
        s = RELIEVING
    elif s == RELIEVING and p < reseat:
        # well below what opens it
        s = SEATED
    #| or
    t = timer[tid] + dt
    if s == SEATED:
        if p > set_pressure[tid]:
            s = RELIEVING
            t = 0.0
    elif p < reseat and t >= min_open_time:
        # delayed, to avoid chattering
        s = SEATED
        t = 0.0
    timer[tid] = t
    #| end
    q = float(0.0)
    if s == RELIEVING:
        #| one of
        lift = saturate((p - reseat) / blowdown_range)
        q = either(flow_coefficient[tid] * lift * wp.sqrt(wp.max(p - outlet_pressure, 0.0)), lift * orifice_flow(flow_coefficient[tid], p, outlet_pressure))
        #| or
        q = either(flow_coefficient[tid] * wp.sqrt(wp.max(p - outlet_pressure, 0.0)), orifice_flow(flow_coefficient[tid], p, outlet_pressure))
        #| end
    flow[tid] = q
    #| 0.6
    # several valves may protect one vessel
    wp.atomic_add(vessel_outflow, vessel, q)
    #| end
    state[tid] = s
