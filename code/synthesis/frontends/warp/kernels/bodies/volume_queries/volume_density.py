"""Bodies of volume_density for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sample_density(particle_x, smoke, tid, density, threshold, limit):
    uvw = wp.volume_world_to_index(smoke, particle_x[tid])
    #| one of
    density[tid] = wp.volume_sample_f(smoke, uvw, either(wp.Volume.LINEAR, wp.Volume.LINEAR, wp.Volume.CLOSEST))
    #| or
    density[tid] = wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)
    #| or
    value = wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)
    #| one of
    density[tid] = wp.max(value, 0.0)
    #| or
    #? thin smoke is not seen
    if value < threshold:
        density[tid] = 0.0
    else:
        density[tid] = wp.min(value, limit)
    #| end
    #| end


def filter_density(particle_x, smoke, tid, density):
    uvw = wp.volume_world_to_index(smoke, particle_x[tid])
    ix = int(wp.floor(uvw[0]))
    iy = int(wp.floor(uvw[1]))
    iz = int(wp.floor(uvw[2]))
    #? a box filter over the corners of the cell
    total = float(0.0)
    for di in range(2):
        for dj in range(2):
            for dk in range(2):
                total += wp.volume_lookup_f(smoke, ix + di, iy + dj, iz + dk)
    density[tid] = 0.125 * total


def density_gradient(particle_x, smoke, tid, gradient, inv_voxel):
    uvw = wp.volume_world_to_index(smoke, particle_x[tid])
    ix = int(wp.floor(uvw[0]))
    iy = int(wp.floor(uvw[1]))
    iz = int(wp.floor(uvw[2]))
    gx = wp.volume_lookup_f(smoke, ix + 1, iy, iz) - wp.volume_lookup_f(smoke, ix - 1, iy, iz)
    gy = wp.volume_lookup_f(smoke, ix, iy + 1, iz) - wp.volume_lookup_f(smoke, ix, iy - 1, iz)
    gz = wp.volume_lookup_f(smoke, ix, iy, iz + 1) - wp.volume_lookup_f(smoke, ix, iy, iz - 1)
    gradient[tid] = either(0.5 * inv_voxel * wp.vec3(gx, gy, gz), wp.vec3(gx, gy, gz) * (0.5 * inv_voxel))
