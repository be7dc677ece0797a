"""Bodies of best_item for ``recipes/applications/segments.py``."""

import warp as wp


def find_deepest_contact(
    HUGE, LOOP, contacts, k, dist, match_out, tid, dist_out, hit_normal, normal, slack, body_pos, body_pos_out,
):
    best = float(HUGE)
    deepest = int(-1)
    for _ in LOOP:
        c = contacts[k]
        if dist[c] < best:
            best = dist[c]
            deepest = c
    match_out[tid] = deepest
    #| one of
    #| one of
    dist_out[tid] = best if deepest >= 0 else 0.0
    #| or
    if deepest >= 0:
        dist_out[tid] = best
        #| one of
        hit_normal[tid] = normal[deepest]
        #| or
        #| end
    else:
        dist_out[tid] = 0.0
        #| one of
        hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
        #| or
        #| end
    #| end
    #| or
    #? pushed out along its normal
    if deepest >= 0 and best < -slack:
        body_pos_out[tid] = body_pos[tid] - (best + slack) * normal[deepest]
    else:
        body_pos_out[tid] = body_pos[tid]
    #| or
    #| end


def find_strongest_contact(
    LOOP, contacts, k, normal_force, tangent_force, match_out, tid, max_force, hit_normal, normal, break_force,
    total_out,
):
    largest = float(0.0)
    strongest = int(-1)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        if normal_force[c] > largest:
            largest = normal_force[c]
            strongest = c
        #| or
        f_norm = wp.sqrt(normal_force[c] * normal_force[c] + tangent_force[c] * tangent_force[c])
        if f_norm > largest:
            largest = f_norm
            strongest = c
        #| end
    match_out[tid] = strongest
    #| one of
    max_force[tid] = largest
    if strongest >= 0:
        hit_normal[tid] = normal[strongest]
    else:
        hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    #? broken springs are counted
    if strongest >= 0 and largest > break_force:
        wp.atomic_add(total_out, 0, 1)
    #| end
