"""Bodies of first_due for ``recipes/applications/segments.py``."""

import warp as wp


def earliest_impact(
    LOOP, contacts, k, contact_toi, tid, toi_out, match_out, slack, hit_normal, normal, body_pos, body_pos_out,
    body_vel, dt,
):
    #? 1 is the end of the step
    toi = float(1.0)
    first = int(-1)
    for _ in LOOP:
        c = contacts[k]
        #? negative if they do not intersect
        if contact_toi[c] >= 0.0 and contact_toi[c] < toi:
            toi = contact_toi[c]
            first = c
    #| one of
    toi_out[tid] = toi
    #| one of
    match_out[tid] = first
    #| or
    #| end
    #| or
    #? bodies stop slightly before they touch
    toi_out[tid] = wp.max(toi - slack, 0.0)
    #| one of
    if first >= 0:
        hit_normal[tid] = normal[first]
    else:
        hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    match_out[tid] = first
    #| end
    #| or
    if first == -1:
        toi_out[tid] = 1.0
        body_pos_out[tid] = body_pos[tid] + dt * body_vel[tid]
        return
    toi_out[tid] = toi
    body_pos_out[tid] = body_pos[tid] + toi * dt * body_vel[tid]
    #| end


def next_waypoint(tid, waypoint_start, now, waypoint_time, target_out, waypoint_pos, next_out, body_pos, distance_out):
    #? times increase along a path; the last point is held
    last = waypoint_start[tid + 1] - 1
    goal = int(last)
    for k in range(waypoint_start[tid], last):
        if waypoint_time[k] > now:
            goal = k
            break
    #| one of
    target_out[tid] = waypoint_pos[goal]
    #| one of
    next_out[tid] = goal
    #| or
    #| end
    #| or
    next_out[tid] = goal
    distance_out[tid] = wp.length(waypoint_pos[goal] - body_pos[tid])
    #| or
    #? straight from the previous point
    if goal > waypoint_start[tid] and waypoint_time[goal] > now:
        t = (now - waypoint_time[goal - 1]) / (waypoint_time[goal] - waypoint_time[goal - 1])
        target_out[tid] = wp.lerp(waypoint_pos[goal - 1], waypoint_pos[goal], t)
    else:
        target_out[tid] = waypoint_pos[goal]
    #| end
