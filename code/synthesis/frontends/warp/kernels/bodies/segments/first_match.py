"""Bodies of first_match for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def match_contacts(
    contact_body0, tid, last_start, contact_key, last_key, last_pos, match_dist, pos, decay, impulse, last_impulse,
    match_out, age, last_age,
):
    body = contact_body0[tid]
    match = int(-1)
    for k in range(last_start[body], last_start[body + 1]):
        #| one of
        #| one of
        if last_key[k] == contact_key[tid] and wp.length(last_pos[k] - pos[tid]) < match_dist:
        #| or
        #: if last_key[k] == contact_key[tid]:
        #| end
        #| or
        #: if same_contact(last_key[k], contact_key[tid], last_pos[k], pos[tid], match_dist):
        #| end
            match = k
            break
    #| one of
    if match >= 0:
        impulse[tid] = decay * last_impulse[match]
    else:
        impulse[tid] = 0.0
    match_out[tid] = match
    #| or
    match_out[tid] = match
    #? a new contact starts from zero
    impulse[tid] = last_impulse[match] if match >= 0 else 0.0
    #| or
    if match == -1:
        impulse[tid] = 0.0
        age[tid] = 0
        return
    impulse[tid] = decay * last_impulse[match]
    age[tid] = last_age[match] + 1
    #| end


def find_ground_contact(
    LOOP, contacts, k, dist, holds_up, normal, normal_force, other_body, slope_cos, on_ground, tid, ground_normal,
    air_time, dt,
):
    ground = int(-1)
    for _ in LOOP:
        c = contacts[k]
        #? the ground has no body
        if either(other_body[c] < 0 and dist[c] < 0.0, other_body[c] < 0 and holds_up(normal[c], dist[c], slope_cos), other_body[c] < 0 and normal[c][2] > slope_cos, other_body[c] < 0 and normal_force[c] > 0.0):
            ground = c
            break
    #| one of
    if ground >= 0:
        on_ground[tid] = 1
        ground_normal[tid] = normal[ground]
        air_time[tid] = 0.0
    else:
        on_ground[tid] = 0
        ground_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
        air_time[tid] += dt
    #| or
    if ground < 0:
        on_ground[tid] = 0
        air_time[tid] += dt
        return
    on_ground[tid] = 1
    air_time[tid] = 0.0
    #| one of
    ground_normal[tid] = normal[ground]
    #| or
    #| end
    #| end
