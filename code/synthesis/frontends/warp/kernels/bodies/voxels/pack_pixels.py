"""Bodies of pack_pixels for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def flatten_image(
    cam, height, px, py, width, depth, max_depth, flat_depth, flat_label, shape_hit, flat_normal, normal_in,
):
    #| one of
    index = (cam * height + py) * width + px
    #| or
    # rows from the bottom up, as the viewer has them
    index = (cam * height + (height - 1 - py)) * width + px
    #| end
    #| one of
    d = depth[cam, py, px]
    #? nothing is hit
    #| one of
    if d <= 0.0 or d > max_depth:
    #| or
    #: if d <= 0.0:
    #| end
        d = max_depth
    flat_depth[index] = either(d / max_depth, d, 1.0 - d / max_depth)
    #| or
    flat_depth[index] = depth[cam, py, px]
    flat_label[index] = shape_hit[cam, py, px]
    #| or
    #| one of
    for c in range(3):
        flat_normal[3 * index + c] = 0.5 * (normal_in[cam, py, px][c] + 1.0)
    #| or
    n = normal_in[cam, py, px]
    for c in range(3):
        flat_normal[3 * index + c] = 0.5 + 0.5 * n[c]
    #| end
    #| end


def tile_images(
    cam, tiles, height, py, px, width, depth, max_depth, atlas, saturate, image, shape_hit, background, color_atlas,
):
    #? cameras side by side
    tile_x = cam % tiles
    tile_y = cam // tiles
    #| 0.5
    out_y = tile_y * height + py
    out_x = tile_x * width + px
    #| else
    out_y = tile_y * height + (height - 1 - py)
    out_x = tile_x * width + px
    #| end
    #| one of
    d = depth[cam, py, px]
    #| one of
    if d <= 0.0:
        d = max_depth
    atlas[out_y, out_x] = either(wp.min(d / max_depth, 1.0), 1.0 - wp.min(d / max_depth, 1.0))
    #| or
    atlas[out_y, out_x] = saturate(d / max_depth)
    #| end
    #| or
    rgb = image[cam, py, px]
    #| one of
    gray = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
    #| or
    gray = (rgb[0] + rgb[1] + rgb[2]) / 3.0
    #| end
    atlas[out_y, out_x] = gray
    #| or
    #| 0.5
    # nothing is hit
    if shape_hit[cam, py, px] < 0:
        color_atlas[out_y, out_x] = background
        return
    #| end
    color_atlas[out_y, out_x] = image[cam, py, px]
    #| end


def pack_color_image(cam, height, px, py, width, image, shape_hit, background, SCALED, flat_color):
    index = (cam * height + either(py, (height - 1 - py))) * width + px
    rgb = image[cam, py, px]
    #| 0.4
    if shape_hit[cam, py, px] < 0:
        rgb = background
    #| end
    #| one of
    # channels first
    plane = height * width
    for c in range(3):
        flat_color[(3 * cam + c) * plane + py * width + px] = SCALED
    #| or
    for c in range(3):
        flat_color[3 * index + c] = SCALED
    #| or
    flat_color[3 * index + 0] = rgb[0]
    flat_color[3 * index + 1] = rgb[1]
    flat_color[3 * index + 2] = rgb[2]
    #| end
