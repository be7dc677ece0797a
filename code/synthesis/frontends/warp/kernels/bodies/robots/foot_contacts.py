"""Bodies of foot_contacts for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def foot_contacts(
    NUM_FEET, contact_force, contact_threshold, env, contact_io, air_time_io, last_air_time, touch_count, dt,
    standing, num_flying,
):
    feet_down = int(0)
    for k in range(either(NUM_FEET, contact_force.shape[1])):
        touching = contact_force[env, k] > contact_threshold
        #| one of
        if touching:
            #? it has just touched down
            if contact_io[env, k] == 0:
                last_air_time[env, k] = air_time_io[env, k]
                #| one of
                touch_count[env] = touch_count[env] + 1
                #| or
                #| end
            air_time_io[env, k] = 0.0
            contact_io[env, k] = 1
            feet_down += 1
        else:
            air_time_io[env, k] = air_time_io[env, k] + dt
            contact_io[env, k] = 0
        #| or
        #? contact forces are noisy: either of the last two counts
        filtered = touching or contact_io[env, k] == 1
        if filtered and air_time_io[env, k] > 0.0:
            last_air_time[env, k] = air_time_io[env, k]
        air_time_io[env, k] = 0.0 if filtered else air_time_io[env, k] + dt
        contact_io[env, k] = 1 if touching else 0
        if filtered:
            feet_down += 1
        #| end
    #| one of
    standing[env] = feet_down
    #| or
    #? all feet in the air
    if feet_down == 0:
        wp.atomic_add(num_flying, 0, 1)
    #| or
    standing[env] = feet_down
    #| 0.5
    wp.atomic_add(num_flying, 0, 1 if feet_down == 0 else 0)
    #| end
    #| end
