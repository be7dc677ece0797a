"""Bodies of count_matches for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def count_touching_contacts(
    LOOP, contacts, dist, k, margin, num_out, tid, most_out, total_out, other_body, ground_count,
):
    num = int(0)
    #| one of
    for _ in LOOP:
        if dist[contacts[k]] < either(0.0, margin):
            num += 1
    num_out[tid] = num
    #| one of
    wp.atomic_max(most_out, 0, num)
    #| or
    wp.atomic_add(total_out, 0, num)
    #| or
    #| end
    #| or
    #? those with the ground and those with other bodies
    num_ground = int(0)
    for _ in LOOP:
        c = contacts[k]
        if dist[c] < 0.0:
            if other_body[c] < 0:
                num_ground += 1
            else:
                num += 1
    num_out[tid] = num
    ground_count[tid] = num_ground
    #| end


def count_sliding_contacts(
    LOOP, contacts, k, normal_force, contact_mu, is_sliding, tangent_force, num_out, tid, sticking_count, mu,
    total_out,
):
    num = int(0)
    #| one of
    num_sticking = int(0)
    for _ in LOOP:
        c = contacts[k]
        #? no friction without load
        if normal_force[c] <= 0.0:
            continue
        if either(tangent_force[c] >= 0.95 * contact_mu[c] * normal_force[c], is_sliding(normal_force[c], tangent_force[c], contact_mu[c]), tangent_force[c] >= contact_mu[c] * normal_force[c]):
            num += 1
        else:
            num_sticking += 1
    num_out[tid] = num
    sticking_count[tid] = num_sticking
    #| or
    for _ in LOOP:
        c = contacts[k]
        if either(normal_force[c] > 0.0 and tangent_force[c] > either(contact_mu[c], mu) * normal_force[c], is_sliding(normal_force[c], tangent_force[c], either(contact_mu[c], mu))):
            num += 1
    num_out[tid] = num
    #| one of
    if num > 0:
        wp.atomic_add(total_out, 0, 1)
    #| or
    #| end
    #| end


def count_supports(
    LOOP, contacts, k, dist, normal, slope_cos, holds_up, is_sliding, mu, normal_force, tangent_force, num_out, tid,
    on_ground, body_vel, sleep_speed, dt, rest_time,
):
    num = int(0)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        if dist[c] < 0.0 and normal[c][2] > slope_cos:
            num += 1
        #| or
        if holds_up(normal[c], dist[c], slope_cos):
            num += 1
        #| or
        if holds_up(normal[c], dist[c], slope_cos) and not is_sliding(normal_force[c], tangent_force[c], mu):
            num += 1
        #| or
        if dist[c] >= 0.0:
            continue
        if normal[c][2] > slope_cos:
            num += 1
        #| end
    num_out[tid] = num
    #| one of
    on_ground[tid] = 1 if num > 0 else 0
    #| or
    #? held up and slow
    if num > 0 and wp.length(body_vel[tid]) < sleep_speed:
        rest_time[tid] += dt
    else:
        rest_time[tid] = 0.0
    #| end
