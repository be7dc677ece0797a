"""Bodies of tile_views for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def tile_images(
    columns, view, height, y, width, x, AT, atlas, rgb, VIEW, view_on, background, selected_view, highlight,
):
    #| one of
    tile_y = view // columns
    tile_x = view % columns
    #| or
    tile_x = view % columns
    tile_y = view // columns
    #| end
    to_y = tile_y * height + y
    to_x = tile_x * width + x
    #| one of
    atlas[to_y, to_x] = rgb[AT]
    #| or
    if view_on[VIEW]:
        atlas[to_y, to_x] = rgb[AT]
    else:
        atlas[to_y, to_x] = either(background, wp.vec3(0.0, 0.0, 0.0))
    #| or
    #? a frame around the view that is selected
    at_edge = x == 0 or y == 0 or x == width - 1 or y == height - 1
    if at_edge and view == selected_view:
        atlas[to_y, to_x] = highlight
    else:
        atlas[to_y, to_x] = rgb[AT]
    #| end


def tile_packed_images(
    columns, view, height, y, width, x, AT, VIEW, atlas_bits, bits, clear_value, view_on, atlas_bytes,
):
    tile_y = view // columns
    #| one of
    tile_x = view % columns
    #| or
    tile_x = view - tile_y * columns
    #| end
    #| 0.5
    to_y = tile_y * height + y
    to_x = tile_x * width + x
    #| else
    #? the first row is at the bottom
    to_y = tile_y * height + height - 1 - y
    to_x = tile_x * width + x
    #| end
    #| one of
    atlas_bits[to_y, to_x] = either(bits[AT], bits[AT] if view_on[VIEW] else clear_value)
    #| or
    packed = bits[AT]
    for k in range(3):
        atlas_bytes[to_y, to_x, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(255))
    #| or
    #? a line separates the tiles
    if x == 0 or y == 0:
        for k in range(3):
            atlas_bytes[to_y, to_x, k] = wp.uint8(0)
        return
    packed = bits[AT]
    for k in range(3):
        atlas_bytes[to_y, to_x, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(255))
    #| end
