"""Bodies of meeting_called for ``recipes/applications/shape_contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def meeting_called(
    GEO_PLANE, type_a, X_a, normal, pos_b, size_b, GEO_CAPSULE, type_b, X_b, capsule_end, GEO_BOX, deepest_corner,
    gap_along, pos_a, GEO_SPHERE, nearest_on_axis, nearest_on_box, size_a, sdf_box, box_outward, direction_to,
):
    if type_a == GEO_PLANE:
        normal = either(wp.quat_rotate(wp.transform_get_rotation(X_a), normal), wp.transform_vector(X_a, normal))
        #| one of
        low = pos_b
        radius = size_b[0]
        if type_b == GEO_CAPSULE:
            # the end that is deeper
            low = capsule_end(X_b, size_b[1], normal)
        elif type_b == GEO_BOX:
            low = deepest_corner(X_b, size_b, normal)
            radius = 0.0
        if type_b != GEO_PLANE:
            dist = gap_along(normal, pos_a, low) - radius
            point = low - normal * (radius + 0.5 * dist)
        #| or
        if type_b == GEO_SPHERE:
            dist = gap_along(normal, pos_a, pos_b) - size_b[0]
            point = pos_b - normal * (size_b[0] + 0.5 * dist)
        elif type_b == GEO_CAPSULE:
            low = capsule_end(X_b, size_b[1], normal)
            dist = gap_along(normal, pos_a, low) - size_b[0]
            point = low - normal * (size_b[0] + 0.5 * dist)
        elif type_b == GEO_BOX:
            low = deepest_corner(X_b, size_b, normal)
            dist = gap_along(normal, pos_a, low)
            point = low - normal * (0.5 * dist)
        #| end
    elif type_b == GEO_BOX:
        center = pos_a
        if type_a == GEO_CAPSULE:
            # alternating projections between the axis and the box
            for turn in range(3):
                center = nearest_on_axis(X_a, size_a[1], nearest_on_box(X_b, size_b, center))
        c = wp.transform_point(wp.transform_inverse(X_b), center)
        #| one of
        dist = sdf_box(c, size_b) - size_a[0]
        normal = wp.transform_vector(X_b, -box_outward(c, size_b))
        #| or
        normal = wp.transform_vector(X_b, -box_outward(c, size_b))
        dist = sdf_box(c, size_b) - size_a[0]
        #| end
        point = center + normal * (size_a[0] + 0.5 * dist)
    else:
        # spheres around two points
        p_a = pos_a
        p_b = pos_b
        if type_a == GEO_CAPSULE:
            #? twice, as both ends may be counted
            p_b = nearest_on_axis(X_b, size_b[1], pos_a)
            p_a = nearest_on_axis(X_a, size_a[1], p_b)
            p_b = nearest_on_axis(X_b, size_b[1], p_a)
        elif type_b == GEO_CAPSULE:
            p_b = nearest_on_axis(X_b, size_b[1], pos_a)
        normal = direction_to(p_a, p_b)
        dist = gap_along(normal, p_a, p_b) - size_a[0] - size_b[0]
        point = p_a + normal * (size_a[0] + 0.5 * dist)
