"""Bodies of meeting for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def meeting(
    GEO_PLANE, type_a, X_a, GEO_SPHERE, type_b, pos_a, pos_b, size_b, GEO_CAPSULE, X_b, GEO_BOX, size_a, MAX_DIST,
    EPSILON,
):
    if type_a == GEO_PLANE:
        normal = wp.transform_vector(X_a, wp.vec3(0.0, 0.0, 1.0))
        if type_b == GEO_SPHERE:
            dist = wp.dot(normal, pos_b - pos_a) - size_b[0]
            point = pos_b - normal * (size_b[0] + 0.5 * dist)
        #| one of
        elif type_b == GEO_CAPSULE:
            # the end that is deeper
            half_axis = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, size_b[1]))
            #| one of
            end = pos_b + half_axis
            if wp.dot(normal, half_axis) > 0.0:
                end = pos_b - half_axis
            #| or
            end = pos_b - half_axis if wp.dot(normal, half_axis) > 0.0 else pos_b + half_axis
            #| end
            dist = wp.dot(normal, end - pos_a) - size_b[0]
            point = end - normal * (size_b[0] + 0.5 * dist)
        #| or
        #: elif type_b == GEO_CAPSULE:
        #:     half_axis = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, size_b[1]))
        #:     d_plus = wp.dot(normal, pos_b + half_axis - pos_a)
        #:     d_minus = wp.dot(normal, pos_b - half_axis - pos_a)
        #:     dist = wp.min(d_plus, d_minus) - size_b[0]
        #:     if d_plus < d_minus:
        #:         point = pos_b + half_axis - normal * (size_b[0] + 0.5 * dist)
        #:     else:
        #:         point = pos_b - half_axis - normal * (size_b[0] + 0.5 * dist)
        #| end
        elif type_b == GEO_BOX:
            #| one of
            # the deepest corner
            for k in range(8):
                corner = wp.vec3(size_b[0], size_b[1], size_b[2])
                if k & 1 != 0:
                    corner[0] = -size_b[0]
                if k & 2 != 0:
                    corner[1] = -size_b[1]
                if k & 4 != 0:
                    corner[2] = -size_b[2]
                p_w = wp.transform_point(X_b, corner)
                depth = wp.dot(normal, p_w - pos_a)
                if depth < dist:
                    dist = depth
                    point = p_w - normal * (0.5 * depth)
            #| or
            # the corner farthest along the negative normal
            n_b = wp.quat_rotate_inv(wp.transform_get_rotation(X_b), normal)
            corner = wp.vec3(size_b[0], size_b[1], size_b[2])
            for k in range(3):
                if n_b[k] > 0.0:
                    corner[k] = -size_b[k]
            p_w = wp.transform_point(X_b, corner)
            dist = wp.dot(normal, p_w - pos_a)
            point = p_w - normal * (0.5 * dist)
            #| end
    elif type_b == GEO_BOX:
        X_bw = wp.transform_inverse(X_b)
        center = pos_a
        if type_a == GEO_CAPSULE:
            # alternating projections between the axis and the box
            axis_a = wp.transform_vector(X_a, wp.vec3(0.0, 0.0, 1.0))
            for turn in range(3):
                c = wp.transform_point(X_bw, center)
                on_box = wp.transform_point(X_b, wp.max(wp.min(c, size_b), -size_b))
                t = wp.clamp(wp.dot(axis_a, on_box - pos_a), -size_a[1], size_a[1])
                center = pos_a + axis_a * t
        # in the frame of the box
        c = wp.transform_point(X_bw, center)
        #| one of
        near = wp.max(wp.min(c, size_b), -size_b)
        #| or
        near = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            near[k] = wp.clamp(c[k], -size_b[k], size_b[k])
        #| end
        away = c - near
        r = wp.length(away)
        if r > 0.0:
            normal = wp.transform_vector(X_b, -away / r)
            dist = r - size_a[0]
        else:
            # inside: out through the nearest face
            depth = float(MAX_DIST)
            for k in range(3):
                to_face = size_b[k] - wp.abs(c[k])
                if to_face < depth:
                    depth = to_face
                    away = wp.vec3(0.0, 0.0, 0.0)
                    away[k] = wp.sign(c[k])
            normal = wp.transform_vector(X_b, -away)
            dist = -depth - size_a[0]
        point = center + normal * (size_a[0] + 0.5 * dist)
    else:
        # spheres around two points
        p_a = pos_a
        p_b = pos_b
        if type_a == GEO_CAPSULE:
            half_a = wp.transform_vector(X_a, wp.vec3(0.0, 0.0, size_a[1]))
            half_b = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, size_b[1]))
            st = wp.closest_point_edge_edge(pos_a - half_a, pos_a + half_a, pos_b - half_b, pos_b + half_b, EPSILON)
            p_a = pos_a + half_a * (2.0 * st[0] - 1.0)
            p_b = pos_b + half_b * (2.0 * st[1] - 1.0)
        elif type_b == GEO_CAPSULE:
            axis_b = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, 1.0))
            t = wp.clamp(wp.dot(axis_b, pos_a - pos_b), -size_b[1], size_b[1])
            p_b = pos_b + axis_b * t
        away = p_b - p_a
        r = wp.length(away)
        if r > 0.0:
            normal = away / r
        dist = r - size_a[0] - size_b[0]
        point = p_a + normal * (size_a[0] + 0.5 * dist)
