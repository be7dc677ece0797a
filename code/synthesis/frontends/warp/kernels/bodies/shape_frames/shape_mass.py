"""Bodies of shape_mass for ``recipes/applications/shape_frames.py``."""

import warp as wp


def shape_mass(
    shape_body, tid, density, shape_type, shape_scale, GEO_SPHERE, GEO_BOX, GEO_CAPSULE, GEO_CYLINDER, body_mass,
    body_com, shape_transform, body_inertia,
):
    body = shape_body[tid]
    #| one of
    # world-fixed shapes have no mass
    #| one of
    if body < 0:
    #| or
    #: if body == -1:
    #| end
        return
    #| or
    # neither the world nor massless shapes count
    if body < 0 or density[tid] <= 0.0:
        return
    #| end
    kind = shape_type[tid]
    scale = shape_scale[tid]
    volume = float(0.0)
    inertia = wp.vec3(0.0, 0.0, 0.0)
    if kind == GEO_SPHERE:
        volume = 4.0 / 3.0 * wp.pi * scale[0] * scale[0] * scale[0]
        i0 = 0.4 * scale[0] * scale[0]
        inertia = wp.vec3(i0, i0, i0)
    elif kind == GEO_BOX:
        volume = 8.0 * scale[0] * scale[1] * scale[2]
        x2 = scale[0] * scale[0]
        y2 = scale[1] * scale[1]
        z2 = scale[2] * scale[2]
        inertia = wp.vec3(y2 + z2, x2 + z2, x2 + y2) / 3.0
    elif kind == GEO_CAPSULE:
        # a cylinder and two hemispheres
        r = scale[0]
        h = scale[1]
        v_cylinder = 2.0 * wp.pi * r * r * h
        v_ball = 4.0 / 3.0 * wp.pi * r * r * r
        volume = v_cylinder + v_ball
        across = v_cylinder * (r * r / 4.0 + h * h / 3.0) + v_ball * (0.4 * r * r + h * h + 3.0 / 4.0 * r * h)
        along = v_cylinder * 0.5 * r * r + v_ball * 0.4 * r * r
        inertia = wp.vec3(across, across, along) / volume
    #| 0.8
    elif kind == GEO_CYLINDER:
        r2 = scale[0] * scale[0]
        h2 = scale[1] * scale[1]
        volume = 2.0 * wp.pi * r2 * scale[1]
        inertia = wp.vec3(r2 / 4.0 + h2 / 3.0, r2 / 4.0 + h2 / 3.0, 0.5 * r2)
    #| end
    mass = volume * density[tid]
    wp.atomic_add(body_mass, body, mass)
    #| one of
    wp.atomic_add(body_com, body, mass * wp.transform_get_translation(shape_transform[tid]))
    #| or
    # about the origin of the body frame
    com = wp.transform_get_translation(shape_transform[tid])
    rot = wp.quat_to_matrix(wp.transform_get_rotation(shape_transform[tid]))
    I_b = rot * wp.diag(inertia * mass) * wp.transpose(rot)
    I_b = I_b + mass * (wp.dot(com, com) * wp.identity(n=3, dtype=float) - wp.outer(com, com))
    wp.atomic_add(body_inertia, body, I_b)
    #| 0.6
    wp.atomic_add(body_com, body, mass * com)
    #| end
    #| end
