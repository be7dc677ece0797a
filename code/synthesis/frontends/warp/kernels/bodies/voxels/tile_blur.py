"""Bodies of tile_blur for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def box_filter(radius, px, py, height, width, cam, shape_hit, depth, depth_jump, image, color_out):
    total = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    #| one of
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            x = px + dx
            y = py + dy
            if x < 0 or y < 0 or x >= width or y >= height:
                continue
    #| or
    #: for y in range(wp.max(py - radius, 0), wp.min(py + radius + 1, height)):
    #:     for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
    #| end
            #| 0.5
            #| one of
            if shape_hit[cam, y, x] != shape_hit[cam, py, px]:
                continue
            #| or
            if wp.abs(depth[cam, y, x] - depth[cam, py, px]) > depth_jump:
                continue
            #| end
            #| end
            total += image[cam, y, x]
            num += 1
    color_out[cam, py, px] = total / float(num)


def smooth_image(px, width, height, py, cam, image, color_out):
    total = wp.vec3(0.0, 0.0, 0.0)
    weight = float(0.0)
    #| one of
    # weights 1, 2, 1 in both directions
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            x = either(wp.clamp(px + dx, 0, width - 1), wp.min(wp.max(px + dx, 0), width - 1))
            y = either(wp.clamp(py + dy, 0, height - 1), wp.min(wp.max(py + dy, 0), height - 1))
            w = float((2 - wp.abs(dx)) * (2 - wp.abs(dy)))
    #| or
    #: for y in range(wp.max(py - radius, 0), wp.min(py + radius + 1, height)):
    #:     for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
    #:         w = taps[wp.abs(x - px)] * taps[wp.abs(y - py)]
            #| 0.6
    #:         # less where the colour differs
    #:         dc = image[cam, y, x] - image[cam, py, px]
    #:         w = w / (1.0 + wp.length_sq(dc) / (sigma_color * sigma_color))
            #| end
    #| end
            total += w * image[cam, y, x]
            weight += w
    color_out[cam, py, px] = total / weight


def blur_rows(px, radius, width, cam, py, shape_hit, taps, image, color_out, blend):
    #? along the row only; the other direction is a second pass
    total = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    weight = float(0.0)
    for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
        #| 0.5
        if shape_hit[cam, py, x] != shape_hit[cam, py, px]:
            continue
        #| end
        w = taps[wp.abs(x - px)]
        total += w * image[cam, py, x]
        weight += w
    color_out[cam, py, px] = total / weight
    #| or
    num = int(0)
    for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
        #| 0.5
        if shape_hit[cam, py, x] != shape_hit[cam, py, px]:
            continue
        #| end
        total += image[cam, py, x]
        num += 1
    mean = total / float(num)
    color_out[cam, py, px] = either(mean, wp.lerp(image[cam, py, px], mean, blend), image[cam, py, px] + blend * (image[cam, py, px] - mean))
    #| end
