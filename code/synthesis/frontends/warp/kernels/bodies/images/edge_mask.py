"""Bodies of edge_mask for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def find_edges(LEAVE, AT, ids, LEFT, x, UP, y, depth, depth_jump, crease, normal, same_surface, edge_out):
    LEAVE
    segment = ids[AT]
    edge = bool(False)
    #| one of
    if x > 0 and ids[LEFT] != segment:
        edge = True
    if y > 0 and ids[UP] != segment:
        edge = True
    #| or
    if x > 0:
        if ids[LEFT] != segment or wp.abs(depth[AT] - depth[LEFT]) > depth_jump:
            edge = True
    if y > 0:
        if ids[UP] != segment or wp.abs(depth[AT] - depth[UP]) > depth_jump:
            edge = True
    #| or
    if x > 0 and not same_surface(depth[AT], depth[LEFT], normal[AT], normal[LEFT], depth_jump, crease):
        edge = True
    if y > 0 and not same_surface(depth[AT], depth[UP], normal[AT], normal[UP], depth_jump, crease):
        edge = True
    #| or
    #? a crease within one object is also an edge
    if x > 0:
        if ids[LEFT] != segment or wp.dot(normal[AT], normal[LEFT]) < crease:
            edge = True
    if y > 0:
        if ids[UP] != segment or wp.dot(normal[AT], normal[UP]) < crease:
            edge = True
    #| end
    edge_out[AT] = edge


def outline_shapes(LEAVE, AT, ids, LEFT, x, UP, y, highlight, rgb_io, selected_id, overlay_alpha):
    LEAVE
    segment = ids[AT]
    #| one of
    edge = bool(False)
    if x > 0 and ids[LEFT] != segment:
        edge = True
    if y > 0 and ids[UP] != segment:
        edge = True
    if edge:
        rgb_io[AT] = either(highlight, 0.5 * rgb_io[AT] + 0.5 * highlight)
    #| or
    #? only around what is selected
    inside = segment == selected_id
    edge = bool(False)
    if x > 0:
        edge = (ids[LEFT] == selected_id) != inside
    if y > 0 and (ids[UP] == selected_id) != inside:
        edge = True
    if edge:
        rgb_io[AT] = highlight
    #| one of
    elif inside:
        rgb_io[AT] = wp.lerp(rgb_io[AT], highlight, overlay_alpha)
    #| or
    #| end
    #| end
