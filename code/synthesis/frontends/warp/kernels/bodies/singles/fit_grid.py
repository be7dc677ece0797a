"""Bodies of fit_grid for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def fit_grid(hi, lo, split_axis, split_pos, block_lower, num_blocks, block_upper, node_lower, node_upper):
    size = hi - lo
    #| one of
    axis = int(0)
    if size[1] > size[0]:
        axis = 1
    if size[2] > size[axis]:
        axis = 2
    #| or
    axis = int(2)
    if size[0] >= size[1] and size[0] >= size[2]:
        axis = 0
    elif size[1] >= size[2]:
        axis = 1
    #| or
    axis = int(0)
    for k in range(1, 3):
        if size[k] > size[axis]:
            axis = k
    #| end
    split_axis[0] = axis
    #| one of
    split_pos[0] = 0.5 * (lo[axis] + hi[axis])
    #| or
    #? mean of the centers if both sides are nonempty
    mean = float(0.0)
    for k in range(either(num_blocks, block_lower.shape[0])):
        mean += 0.5 * (block_lower[k][axis] + block_upper[k][axis])
    mean /= float(either(num_blocks, block_lower.shape[0]))
    split_pos[0] = wp.clamp(mean, lo[axis] + 0.1 * size[axis], hi[axis] - 0.1 * size[axis])
    #| end
    #| one of
    node_lower[0] = lo
    node_upper[0] = hi
    #| or
    #| end


def fit_grid_2(hi, lo, margin, fov, cam_pos, view_dir, cam_target, near_far, sun_dir, sun_pos, half_width):
    center = 0.5 * (lo + hi)
    #| one of
    radius = 0.5 * wp.length(hi - lo) + margin
    #| or
    radius = 0.5 * wp.length(hi - lo)
    #| end
    #| one of
    distance = radius / wp.sin(0.5 * fov)
    cam_pos[0] = center - distance * wp.normalize(view_dir[0])
    cam_target[0] = center
    #| 0.7
    near_far[0] = wp.vec2(wp.max(distance - radius, 0.01), distance + radius)
    #| end
    #| or
    #? rays of the sun are parallel
    sun_pos[0] = center - 2.0 * radius * wp.normalize(sun_dir[0])
    half_width[0] = radius
    near_far[0] = wp.vec2(radius, 3.0 * radius)
    #| end
