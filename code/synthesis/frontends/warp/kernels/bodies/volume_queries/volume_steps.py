"""Bodies of volume_steps for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def march_in_voxels(ray_origin, smoke, tid, ray_dir, min_step, max_steps, optical_depth, sigma, transmitted, ray_end):
    uvw = wp.volume_world_to_index(smoke, ray_origin[tid])
    #| one of
    direction = wp.normalize(ray_dir[tid])
    delta = wp.volume_world_to_index_dir(smoke, direction * min_step)
    #| or
    # constant step in voxels
    delta = min_step * wp.volume_world_to_index_dir(smoke, wp.normalize(ray_dir[tid]))
    #| end
    #| one of
    depth_sum = float(0.0)
    for step in range(max_steps):
        rho = either(wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR), wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float))
        #| one of
        if rho > 0.0:
            depth_sum += rho * min_step
        #| or
        depth_sum += wp.max(rho, 0.0) * min_step
        #| end
        uvw += delta
    #| one of
    optical_depth[tid] = depth_sum
    #| or
    transmitted[tid] = wp.exp(-sigma * depth_sum)
    #| end
    #| or
    transmittance = float(1.0)
    for step in range(max_steps):
        rho = wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR)
        transmittance *= wp.exp(-sigma * wp.max(rho, 0.0) * min_step)
        uvw += delta
    transmitted[tid] = transmittance
    #| end
    #| 0.6
    #? exit point
    ray_end[tid] = wp.volume_index_to_world(smoke, uvw)
    #| end
