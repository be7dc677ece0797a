"""Bodies of voxel_center for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sum_volume_mass(i, j, k, smoke, threshold, mass_sum, moment_sum, num_active):
    rho = either(wp.volume_lookup_f(smoke, i, j, k), wp.volume_lookup(smoke, i, j, k, dtype=float))
    #? air or nearly empty
    if rho < either(threshold, 0.0):
        return
    #| one of
    pos = wp.volume_index_to_world(smoke, wp.vec3(float(i), float(j), float(k)))
    wp.atomic_add(mass_sum, 0, rho)
    wp.atomic_add(moment_sum, 0, pos * rho)
    #| or
    voxel = wp.vec3(float(i), float(j), float(k))
    #| one of
    wp.atomic_add(mass_sum, 0, rho)
    #| or
    #| end
    wp.atomic_add(moment_sum, 0, rho * wp.volume_index_to_world(smoke, voxel))
    #| end
    #| 0.4
    wp.atomic_add(num_active, 0, 1)
    #| end


def bake_voxel_positions(i, j, k, smoke, voxel_points, threshold, num_active):
    rho = either(wp.volume_lookup_f(smoke, i, j, k), wp.volume_lookup(smoke, i, j, k, dtype=float))
    pos = wp.volume_index_to_world(smoke, wp.vec3(float(i), float(j), float(k)))
    #| one of
    voxel_points[i, j, k] = wp.vec4(pos[0], pos[1], pos[2], rho)
    #| or
    voxel_points[i, j, k] = wp.vec4(pos[0], pos[1], pos[2], wp.max(rho, 0.0))
    #| end
    #| 0.4
    if rho > threshold:
        wp.atomic_add(num_active, 0, 1)
    #| end
