"""Bodies of blend_samples for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def accumulate_samples(LEAVE, AT, samples_io, max_samples, VIEW, moved, rgb, rgb_io):
    LEAVE
    #| one of
    n = samples_io[AT]
    #| one of
    if n >= max_samples:
        return
    #| or
    #| end
    #| or
    n = samples_io[AT]
    #? the camera moved: restart
    if moved[VIEW]:
        n = 0
    #| end
    #| one of
    rgb_io[AT] = rgb_io[AT] + (rgb[AT] - rgb_io[AT]) / float(n + 1)
    #| or
    t = 1.0 / float(n + 1)
    rgb_io[AT] = wp.lerp(rgb_io[AT], rgb[AT], t)
    #| end
    samples_io[AT] = n + 1


def temporal_filter(LEAVE, AT, VIEW, ids, last_ids, moved, rgb, rgb_io, clamp_width, new_share):
    LEAVE
    #| one of
    if either(moved[VIEW], moved[VIEW] or ids[AT] != last_ids[AT]):
        #? earlier entries are invalid
        rgb_io[AT] = rgb[AT]
        return
    past = rgb_io[AT]
    #| one of
    #? bright single pixels are limited by what was seen before
    bound = past + wp.vec3(clamp_width, clamp_width, clamp_width)
    new = wp.min(rgb[AT], bound)
    rgb_io[AT] = wp.lerp(past, new, new_share)
    #| or
    rgb_io[AT] = wp.lerp(past, rgb[AT], new_share)
    #| or
    rgb_io[AT] = new_share * rgb[AT] + (1.0 - new_share) * past
    #| end
    #| or
    #? history is valid only for the same object and view
    same = not moved[VIEW] and ids[AT] == last_ids[AT]
    weight = new_share if same else 1.0
    rgb_io[AT] = either(wp.lerp(rgb_io[AT], rgb[AT], weight), rgb_io[AT] + weight * (rgb[AT] - rgb_io[AT]))
    #| end
