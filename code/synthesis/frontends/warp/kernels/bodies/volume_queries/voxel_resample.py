"""Bodies of voxel_resample for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def resample_volume(CENTER, pos, sdf, field_out, i, j, k, band, offset):
    CENTER
    #| one of
    uvw = wp.volume_world_to_index(sdf, pos)
    field_out[i, j, k] = either(wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR), wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float), wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float))
    #| or
    d = either(wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR), wp.volume_sample(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR, dtype=float))
    #| one of
    field_out[i, j, k] = wp.clamp(d, -band, band)
    #| or
    field_out[i, j, k] = d - offset
    #| end
    #| end
