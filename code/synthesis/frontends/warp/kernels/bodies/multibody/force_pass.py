"""Bodies of force_pass for ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def force_pass(
    b, sleeping, w, force_out, xfrc, gravcomp, gravity, mass, ignores_gravity, com_vel_in, wind, drag, ang_vel_in,
    spin_drag, half_height, saturate, water_level, xipos, volume, water_density, ball_radius, com, root_of,
    move_force,
):
    #| 0.6
    # sleeping bodies are skipped
    #| one of
    if sleeping[w, b] == 1:
    #| or
    #: if sleeping[w, b] != 0:
    #| end
        force_out[w, b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return
    #| end
    #| one of
    # applied by the user: the force first
    push = wp.spatial_top(xfrc[w, b])
    moment = wp.spatial_bottom(xfrc[w, b])
    #| or
    moment = wp.spatial_bottom(xfrc[w, b])
    push = wp.spatial_top(xfrc[w, b])
    #| end
    #| 0.6
    # part of the weight is compensated
    #| one of
    push -= gravity[w] * (mass[b] * gravcomp[b])
    #| or
    if either(not ignores_gravity[b], gravcomp[b] > 0.0):
        push -= gravity[w] * (mass[b] * gravcomp[b])
    #| end
    #| end
    #| one of
    # drag on translation and rotation
    flow = com_vel_in[w, b] - wind
    push -= drag * flow
    moment -= spin_drag * ang_vel_in[w, b]
    #| or
    # resistance grows with the square of the speed
    flow = com_vel_in[w, b] - wind
    push -= flow * (drag * wp.length(flow))
    moment -= ang_vel_in[w, b] * (spin_drag * wp.length(ang_vel_in[w, b]))
    #| or
    # buoyancy of the displaced medium
    #| one of
    share = saturate(0.5 + 0.5 * (water_level - xipos[w, b][2]) / half_height[b])
    push -= gravity[w] * (water_density * volume[b] * share)
    #| or
    #? submerged spherical cap
    depth = wp.clamp(water_level - xipos[w, b][2] + ball_radius[b], 0.0, 2.0 * ball_radius[b])
    below = wp.pi * depth * depth * (ball_radius[b] - depth / 3.0)
    push -= gravity[w] * (water_density * below)
    share = 0.5 * depth / ball_radius[b]
    #| end
    push -= (share * drag) * com_vel_in[w, b]
    moment -= (share * spin_drag) * ang_vel_in[w, b]
    #| or
    #| end
    # moved from the centre of the body to that of its tree
    arm = xipos[w, b] - com[w, root_of[b]]
    force_out[w, b] = either(move_force(push, moment, arm), move_force(push, moment, arm), wp.spatial_vector(moment + wp.cross(arm, push), push))
