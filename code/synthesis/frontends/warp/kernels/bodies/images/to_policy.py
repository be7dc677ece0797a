"""Bodies of to_policy for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def normalize_observation(
    LEAVE, AT, rgb, VIEW, channel_mean, channel_std, obs, x, y, saturate, bits, unpack_color, depth, far,
    in_depth_range, near, ids, selected_id,
):
    LEAVE
    #| one of
    c = rgb[AT]
    for k in range(3):
        #| one of
        obs[VIEW, k, y, x] = (c[k] - channel_mean[k]) / channel_std[k]
        #| or
        obs[VIEW, k, y, x] = 2.0 * either(saturate(c[k]), saturate(c[k]), wp.clamp(c[k], 0.0, 1.0)) - 1.0
        #| or
        obs[VIEW, k, y, x] = (saturate(c[k]) - channel_mean[k]) / channel_std[k]
        #| end
    #| or
    c = unpack_color(bits[AT])
    for k in range(3):
        obs[VIEW, k, y, x] = either(c[k], (c[k] - channel_mean[k]) / channel_std[k])
    #| or
    packed = bits[AT]
    for k in range(3):
        obs[VIEW, k, y, x] = float((packed >> wp.uint32(8 * k)) & wp.uint32(255)) / 255.0
    #| end
    #| one of
    # depth is the fourth component
    #| one of
    z = depth[AT]
    if either(z <= near or z >= far, not in_depth_range(z, near, far)):
        obs[VIEW, 3, y, x] = either(0.0, 1.0)
    else:
        obs[VIEW, 3, y, x] = (z - near) / (far - near)
    #| or
    obs[VIEW, 3, y, x] = saturate((depth[AT] - near) / (far - near))
    #| end
    #| or
    # targets are marked in the fourth channel
    obs[VIEW, 3, y, x] = 1.0 if ids[AT] == selected_id else 0.0
    #| or
    #| end


def stack_frames(
    AT, rgb, rgb_to_luminance, depth, far, near, saturate, depth_shade, bits, unpack_color, VIEW, moved, obs, x, y,
):
    #| one of
    value = rgb_to_luminance(rgb[AT])
    #| or
    value = saturate((depth[AT] - near) / (far - near))
    #| or
    value = depth_shade(depth[AT], near, far)
    #| or
    value = rgb_to_luminance(unpack_color(bits[AT]))
    #| end
    if moved[VIEW]:
        #? a new episode fills the stack with its first frame
        for k in range(4):
            obs[VIEW, k, y, x] = value
    else:
        #| one of
        for k in range(3):
            obs[VIEW, k, y, x] = obs[VIEW, k + 1, y, x]
        obs[VIEW, 3, y, x] = value
        #| or
        # the newest is the first
        for k in range(3, 0, -1):
            obs[VIEW, k, y, x] = obs[VIEW, k - 1, y, x]
        obs[VIEW, 0, y, x] = value
        #| end


def augment_images(
    LEAVE, VIEW_NUMBER, frame, seed, contrast_range, brightness_range, AT, rgb, rgb_to_luminance, mirrored, VIEW,
    rgb_out, width, x, y, saturate,
):
    LEAVE
    #? one random number for the whole view
    rng = wp.rand_init(seed, either(VIEW_NUMBER, frame + VIEW_NUMBER))
    gain = 1.0 + either(contrast_range * (2.0 * wp.randf(rng) - 1.0), wp.randf(rng, -contrast_range, contrast_range))
    shift = either(brightness_range * (2.0 * wp.randf(rng) - 1.0), wp.randf(rng, -brightness_range, brightness_range))
    #| one of
    c = gain * rgb[AT] + wp.vec3(shift, shift, shift)
    #| or
    gray = rgb_to_luminance(rgb[AT])
    c = wp.lerp(wp.vec3(gray, gray, gray), rgb[AT], gain) + wp.vec3(shift, shift, shift)
    #| end
    #| one of
    if mirrored and wp.randf(rng) < 0.5:
        rgb_out[VIEW, y, width - 1 - x] = c
    else:
        rgb_out[VIEW, y, x] = c
    #| or
    for k in range(3):
        c[k] = either(saturate(c[k]), saturate(c[k]), wp.clamp(c[k], 0.0, 1.0))
    rgb_out[AT] = c
    #| or
    rgb_out[AT] = c
    #| end


def crop_images(
    LEAVE, VIEW, crop_x, x, crop_y, y, height, width, AT, background, rgb_out, rgb, in_image, depth_out, far, depth,
    clamp_to_image, ids, ids_out,
):
    LEAVE
    #| one of
    sample_x = x + crop_x[VIEW]
    sample_y = y + crop_y[VIEW]
    #| one of
    if sample_x < 0 or sample_y < 0 or sample_x >= width or sample_y >= height:
        rgb_out[AT] = either(background, wp.vec3(0.0, 0.0, 0.0))
    else:
        rgb_out[AT] = rgb[VIEW, sample_y, sample_x]
    #| or
    c = either(background, wp.vec3(0.0, 0.0, 0.0))
    if in_image(sample_x, sample_y, width, height):
        c = rgb[VIEW, sample_y, sample_x]
    rgb_out[AT] = c
    #| or
    if not in_image(sample_x, sample_y, width, height):
        depth_out[AT] = far
        return
    depth_out[AT] = depth[VIEW, sample_y, sample_x]
    #| end
    #| or
    #? the border is repeated
    sample_x = clamp_to_image(x + crop_x[VIEW], width)
    sample_y = clamp_to_image(y + crop_y[VIEW], height)
    rgb_out[AT] = rgb[VIEW, sample_y, sample_x]
    #| 0.4
    ids_out[AT] = ids[VIEW, sample_y, sample_x]
    #| end
    #| end


def luminance_histogram(
    LEAVE, AT, ids, valid, bits, rgb, rgb_to_luminance, unpack_color, NUM_BINS, count_dark, min_luma, brightness_bins,
    view, VIEW, luma_sum,
):
    LEAVE
    #| one of
    if ids[AT] < 0:
        return
    #| or
    if not valid[AT]:
        return
    #| or
    #| end
    luma = either(rgb_to_luminance(rgb[AT]), rgb_to_luminance(unpack_color(bits[AT])))
    #| one of
    level = wp.clamp(int(luma * float(NUM_BINS)), 0, NUM_BINS - 1)
    #| or
    level = wp.min(int(luma * float(NUM_BINS)), NUM_BINS - 1)
    #| 0.3
    if level == 0 and not count_dark:
        return
    #| end
    #| or
    #? logarithmic
    level = int(0)
    if luma > min_luma:
        t = (wp.log2(luma) - wp.log2(min_luma)) / (-wp.log2(min_luma))
        level = wp.clamp(int(t * float(NUM_BINS)), 0, NUM_BINS - 1)
    #| end
    wp.atomic_add(brightness_bins, view, level, 1)
    #| 0.4
    wp.atomic_add(luma_sum, VIEW, luma)
    #| end
