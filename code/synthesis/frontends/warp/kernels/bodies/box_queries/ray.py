"""Bodies of ray for ``recipes/applications/box_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def ray(ray_start, tid, ray_dir, ray_end):
    #| one of
    start = ray_start[tid]
    ray = either(wp.normalize(ray_dir[tid]), ray_dir[tid])
    #| or
    start = ray_start[tid]
    ray = wp.normalize(ray_end[tid] - start)
    #| end
