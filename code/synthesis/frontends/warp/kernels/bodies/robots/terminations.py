"""Bodies of terminations for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def terminations(
    env, has_fallen, min_height, min_up, pos, rot, grace_steps, progress, NUM_LINKS, link_force, force_limit, is_foot,
    origins, max_distance, max_length, timeout, done,
):
    reset = int(0)
    #| one of
    if has_fallen(pos[env], rot[env], min_height, min_up):
        reset = 1
    #| or
    #? in the first steps it may still settle
    if progress[env] > either(0, grace_steps) and has_fallen(pos[env], rot[env], min_height, min_up):
        reset = 1
    #| or
    # too low, or tipped over
    #| one of
    up = wp.quat_rotate(rot[env], wp.vec3(0.0, 0.0, 1.0))
    if pos[env][2] < min_height or up[2] < min_up:
        reset = 1
    #| or
    down = wp.quat_rotate_inv(rot[env], wp.vec3(0.0, 0.0, -1.0))
    if pos[env][2] < min_height or down[2] > -min_up:
        reset = 1
    #| end
    #| or
    if pos[env][2] < min_height:
        reset = 1
    #| or
    # tipped over
    up = wp.quat_rotate(rot[env], wp.vec3(0.0, 0.0, 1.0))
    if up[2] < min_up:
        reset = 1
    #| end
    #| 0.5
    # only feet are allowed to touch the ground
    for k in range(either(NUM_LINKS, link_force.shape[1])):
        if link_force[env, k] > force_limit and either(is_foot[k] == 0, is_foot[k] != 1):
            reset = 1
            #| one of
            break
            #| or
            #| end
    #| else
    #| 0.5
    # outside of its field
    #| one of
    r = wp.length(pos[env] - origins[env])
    if r > max_distance:
    #| or
    #: if wp.length_sq(pos[env] - origins[env]) > max_distance * max_distance:
    #| end
        reset = 1
    #| end
    #| end
    #| one of
    # a time limit is no failure
    #| one of
    if either(progress[env] >= max_length, progress[env] >= max_length - 1):
        reset = 1
        timeout[env] = 1
    else:
        timeout[env] = 0
    #| or
    timeout[env] = 0
    if reset == 0 and progress[env] >= max_length - 1:
        reset = 1
        timeout[env] = 1
    #| end
    #| or
    if progress[env] >= max_length - 1:
        reset = 1
    #| end
    done[env] = reset
