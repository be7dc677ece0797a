"""Bodies of terrain_levels for ``recipes/applications/robots.py``."""

import warp as wp


def terrain_levels(
    env, mask, flagged, level_io, flat_distance, origins, pos, half_terrain, num_promoted, told_distance, timeout_in,
    NUM_LEVELS, seed, origin_out, terrain_kind, terrain_origin,
):
    #| one of
    if mask[env] == 0:
        return
    #| or
    if not flagged[env]:
        return
    #| end
    level = level_io[env]
    walked = flat_distance(pos[env], origins[env])
    #| one of
    #? close enough to switch to the next one
    if walked > half_terrain:
        level += 1
        #| one of
        wp.atomic_add(num_promoted, 0, 1)
        #| or
        #| end
    #| one of
    elif walked < 0.5 * told_distance[env] and level > 0:
        level -= 1
    #| or
    #: elif not is_still(command[env], command_min) and walked < 0.5 * told_distance[env]:
    #:     level = wp.max(level - 1, 0)
    #| end
    #| or
    if walked > half_terrain and timeout_in[env] == 1:
        level += 1
    elif walked < 0.5 * told_distance[env]:
        if level > 0:
            level -= 1
    #| end
    #? finished agents go to any target
    if level >= NUM_LEVELS:
        #| one of
        rng = wp.rand_init(seed, env)
        level = wp.randi(rng, 0, NUM_LEVELS)
        #| or
        level = NUM_LEVELS - 1
        #| end
    level_io[env] = level
    #| one of
    origin_out[env] = terrain_origin[level, terrain_kind[env]]
    #| or
    #| end
