"""Bodies of keep for ``recipes/applications/collisions.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def keep(
    dist, gap, counter, contact_pair, max_contacts, a, b, n, pb, point_out, rb, normal_out, dist_out,
    combine_friction, friction_of, friction_out,
):
    #| one of
    if dist > gap:
    #| or
    #: if dist >= gap:
    #| end
        return
    # a slot of its own, as long as there is room
    slot = wp.atomic_add(counter, 0, 1)
    if slot >= either(max_contacts, contact_pair.shape[0]):
        return
    contact_pair[slot] = wp.vec2i(a, b)
    #| one of
    # halfway between the two surfaces
    point_out[slot] = pb - n * (rb + 0.5 * dist)
    normal_out[slot] = n
    dist_out[slot] = dist
    #| or
    normal_out[slot] = n
    point_out[slot] = pb - n * (rb + 0.5 * dist)
    dist_out[slot] = dist
    #| end
    #| 0.5
    friction_out[slot] = either(combine_friction(friction_of[a], friction_of[b]), wp.max(friction_of[a], friction_of[b]), 0.5 * (friction_of[a] + friction_of[b]), wp.sqrt(friction_of[a] * friction_of[b]))
    #| end


def keep_2(dist, gap, tid, touching, dist_out, n, normal_out, pb, point_out, rb):
    #| one of
    if dist > gap:
    #| or
    #: if dist >= gap:
    #| end
        return
    touching[tid] = 1
    dist_out[tid] = dist
    normal_out[tid] = n
    point_out[tid] = pb - n * (rb + 0.5 * dist)


def keep_3(dist, n, body_a, pushes, body_b):
    # only shapes that overlap are moved
    #| one of
    if dist >= 0.0:
    #| or
    #: if dist > 0.0:
    #| end
        return
    push = n * (-0.5 * dist)
    #| one of
    if body_a >= 0:
        #| one of
        wp.atomic_add(pushes, body_a, -push)
        #| or
        wp.atomic_sub(pushes, body_a, push)
        #| end
    if body_b >= 0:
        wp.atomic_add(pushes, body_b, push)
    #| or
    # the movable one takes the full correction
    if body_a >= 0 and body_b >= 0:
        #| one of
        wp.atomic_add(pushes, body_a, -push)
        #| or
        wp.atomic_sub(pushes, body_a, push)
        #| end
        wp.atomic_add(pushes, body_b, push)
    elif body_a >= 0:
        #| one of
        wp.atomic_add(pushes, body_a, -2.0 * push)
        #| or
        wp.atomic_sub(pushes, body_a, 2.0 * push)
        #| end
    elif body_b >= 0:
        wp.atomic_add(pushes, body_b, 2.0 * push)
    #| end
