"""Bodies of voxel_divergence for ``recipes/applications/volume_queries.py``."""

import warp as wp


def volume_divergence(i, j, k, wind, inv_width, field_out, largest):
    #? components live on the faces of a voxel
    #| one of
    div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - wp.volume_lookup_v(wind, i, j, k)[0]
    div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - wp.volume_lookup_v(wind, i, j, k)[1]
    div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - wp.volume_lookup_v(wind, i, j, k)[2]
    #| or
    here = wp.volume_lookup_v(wind, i, j, k)
    div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - here[0]
    div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - here[1]
    div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - here[2]
    #| end
    div = div * inv_width
    field_out[i, j, k] = div
    #| one of
    # divergence of the wind
    wp.atomic_max(largest, 0, wp.abs(div))
    #| or
    #| end
