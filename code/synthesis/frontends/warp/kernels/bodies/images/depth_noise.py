"""Bodies of depth_noise for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def add_depth_noise(
    LEAVE, AT, depth, far, depth_out, VIEW_NUMBER, frame, height, seed, width, x, y, dropout, noise_level,
    noise_slope, baseline_focal, depth_step, near,
):
    LEAVE
    z = depth[AT]
    if z <= 0.0 or z > far:
        depth_out[AT] = 0.0
        return
    rng = wp.rand_init(seed + frame, x + width * (y + height * VIEW_NUMBER))
    #| one of
    #? some pixels get no answer
    if wp.randf(rng) < dropout:
        depth_out[AT] = 0.0
        return
    #| or
    #| end
    #| one of
    sigma = either(noise_level * z * z, noise_level + noise_slope * z)
    noisy = z + sigma * wp.randn(rng)
    #| or
    noisy = z + noise_level * wp.randn(rng)
    #| or
    #? stereo cameras measure disparity
    disparity = baseline_focal / z + noise_level * wp.randn(rng)
    noisy = baseline_focal / wp.max(disparity, 0.1)
    #| end
    #| one of
    # quantized to the resolution of the sensor
    noisy = wp.floor(noisy / depth_step) * depth_step
    #| or
    #| end
    depth_out[AT] = wp.clamp(noisy, near, far)
