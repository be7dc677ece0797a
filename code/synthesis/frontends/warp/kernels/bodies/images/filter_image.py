"""Bodies of filter_image for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def fill_depth_holes(LEAVE, AT, depth, depth_out, height, y, width, x, VIEW, pixel_count, far):
    LEAVE
    z = depth[AT]
    if z > 0.0:
        depth_out[AT] = z
        return
    #| one of
    total = float(0.0)
    num = int(0)
    #| one of
    for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
    #| or
    #: for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
    #:     for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):
    #| end
            z_near = depth[VIEW, b, a]
            #| one of
            if z_near > 0.0:
            #| or
            #: if in_depth_range(z_near, near, far):
            #| end
                total += z_near
                num += 1
    #| one of
    if num > 0:
        depth_out[AT] = total / float(num)
    else:
        depth_out[AT] = 0.0
    #| or
    #? a single pixel is too noisy
    depth_out[AT] = total / float(num) if num > 1 else 0.0
    #| or
    depth_out[AT] = total / float(wp.max(num, 1))
    #| 0.4
    wp.atomic_add(pixel_count, VIEW, 1)
    #| end
    #| end
    #| or
    #? the farthest: holes are mostly behind an edge
    farthest = float(0.0)
    #| one of
    for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
    #| or
    #: for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
    #:     for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):
    #| end
            farthest = wp.max(farthest, depth[VIEW, b, a])
    depth_out[AT] = farthest
    #| or
    closest = float(far)
    #| one of
    for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
    #| or
    #: for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
    #:     for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):
    #| end
            z_near = depth[VIEW, b, a]
            if z_near > 0.0 and z_near < closest:
                closest = z_near
    #| one of
    depth_out[AT] = closest
    #| or
    if closest < far:
        depth_out[AT] = closest
    else:
        depth_out[AT] = 0.0
    #| end
    #| end


def bilateral_filter(LEAVE, AT, depth, depth_out, radius, x, y, height, width, in_image, VIEW, depth_jump, falloff):
    LEAVE
    z = depth[AT]
    if z <= 0.0:
        depth_out[AT] = 0.0
        return
    total = float(0.0)
    weight_sum = float(0.0)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            sample_x = x + dx
            sample_y = y + dy
            #| one of
            if sample_x < 0 or sample_y < 0 or sample_x >= width or sample_y >= height:
                continue
            #| or
            if not in_image(sample_x, sample_y, width, height):
                continue
            #| end
            z_near = depth[VIEW, sample_y, sample_x]
            #| one of
            if z_near <= 0.0 or wp.abs(z_near - z) > depth_jump:
                continue
            weight = wp.exp(-falloff * float(dx * dx + dy * dy))
            #| or
            if z_near <= 0.0:
                continue
            dz = (z_near - z) / depth_jump
            weight = wp.exp(-falloff * float(dx * dx + dy * dy) - 0.5 * dz * dz)
            #| end
            total += weight * z_near
            weight_sum += weight
    #? the pixel itself always counts
    depth_out[AT] = total / weight_sum


def denoise_colors(
    LEAVE, AT, rgb, normal, spread, x, y, height, in_image, width, VIEW, ids, depth, crease, depth_jump, same_surface,
    rgb_out,
):
    LEAVE
    total = either(rgb[AT], rgb[AT])
    weight_sum = float(1.0)
    n_w = normal[AT]
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            #| one of
            # step grows from pass to pass
            sample_x = x + spread * dx
            sample_y = y + spread * dy
            #| or
            sample_x = x + dx
            sample_y = y + dy
            #| end
            #| one of
            if (dx != 0 or dy != 0) and in_image(sample_x, sample_y, width, height):
                #| one of
                if ids[VIEW, sample_y, sample_x] == ids[AT]:
                    weight = wp.pow(wp.max(wp.dot(n_w, normal[VIEW, sample_y, sample_x]), 0.0), 8.0)
                    total += weight * rgb[VIEW, sample_y, sample_x]
                    weight_sum += weight
                #| or
                z_near = depth[VIEW, sample_y, sample_x]
                n_near = normal[VIEW, sample_y, sample_x]
                if same_surface(depth[AT], z_near, n_w, n_near, depth_jump, crease):
                    total += rgb[VIEW, sample_y, sample_x]
                    weight_sum += 1.0
                #| end
            #| or
            if dx == 0 and dy == 0:
                continue
            if not in_image(sample_x, sample_y, width, height):
                continue
            #| one of
            if ids[VIEW, sample_y, sample_x] != ids[AT]:
                continue
            #| or
            #| end
            weight = wp.max(wp.dot(n_w, normal[VIEW, sample_y, sample_x]), 0.0)
            weight *= wp.exp(-wp.abs(depth[VIEW, sample_y, sample_x] - depth[AT]) / depth_jump)
            total += weight * rgb[VIEW, sample_y, sample_x]
            weight_sum += weight
            #| end
    rgb_out[AT] = total / weight_sum


def dilate_mask(
    LEAVE, height, y, width, x, VIEW, ids, selected_id, valid, AT, valid_out, depth, highlight, overlay_alpha, rgb_io,
    min_count,
):
    LEAVE
    #| one of
    covered = bool(False)
    #| one of
    for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
    #| or
    #: for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
    #:     for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):
    #| end
            if either(valid[VIEW, b, a], ids[VIEW, b, a] == selected_id):
                covered = True
    #| one of
    valid_out[AT] = covered
    #| or
    #? the rim alone
    valid_out[AT] = covered and ids[AT] != selected_id
    #| or
    if covered and depth[AT] > 0.0:
        rgb_io[AT] = wp.lerp(rgb_io[AT], highlight, overlay_alpha)
    #| end
    #| or
    num = int(0)
    #| one of
    for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
    #| or
    #: for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
    #:     for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):
    #| end
            if either(ids[VIEW, b, a] == selected_id, valid[VIEW, b, a]):
                num += 1
    #| one of
    valid_out[AT] = num >= min_count
    #| or
    #? removes single pixels and closes holes
    if valid[AT]:
        valid_out[AT] = num > 1
    else:
        valid_out[AT] = num >= min_count
    #| end
    #| end


def gaussian_blur(LEAVE, RADIUS, clamp_to_image, width, x, VIEW, blur_weight, rgb, y, height, AT, rgb_out, blur_rows):
    LEAVE
    total = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    for k in range(-RADIUS, RADIUS + 1):
        #| one of
        sample_x = clamp_to_image(x + k, width)
        total += blur_weight[k + RADIUS] * rgb[VIEW, y, sample_x]
        #| or
        sample_y = clamp_to_image(y + k, height)
        total += blur_weight[k + RADIUS] * rgb[VIEW, sample_y, x]
        #| end
    rgb_out[AT] = total
    #| or
    weight_sum = float(0.0)
    for k in range(-RADIUS, RADIUS + 1):
        #| one of
        sample_x = x + k
        if sample_x >= 0 and sample_x < width:
            total += blur_weight[k + RADIUS] * rgb[VIEW, y, sample_x]
            weight_sum += blur_weight[k + RADIUS]
        #| or
        sample_y = y + k
        if sample_y < 0 or sample_y >= height:
            continue
        total += blur_weight[k + RADIUS] * rgb[VIEW, sample_y, x]
        weight_sum += blur_weight[k + RADIUS]
        #| end
    rgb_out[AT] = total / weight_sum
    #| or
    if blur_rows:
        for k in range(-RADIUS, RADIUS + 1):
            total += blur_weight[k + RADIUS] * rgb[VIEW, y, clamp_to_image(x + k, width)]
    else:
        for k in range(-RADIUS, RADIUS + 1):
            total += blur_weight[k + RADIUS] * rgb[VIEW, clamp_to_image(y + k, height), x]
    rgb_out[AT] = total
    #| end


def sobel_gradient(
    LEAVE, height, width, x, y, AT, value_out, edge_out, VIEW, rgb, rgb_to_luminance, clamp_to_image, gradient_limit,
):
    LEAVE
    #| one of
    if x == 0 or y == 0 or x == width - 1 or y == height - 1:
        #| one of
        value_out[AT] = 0.0
        #| or
        edge_out[AT] = False
        #| end
        return
    #| one of
    gx = rgb_to_luminance(rgb[VIEW, y, x + 1]) - rgb_to_luminance(rgb[VIEW, y, x - 1])
    gy = rgb_to_luminance(rgb[VIEW, y + 1, x]) - rgb_to_luminance(rgb[VIEW, y - 1, x])
    #| or
    gx = float(0.0)
    gy = float(0.0)
    for k in range(-1, 2):
        w = either(2.0 if k == 0 else 1.0, float(2 - wp.abs(k)))
        gx += w * (rgb_to_luminance(rgb[VIEW, y + k, x + 1]) - rgb_to_luminance(rgb[VIEW, y + k, x - 1]))
        gy += w * (rgb_to_luminance(rgb[VIEW, y + 1, x + k]) - rgb_to_luminance(rgb[VIEW, y - 1, x + k]))
    #| end
    #| or
    left = clamp_to_image(x - 1, width)
    right = clamp_to_image(x + 1, width)
    top = clamp_to_image(y - 1, height)
    bottom = clamp_to_image(y + 1, height)
    gx = 0.5 * (rgb_to_luminance(rgb[VIEW, y, right]) - rgb_to_luminance(rgb[VIEW, y, left]))
    gy = 0.5 * (rgb_to_luminance(rgb[VIEW, bottom, x]) - rgb_to_luminance(rgb[VIEW, top, x]))
    #| end
    #| one of
    value_out[AT] = wp.sqrt(gx * gx + gy * gy)
    #| or
    value_out[AT] = wp.abs(gx) + wp.abs(gy)
    #| or
    edge_out[AT] = gx * gx + gy * gy > gradient_limit * gradient_limit
    #| end


def reject_flying_pixels(
    LEAVE, AT, depth, height, y, width, x, VIEW, depth_jump, min_count, depth_out, pixel_count, valid_out,
):
    LEAVE
    z = depth[AT]
    num = int(0)
    if z > 0.0:
        for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
                z_near = depth[VIEW, b, a]
                #| one of
                if z_near > 0.0 and wp.abs(z_near - z) < depth_jump:
                    num += 1
                #| or
                if z_near <= 0.0:
                    continue
                if wp.abs(z_near - z) < either(depth_jump, depth_jump * z):
                    num += 1
                #| end
    #? the pixel itself is included
    if num > min_count:
        depth_out[AT] = z
    else:
        depth_out[AT] = 0.0
        #| 0.6
        if z > 0.0:
            wp.atomic_add(pixel_count, VIEW, 1)
        #| end
    #| 0.4
    valid_out[AT] = num > min_count
    #| end


def reproject_history(
    LEAVE, AT, depth, background, rgb, rgb_out, CAMERA_POINT, VIEW, cam_pos, cam_rot, p_c, last_cam_pos, last_cam_rot,
    center_x, focal, center_y, height, in_image, width, depth_jump, last_depth, last_rgb, new_share, ids, last_ids,
):
    LEAVE
    z = depth[AT]
    if z <= 0.0:
        rgb_out[AT] = either(rgb[AT], background)
        return
    CAMERA_POINT
    p_w = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
    #? where the camera of the last frame saw it
    p_last = wp.quat_rotate_inv(last_cam_rot[VIEW], p_w - last_cam_pos[VIEW])
    c = rgb[AT]
    if p_last[2] > 0.01:
        sample_x = int(wp.floor(focal * p_last[0] / p_last[2] + center_x))
        sample_y = int(wp.floor(focal * p_last[1] / p_last[2] + center_y))
        #| one of
        if in_image(sample_x, sample_y, width, height):
            #| one of
            if wp.abs(last_depth[VIEW, sample_y, sample_x] - p_last[2]) < depth_jump:
                c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share)
            #| or
            if last_ids[VIEW, sample_y, sample_x] == ids[AT]:
                c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share)
            #| or
            c = new_share * c + (1.0 - new_share) * last_rgb[VIEW, sample_y, sample_x]
            #| end
        #| or
        if sample_x >= 0 and sample_y >= 0 and sample_x < width and sample_y < height:
            c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share)
        #| end
    rgb_out[AT] = c
