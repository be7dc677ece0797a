"""Bodies of volume_march for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def raymarch_sdf(ray_origin, tid, ray_dir, max_steps, sdf, hit_eps, min_step, max_t, depth, ray_hit):
    start = ray_origin[tid]
    direction = wp.normalize(ray_dir[tid])
    t = float(0.0)
    #| one of
    hit = int(0)
    for step in range(max_steps):
        #| one of
        d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, start + direction * t), wp.Volume.LINEAR)
        #| or
        uvw = wp.volume_world_to_index(sdf, start + direction * t)
        d = wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)
        #| end
        if d < hit_eps:
            hit = 1
            break
        t += wp.max(d, min_step)
        #| one of
        if t > max_t:
            break
        #| or
        #| end
    depth[tid] = t if hit == 1 else max_t
    #| one of
    ray_hit[tid] = hit
    #| or
    #| end
    #| or
    while t < max_t:
        #| one of
        d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, start + direction * t), wp.Volume.LINEAR)
        #| or
        uvw = wp.volume_world_to_index(sdf, start + direction * t)
        d = wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)
        #| end
        if d < hit_eps:
            break
        t += wp.max(d, min_step)
    depth[tid] = wp.min(t, max_t)
    #| end


def march_smoke(
    ray_origin, tid, ray_dir, max_steps, min_step, smoke, sigma, background, radiance, optical_depth, transmitted,
):
    start = ray_origin[tid]
    direction = wp.normalize(ray_dir[tid])
    #? light transmitted through the smoke
    transmittance = float(1.0)
    #| one of
    glow = float(0.0)
    for step in range(max_steps):
        uvw = wp.volume_world_to_index(smoke, start + direction * (min_step * (float(step) + 0.5)))
        rho = wp.max(either(wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR), wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)), 0.0)
        absorbed = 1.0 - wp.exp(-sigma * rho * min_step)
        glow += transmittance * absorbed
        transmittance *= 1.0 - absorbed
    radiance[tid] = glow + transmittance * background
    #| or
    depth_sum = float(0.0)
    for step in range(max_steps):
        p_i = start + direction * (min_step * (float(step) + 0.5))
        rho = wp.volume_sample_f(smoke, wp.volume_world_to_index(smoke, p_i), wp.Volume.LINEAR)
        if rho <= 0.0:
            continue
        depth_sum += rho * min_step
    #| one of
    optical_depth[tid] = depth_sum
    #| or
    transmitted[tid] = wp.exp(-sigma * depth_sum)
    #| end
    #| or
    for step in range(max_steps):
        p_i = start + direction * (min_step * (float(step) + 0.5))
        rho = wp.volume_sample_f(smoke, wp.volume_world_to_index(smoke, p_i), wp.Volume.LINEAR)
        transmittance *= wp.exp(-sigma * wp.max(rho, 0.0) * min_step)
    transmitted[tid] = transmittance
    #| end
