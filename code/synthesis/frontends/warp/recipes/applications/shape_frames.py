"""Shapes on bodies: their frames, bounds and pairs, and contacts that are converted from one to another."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called, with_shape_data
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    VEC,
    Program,
)

_MAT, _TWO = Type("float32", (3, 3)), Type("float32", (2,))
_KINDS = ("GEO_PLANE", "GEO_SPHERE", "GEO_CAPSULE", "GEO_BOX", "GEO_CYLINDER")

_SHAPE = {
    "shape_poses": """
        body = shape_body[tid]
        {# shapes of no body stand in the world
        X_ws = shape_transform[tid]
        if body >= 0:
            X_ws = {body_q[body] * X_ws ~ wp.transform_multiply(body_q[body], shape_transform[tid])} ~
        X_wb = body_q[body] if body >= 0 else wp.transform_identity()
        X_ws = X_wb * shape_transform[tid]}
        {pose_out[tid] = X_ws
        {?0.6 # a shape that stands in the world does not move
        twist = wp.spatial_vector()
        if body >= 0:
            omega = wp.spatial_bottom(body_qd[body])
            arm = wp.transform_get_translation(X_ws) - wp.transform_point(body_q[body], body_com_in[body])
            {v = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)
            twist = wp.spatial_vector(v, omega) ~
            twist = wp.spatial_vector(wp.spatial_top(body_qd[body]) + wp.cross(omega, arm), omega)}
        twist_out[tid] = twist} ~
        {pos = wp.transform_get_translation(X_ws)
        # each world is drawn at a place of its own
        if shape_world[tid] >= 0:
            pos += world_offset[shape_world[tid]]
        {pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X_ws)) ~
        # what is hidden is drawn far away
        if (shape_flags[tid] & VISIBLE) == 0:
            pos = hidden_pos
        pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X_ws))} ~
        center_out[tid] = wp.transform_get_translation(X_ws)
        rotation_out[tid] = wp.quat_to_matrix(wp.transform_get_rotation(X_ws))}}
    """,
    "shape_bounds": """
        body = shape_body[tid]
        X_ws = shape_transform[tid]
        if body >= 0:
            X_ws = body_q[body] * X_ws
        kind = shape_type[tid]
        scale = shape_scale[tid]
        pos = wp.transform_get_translation(X_ws)
        {margin = shape_gap[tid] ~ margin = shape_gap[tid] + shape_margin[tid]}
        extent = wp.vec3(0.0, 0.0, 0.0)
        if kind == GEO_PLANE:
            # without an end
            extent = wp.vec3(plane_extent, plane_extent, plane_extent)
        elif kind == GEO_SPHERE:
            extent = wp.vec3(scale[0], scale[0], scale[0])
        {elif kind == GEO_CAPSULE:
            extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0])
        elif kind == GEO_BOX:
            extent = box_extent(X_ws, scale) ~
        elif kind == GEO_BOX:
            extent = box_extent(X_ws, scale)
        elif kind == GEO_CAPSULE:
            extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0]) ~
        elif kind == GEO_CAPSULE:
            extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0])
        {?0.5 elif kind == GEO_BOX:
            extent = box_extent(X_ws, scale)}
        else:
            {radius = shape_radius[tid]
            extent = wp.vec3(radius, radius, radius) ~ extent = wp.vec3(shape_radius[tid])} ~
        elif kind == GEO_CAPSULE:
            axis = wp.transform_vector(X_ws, wp.vec3(0.0, 0.0, scale[1]))
            for k in range(3):
                extent[k] = wp.abs(axis[k]) + scale[0]
        elif kind == GEO_BOX:
            rot = wp.quat_to_matrix(wp.transform_get_rotation(X_ws))
            for i in range(3):
                total = float(0.0)
                for j in range(3):
                    total += wp.abs(rot[i, j]) * scale[j]
                extent[i] = total
        elif kind == GEO_CYLINDER:
            axis_w = wp.transform_vector(X_ws, wp.vec3(0.0, 0.0, 1.0))
            for k in range(3):
                # the rim reaches farthest where the axis does not point
                rim = scale[0] * wp.sqrt(wp.max(1.0 - axis_w[k] * axis_w[k], 0.0))
                extent[k] = wp.abs(axis_w[k]) * scale[1] + rim}
        {pad = wp.vec3(margin, margin, margin)
        aabb_lower[tid] = pos - extent - pad
        aabb_upper[tid] = pos + extent + pad ~
        aabb_lower[tid] = pos - extent - wp.vec3(margin)
        aabb_upper[tid] = pos + extent + wp.vec3(margin) ~
        for k in range(3):
            extent[k] = extent[k] + margin
        aabb_lower[tid] = pos - extent
        aabb_upper[tid] = pos + extent}
    """,
    "shape_mass": """
        body = shape_body[tid]
        {# what stands in the world has no mass
        if body {< 0 ~ == -1}:
            return ~ # neither the world nor massless shapes count
        if body < 0 or density[tid] <= 0.0:
            return}
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
            # a cylinder and the two halves of a ball
            r = scale[0]
            h = scale[1]
            v_cylinder = 2.0 * wp.pi * r * r * h
            v_ball = 4.0 / 3.0 * wp.pi * r * r * r
            volume = v_cylinder + v_ball
            across = v_cylinder * (r * r / 4.0 + h * h / 3.0) + v_ball * (0.4 * r * r + h * h + 3.0 / 4.0 * r * h)
            along = v_cylinder * 0.5 * r * r + v_ball * 0.4 * r * r
            inertia = wp.vec3(across, across, along) / volume
        {?0.8 elif kind == GEO_CYLINDER:
            r2 = scale[0] * scale[0]
            h2 = scale[1] * scale[1]
            volume = 2.0 * wp.pi * r2 * scale[1]
            inertia = wp.vec3(r2 / 4.0 + h2 / 3.0, r2 / 4.0 + h2 / 3.0, 0.5 * r2)}
        mass = volume * density[tid]
        wp.atomic_add(body_mass, body, mass)
        {wp.atomic_add(body_com, body, mass * wp.transform_get_translation(shape_transform[tid])) ~
            # about the frame of the body
            com = wp.transform_get_translation(shape_transform[tid])
            rot = wp.quat_to_matrix(wp.transform_get_rotation(shape_transform[tid]))
            I_b = rot * wp.diag(inertia * mass) * wp.transpose(rot)
            I_b = I_b + mass * (wp.dot(com, com) * wp.identity(n=3, dtype=float) - wp.outer(com, com))
            wp.atomic_add(body_inertia, body, I_b)
            {?0.6 wp.atomic_add(body_com, body, mass * com)}
        }
    """,
    "shape_ray": """
        {?0.5 # shapes of another world
        if shape_world[tid] >= 0 and shape_world[tid] != world:
            MISS
            return}
        body = shape_body[tid]
        X_ws = shape_transform[tid]
        if body >= 0:
            X_ws = body_q[body] * X_ws
        X_sw = wp.transform_inverse(X_ws)
        # the ray in the frame of the shape
        start_s = wp.transform_point(X_sw, ray_start)
        dir_s = wp.transform_vector(X_sw, ray_dir)
        kind = shape_type[tid]
        t = float(-1.0)
        if kind == GEO_PLANE:
            if {dir_s[2] < -EPSILON ~ dir_s[2] < -EPSILON ~ wp.abs(dir_s[2]) > EPSILON}:
                t = -start_s[2] / dir_s[2]
        {{elif kind == GEO_CAPSULE:
            t = ray_capsule(start_s, dir_s, shape_scale[tid][0], shape_scale[tid][1]) ~}
        {elif kind == GEO_SPHERE:
            t = ray_sphere(start_s, dir_s, shape_scale[tid][0])
        elif kind == GEO_BOX:
            t = ray_box(start_s, dir_s, shape_scale[tid]) ~
        elif kind == GEO_BOX:
            t = ray_box(start_s, dir_s, shape_scale[tid])
        elif kind == GEO_SPHERE:
            t = ray_sphere(start_s, dir_s, shape_scale[tid][0])} ~
        elif kind == GEO_SPHERE:
            radius = shape_scale[tid][0]
            a = wp.dot(dir_s, dir_s)
            b = wp.dot(start_s, dir_s)
            c = wp.dot(start_s, start_s) - radius * radius
            disc = b * b - a * c
            if disc >= 0.0 and a > 0.0:
                t = (-b - wp.sqrt(disc)) / a
                {?0.7 # from within, out at the other side
                if t < 0.0:
                    t = (-b + wp.sqrt(disc)) / a}
        elif kind == GEO_BOX:
            t_near = float(-MAX_RANGE)
            t_far = float(MAX_RANGE)
            for k in range(3):
                if wp.abs(dir_s[k]) > EPSILON:
                    t1 = (-shape_scale[tid][k] - start_s[k]) / dir_s[k]
                    t2 = (shape_scale[tid][k] - start_s[k]) / dir_s[k]
                    t_near = wp.max(t_near, wp.min(t1, t2))
                    t_far = wp.min(t_far, wp.max(t1, t2))
                {elif wp.abs(start_s[k]) > shape_scale[tid][k]:
                    t_far = -1.0 ~ else:
                    # along the slab, and outside of it
                    if wp.abs(start_s[k]) > shape_scale[tid][k]:
                        t_far = -1.0}
            if t_near <= t_far and t_far >= 0.0:
                t = t_near if t_near >= 0.0 else t_far}
        {?0.7 if t > max_dist:
            t = -1.0}
        HIT
    """,
    "shape_sites": """
        body = site_body[tid]
        {X_site = site_transform[tid]
        if body >= 0:
            X_site = {body_q[body] * X_site ~ wp.transform_multiply(body_q[body], X_site)} ~
        X_wb = body_q[body] if body >= 0 else wp.transform_identity()
        X_site = X_wb * site_transform[tid]}
        pose_out[tid] = X_site
        {?0.6 # velocity of the point of the body that is there
        {v = wp.vec3(0.0, 0.0, 0.0)
        if body >= 0:
            arm = wp.transform_get_translation(X_site) - wp.transform_point(body_q[body], body_com_in[body])
            v = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)
        {site_v[tid] = v ~ # as the site itself feels it
        site_v[tid] = wp.quat_rotate_inv(wp.transform_get_rotation(X_site), v)} ~
        if body < 0:
            site_v[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        arm = wp.transform_get_translation(X_site) - wp.transform_point(body_q[body], body_com_in[body])
        site_v[tid] = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)}}
    """,
    "shape_flags": """
        flags = shape_flags[tid]
        body = shape_body[tid]
        {# what no force moves
        if body < 0:
            flags = flags | IMMOVABLE
        elif (body_flags[body] & KINEMATIC) != 0:
            flags = flags | IMMOVABLE ~
        # neither the world nor what is moved by hand
        if body < 0 or body_flags[body] & KINEMATIC:
            flags = flags | IMMOVABLE ~
        if body >= 0 and (body_flags[body] & KINEMATIC) == 0:
            flags = flags | DYNAMIC}
        {# a shape of group 0, or of a world that rests, is only drawn
        ~}
        hidden = {collision_group[tid] == 0 ~ shape_world[tid] >= 0 and not world_active[shape_world[tid]] ~ \
                collision_group[tid] == 0 or (shape_world[tid] >= 0 and not world_active[shape_world[tid]])}
        {if hidden and (flags & COLLIDES) != 0:
            flags = flags ^ COLLIDES ~
        if hidden and has_flag(flags, COLLIDES):
            flags = flags ^ COLLIDES}
        flags_out[tid] = flags
    """,
}

_HITS = (
    ("ray_t[tid] = -1.0", "ray_t[tid] = t"),
    (
        "ray_t[tid] = -1.0",
        """ray_t[tid] = t
        # the distance to the first of all shapes
        if t >= 0.0:
            wp.atomic_min(nearest, 0, t)""",
    ),
    (
        """ray_t[tid] = -1.0
            hit_pos[tid] = ray_start""",
        """if t >= 0.0:
            ray_t[tid] = t
            hit_pos[tid] = ray_start + ray_dir * t
        else:
            ray_t[tid] = -1.0
            hit_pos[tid] = ray_start""",
    ),
)
"""What is written of a ray that a shape is not asked about, and of one that it is."""

_SHAPE_FUNCTIONS = (
    """
    def axis_extent(X: wp.transform, half_height: float) -> wp.vec3:
        axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, half_height))
        return {wp.abs(axis) ~ wp.vec3(wp.abs(axis[0]), wp.abs(axis[1]), wp.abs(axis[2]))}
    """,
    """
    def box_extent(X: wp.transform, half: wp.vec3) -> wp.vec3:
        rot = wp.quat_to_matrix(wp.transform_get_rotation(X))
        extent = wp.vec3(0.0, 0.0, 0.0)
        for i in range(3):
            {for j in range(3):
                extent[i] = extent[i] + wp.abs(rot[i, j]) * half[j] ~
            extent[i] = wp.abs(rot[i, 0]) * half[0] + wp.abs(rot[i, 1]) * half[1] + wp.abs(rot[i, 2]) * half[2]}
        return extent
    """,
    """
    def ray_sphere(start: wp.vec3, dir: wp.vec3, radius: float) -> float:
        a = wp.dot(dir, dir)
        b = wp.dot(start, dir)
        disc = b * b - a * (wp.dot(start, start) - radius * radius)
        if disc < 0.0 or a < EPSILON:
            return -1.0
        t = (-b - wp.sqrt(disc)) / a
        {?0.7 # from within, out at the other side
        if t < 0.0:
            t = (-b + wp.sqrt(disc)) / a}
        return t
    """,
    """
    def ray_box(start: wp.vec3, dir: wp.vec3, half: wp.vec3) -> float:
        t_near = float(-MAX_RANGE)
        t_far = float(MAX_RANGE)
        for k in range(3):
            if wp.abs(dir[k]) > EPSILON:
                t1 = (-half[k] - start[k]) / dir[k]
                t2 = (half[k] - start[k]) / dir[k]
                t_near = wp.max(t_near, wp.min(t1, t2))
                t_far = wp.min(t_far, wp.max(t1, t2))
            elif wp.abs(start[k]) > half[k]:
                return -1.0
        if t_near > t_far or t_far < 0.0:
            return -1.0
        {if t_near < 0.0:
            return t_far
        return t_near ~ return t_near if t_near >= 0.0 else t_far}
    """,
)
"""What shapes of a kind do, for kernels that call it."""


def _declare_shapes(p: Program, count: int, bodies: int) -> None:
    """The arguments that kernels of shapes and of contacts have in common."""
    p.array("shape_type", INT, (0, 4), (count,), ("shape_type",))
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_world", INT, (-1, 7), (count,), ("shape_world", "shape_env"))
    p.array("shape_flags", INT, (0, 7), (count,), ("shape_flags",))
    p.array("body_flags", INT, (0, 3), (bodies,), ("body_flags",))
    p.array("collision_group", INT, (-4, 4), (count,), ("collision_group", "shape_group", "shape_collision_group"))
    p.array("world_active", FLAG, (0, 1), (8,), ("world_active", "world_mask"))
    p.array("shape_transform", FRAME, (-1, 1), (count,), ("shape_transform",), element="wp.transform")
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_qd", SPATIAL, (-1, 1), (bodies,), ("body_qd",), element="wp.spatial_vector")
    p.array("body_com_in", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.array("shape_scale", VEC, (0.5, 2), (count,), ("shape_scale",))
    p.array("shape_data", FOUR, (0.4, 1.5), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.array("world_offset", VEC, (-2, 2), (8,), ("world_offsets", "env_offset", "world_origin"))
    for key, bounds, names in (
        ("shape_gap", (0, 0.2), ("shape_gap", "contact_gap")),
        ("shape_margin", (0, 0.5), ("shape_margin", "thickness")),
        ("shape_radius", (0.5, 2), ("shape_collision_radius", "shape_radius")),
        ("density", (-0.3, 2), ("shape_density", "density")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (count,), names)
    p.constants({name: number for number, name in enumerate(_KINDS)})
    p.constants({"VISIBLE": 1, "COLLIDES": 2, "STATIC": 4, "IMMOVABLE": 4, "DYNAMIC": 4})
    p.constants({"KINEMATIC": 1})
    p.constants({"EPSILON": 0.001, "MAX_RANGE": p.choices.choice((1000.0, 10000.0))})


def _draw_shape(stream: Stream, target: str) -> KernelSpec:
    """A shape on a body, or in the world, a thread for each."""
    p = Program(stream, ("tid", "shape", "shape_id", "i") if target != "shape_sites" else ("tid", "site", "site_id"))
    count, bodies = p.threads, p.choices.choice((8, 12, 16))
    _declare_shapes(p, count, bodies)
    p.array("site_body", INT, (-1, bodies - 1), (count,), ("site_body", "site_to_body"))
    p.array("site_transform", FRAME, (-1, 1), (count,), ("site_transform", "site_xform"), element="wp.transform")
    p.scalar("hidden_pos", VEC, (50, 90), ("hidden_pos", "hidden_position"))
    p.scalar("ray_start", VEC, (-2, 2), ("ray_origin",))
    p.scalar("ray_dir", VEC, (-1, 1), ("ray_dir",))
    p.number("max_dist", (0.3, 2.5), ("max_dist", "ray_length"), ("1.0",))
    p.scalar("world", INT, (0, 3), ("world", "world_id"))
    poses = ("site_X_ws", "site_world_xform") if target == "shape_sites" else ("shape_X_ws", "shape_world_xform")
    p.output("pose_out", FRAME, (count,), poses, element="wp.transform")
    p.output("rotation_out", _MAT, (count,), ("shape_rot", "xmat_out"))
    for key, names in (
        ("center_out", ("shape_pos", "center_out")), ("aabb_lower", ("aabb_lower", "lower_bounds")),
        ("aabb_upper", ("aabb_upper", "upper_bounds")), ("hit_pos", ("hit_pos", "ray_hit")),
        ("site_v", ("site_velocity", "sensor_vel")),
    ):  # fmt: skip
        p.output(key, VEC, (count,), names)
    p.output("ray_t", FLOAT, (count,), ("ray_dist", "hit_t"))
    p.function(
        """
        def ray_capsule(start: wp.vec3, dir: wp.vec3, radius: float, half_height: float) -> float:
            t_hit = float(-1.0)
            a = dir[0] * dir[0] + dir[1] * dir[1]
            b = start[0] * dir[0] + start[1] * dir[1]
            c = start[0] * start[0] + start[1] * start[1] - radius * radius
            disc = b * b - a * c
            # the cylinder between the caps
            if disc >= 0.0 and a > EPSILON:
                t = (-b - wp.sqrt(disc)) / a
                if t >= 0.0 and wp.abs(start[2] + t * dir[2]) <= half_height:
                    t_hit = t
            # and the caps
            for k in range(2):
                z = start[2] - half_height if k == 0 else start[2] + half_height
                a_s = wp.dot(dir, dir)
                b_s = b + z * dir[2]
                disc_s = b_s * b_s - a_s * (c + z * z)
                if disc_s >= 0.0 and a_s > EPSILON:
                    t_s = (-b_s - wp.sqrt(disc_s)) / a_s
                    if t_s >= 0.0 and (t_hit < 0.0 or t_s < t_hit):
                        t_hit = t_s
            return t_hit
        """
    )
    for text in _SHAPE_FUNCTIONS:
        p.function(text)
    p.output("nearest", FLOAT, (1,), ("min_dist", "nearest"), (2, 5))
    p.output("flags_out", INT, (count,), ("shape_flags_out", "flags_new"))
    p.output("body_mass", FLOAT, (bodies,), ("body_mass", "mass_out"), (0, 1))
    p.output("body_inertia", _MAT, (bodies,), ("body_inertia", "inertia_out"), (0, 1))
    p.output("body_com", VEC, (bodies,), ("mass_moment", "weighted_com", "com_sum"), (-1, 1))
    p.number("plane_extent", (50, 100), ("plane_extent", "max_extent"), ("1000.0", "1.0e4"))
    if target != "shape_ray":
        p.guard_count("site" if target == "shape_sites" else "shape")
    miss, hit = p.choices.choice(_HITS)
    p.output("twist_out", SPATIAL, (count,), ("shape_twist", "shape_qd"), element="wp.spatial_vector")
    text = with_bodies_called(p.choices, _SHAPE[target])
    if target in ("shape_bounds", "shape_mass"):
        text = with_shape_data(p.choices, text, "shape_margin")
    p.write(text.replace("MISS", miss).replace("HIT", hit))
    titles = {
        "shape_poses": ("update_shape_transforms", "compute_shape_poses", "shape_world_transforms"),
        "shape_bounds": ("compute_shape_aabbs", "update_shape_bounds", "shape_aabb"),
        "shape_mass": ("accumulate_shape_mass", "compute_body_mass", "add_shape_mass"),
        "shape_ray": ("raycast_shapes", "ray_shape_test", "pick_shape"),
        "shape_sites": ("update_site_poses", "compute_site_transforms", "eval_site_transforms"),
        "shape_flags": ("update_shape_flags", "refresh_shape_flags", "set_shape_flags"),
    }[target]
    summary = {
        "shape_poses": "Poses of shapes in the world, from those of their bodies",
        "shape_bounds": "Boxes around shapes in the world",
        "shape_mass": "Adds what each shape weighs to its body",
        "shape_ray": "Where a ray hits each shape",
        "shape_sites": "Poses of sites in the world",
        "shape_flags": "Flags of shapes, by what their bodies and worlds do",
    }[target]
    return p.done("shapes", "shape_frames", target, summary, titles, (
        "One thread per site." if target == "shape_sites" else "One thread per shape.", "A body of -1 is the world.",
    ))  # fmt: skip


_CONTACT = {
    "contact_points": """
        {# threads beyond the last contact
        count = wp.min(contact_count[0], contact_max)
        if tid >= count:
            return ~
        if tid >= contact_count[0]:
            return}
        {shape0 = contact_shape0[tid]
        shape1 = contact_shape1[tid]
        body0 = int(-1)
        body1 = int(-1)
        if shape0 >= 0:
            body0 = shape_body[shape0]
        if shape1 >= 0:
            body1 = shape_body[shape1] ~
        shape0 = contact_shape0[tid]
        shape1 = contact_shape1[tid]
        # -1 is the ground
        body0 = shape_body[shape0] if shape0 >= 0 else -1
        body1 = shape_body[shape1] if shape1 >= 0 else -1}
        {X0 = wp.transform_identity()
        X1 = wp.transform_identity()
        if body0 >= 0:
            X0 = body_q[body0]
        if body1 >= 0:
            X1 = body_q[body1]
        p0 = wp.transform_point(X0, contact_point0[tid])
        p1 = wp.transform_point(X1, contact_point1[tid]) ~
        p0 = contact_point0[tid]
        if body0 >= 0:
            p0 = wp.transform_point(body_q[body0], p0)
        p1 = contact_point1[tid]
        if body1 >= 0:
            p1 = wp.transform_point(body_q[body1], p1)}
        normal = contact_normal[tid]
        {dist = wp.dot(normal, p1 - p0) ~ dist = wp.dot(normal, p1 - p0) - contact_margin[tid]}
        contact_dist[tid] = dist
        contact_pos[tid] = 0.5 * (p0 + p1)
    """,
    "contact_velocities": """
        if tid >= contact_count[0]:
            return
        {pair = contact_pair[tid]
        body_a = shape_body[pair[0]]
        body_b = shape_body[pair[1]] ~
        body_a = shape_body[contact_pair[tid][0]]
        body_b = shape_body[contact_pair[tid][1]]}
        {# the world stands still
        v_a = wp.vec3(0.0, 0.0, 0.0) ~ v_a = wp.vec3(0.0, 0.0, 0.0)}
        if body_a >= 0:
            r_a = wp.transform_vector(body_q[body_a], contact_point0[tid] - body_com_in[body_a])
            v_a = wp.spatial_top(body_qd[body_a]) + wp.cross(wp.spatial_bottom(body_qd[body_a]), r_a)
        v_b = wp.vec3(0.0, 0.0, 0.0)
        if body_b >= 0:
            r_b = wp.transform_vector(body_q[body_b], contact_point1[tid] - body_com_in[body_b])
            v_b = wp.spatial_top(body_qd[body_b]) + wp.cross(wp.spatial_bottom(body_qd[body_b]), r_b)
        normal = contact_normal[tid]
        v_rel = v_b - v_a
        v_n = wp.dot(normal, v_rel)
        normal_v[tid] = v_n
        {tangent_v[tid] = v_rel - normal * v_n ~
        slip[tid] = wp.length(v_rel - normal * v_n) ~
        # two directions across the normal
        {t0 = orthogonal(normal)
        t1 = wp.cross(normal, t0) ~ t0 = orthogonal(normal)
        t1 = wp.cross(normal, t0) ~
        axis = wp.vec3(1.0, 0.0, 0.0)
        if wp.abs(normal[0]) > 0.5:
            axis = wp.vec3(0.0, 1.0, 0.0)
        t0 = wp.normalize(wp.cross(normal, axis))
        t1 = wp.cross(normal, t0)}
        tangent_speed[tid] = wp.vec2(wp.dot(t0, v_rel), wp.dot(t1, v_rel)) ~
        # the speed that is left when they bounce
        if v_n < -bounce_threshold:
            target_v[tid] = -restitution * v_n
        else:
            target_v[tid] = 0.0}
    """,
    "contact_wrenches": """
        {if tid >= contact_count[0]:
            return ~
        if tid >= wp.min(contact_count[0], contact_max):
            return}
        {fn = normal_force[tid]
        # contacts that do not push
        if fn <= 0.0:
            return
        {f = contact_normal[tid] * fn ~ f = contact_normal[tid] * fn + friction_force[tid] ~
        f = contact_normal[tid] * fn + friction_force[tid]} ~ f = contact_force[tid]}
        shape_a = contact_shape0[tid]
        shape_b = contact_shape1[tid]
        {body_a = int(-1)
        body_b = int(-1)
        if shape_a >= 0:
            body_a = shape_body[shape_a]
        if shape_b >= 0:
            body_b = shape_body[shape_b] ~
        body_a = shape_body[shape_a] if shape_a >= 0 else -1
        body_b = shape_body[shape_b] if shape_b >= 0 else -1}
        {# what pushes one away pulls the other
        if body_a >= 0:
            r_a = wp.transform_vector(body_q[body_a], contact_point0[tid] - body_com_in[body_a])
            wp.atomic_sub(body_f, body_a, wp.spatial_vector(f, wp.cross(r_a, f)))
        if body_b >= 0:
            r_b = wp.transform_vector(body_q[body_b], contact_point1[tid] - body_com_in[body_b])
            wp.atomic_add(body_f, body_b, wp.spatial_vector(f, wp.cross(r_b, f))) ~
        # the world feels nothing
        if body_a >= 0:
            p_a = wp.transform_point(body_q[body_a], contact_point0[tid])
            r_a = p_a - wp.transform_point(body_q[body_a], body_com_in[body_a])
            wp.atomic_sub(body_f, body_a, wp.spatial_vector(f, wp.cross(r_a, f)))
        if body_b >= 0:
            p_b = wp.transform_point(body_q[body_b], contact_point1[tid])
            r_b = p_b - wp.transform_point(body_q[body_b], body_com_in[body_b])
            wp.atomic_add(body_f, body_b, wp.spatial_vector(f, wp.cross(r_b, f)))}
    """,
    "contact_rows": """
        {if tid >= contact_count[0]:
            return ~
        if tid >= wp.min(contact_count[0], contact_max):
            return}
        {pair = contact_pair[tid]
        shape_a = pair[0]
        shape_b = pair[1] ~
        shape_a = contact_pair[tid][0]
        shape_b = contact_pair[tid][1]}
        {world = shape_world[shape_a]
        {# shapes that every world has
        ~}
        if world < 0:
            world = shape_world[shape_b]
        if world < 0:
            return ~
        {# shapes that every world has are of none
        ~}
        world = wp.max(shape_world[shape_a], shape_world[shape_b])
        if world < 0:
            return ~
        world = wp.max(shape_world[shape_a], shape_world[shape_b])
        first_world = wp.min(shape_world[shape_a], shape_world[shape_b])
        if world < 0 or (first_world >= 0 and first_world != world):
            return}
        {num = 3 ~ num = contact_dim[tid] ~
        # a normal and two edges of the pyramid for each tangent
        num = int(1)
        if contact_dim[tid] > 1:
            num = 2 * (contact_dim[tid] - 1)}
        row = wp.atomic_add(world_rows, world, num)
        # no room for all of its rows
        if row + num > max_rows:
            {contact_row[tid] = -1
            return ~
            contact_row[tid] = -1
            wp.atomic_add(num_rejected, world, 1)
            return}
        contact_row[tid] = row
        {for k in range(num):
            row_contact[world, row + k] = tid ~
        for k in range(row, row + num):
            row_contact[world, k] = tid}
    """,
    "pair_filter": """
        # not to be tested, until all is asked
        pair_kind[tid] = -1
        ordered[tid] = wp.vec2i(-1, -1)
        pair = contact_pair[tid]
        shape_a = pair[0]
        shape_b = pair[1]
        {if shape_body[shape_a] == shape_body[shape_b]:
            return ~ if shape_a == shape_b or shape_body[shape_a] == shape_body[shape_b]:
            return}
        {?0.7 {# worlds that do not meet; -1 is in all
        if shape_world[shape_a] != -1 and shape_world[shape_b] != -1 and shape_world[shape_a] != shape_world[shape_b]:
            return
        ~
        group_a = collision_group[shape_a]
        group_b = collision_group[shape_b]
        {if group_a == 0 or group_b == 0:
            return
        if group_a > 0 and group_b > 0 and group_a != group_b:
            return
        if group_a < 0 and group_a == group_b:
            return ~
        # a group below 0 meets all but itself, one above 0 itself alone
        if group_a == 0 or group_b == 0:
            return
        if group_a < 0 or group_b < 0:
            if group_a == group_b:
                return
        elif group_a != group_b:
            return}
        ~
        if (shape_flags[shape_a] & COLLIDES) == 0 or (shape_flags[shape_b] & COLLIDES) == 0:
            return
        ~
        if shape_flags[shape_a] & STATIC and shape_flags[shape_b] & STATIC:
            return}}
        # the smaller kind first
        type_a = shape_type[shape_a]
        type_b = shape_type[shape_b]
        {if type_a > type_b:
            pair_kind[tid] = type_b * NUM_GEO_TYPES + type_a
            ordered[tid] = wp.vec2i(shape_b, shape_a)
        else:
            pair_kind[tid] = type_a * NUM_GEO_TYPES + type_b
            ordered[tid] = wp.vec2i(shape_a, shape_b) ~
        if type_a > type_b:
            shape_a = pair[1]
            shape_b = pair[0]
        ordered[tid] = wp.vec2i(shape_a, shape_b)
        pair_kind[tid] = wp.min(type_a, type_b) * NUM_GEO_TYPES + wp.max(type_a, type_b)}
    """,
    "contact_export": """
        {if tid >= contact_count[0]:
            return ~ if tid >= wp.min(contact_count[0], contact_max):
            return}
        {pair = contact_pair[tid]
        shape_a = pair[0]
        shape_b = pair[1] ~
        shape_a = contact_pair[tid][0]
        shape_b = contact_pair[tid][1]}
        {body_a = shape_body[shape_a]
        body_b = shape_body[shape_b]
        X_a = body_q[body_a] if body_a >= 0 else wp.transform_identity()
        X_b = body_q[body_b] if body_b >= 0 else wp.transform_identity()
        p_a = wp.transform_point(X_a, contact_point0[tid])
        p_b = wp.transform_point(X_b, contact_point1[tid]) ~
        p_a = contact_point0[tid]
        p_b = contact_point1[tid]
        if shape_body[shape_a] >= 0:
            p_a = wp.transform_point(body_q[shape_body[shape_a]], p_a)
        if shape_body[shape_b] >= 0:
            p_b = wp.transform_point(body_q[shape_body[shape_b]], p_b)}
        n = {contact_normal[tid] ~ contact_normal[tid] ~ wp.normalize(contact_normal[tid])}
        {dist = wp.dot(n, p_b - p_a) ~ dist = wp.dot(n, p_b - p_a) - contact_margin[tid]}
        {# what is too far away gets no constraint
        ~}
        include_margin = {wp.max(shape_gap[shape_a], shape_gap[shape_b]) ~ shape_gap[shape_a] + shape_gap[shape_b]}
        if dist > include_margin:
            return
        {conid = wp.atomic_add(ncon, 0, 1)
        if conid >= slot_max:
            return ~ conid = wp.atomic_add(ncon, 0, 1)
        if conid >= dist_out.shape[0]:
            return}
        dist_out[conid] = dist
        {?0.6 margin_out[conid] = include_margin}
        contact_pos[conid] = 0.5 * (p_a + p_b)
        {# the normal is the first row
        ~}
        {t0 = orthogonal(n) ~ t0 = orthogonal(n) ~
        axis = wp.vec3(1.0, 0.0, 0.0)
        if wp.abs(n[0]) > 0.7:
            axis = wp.vec3(0.0, 1.0, 0.0)
        t0 = wp.normalize(wp.cross(n, axis))}
        frame_out[conid] = wp.matrix_from_rows(n, t0, wp.cross(n, t0))
        {pair_out[conid] = wp.vec2i(shape_geom[shape_a], shape_geom[shape_b]) ~
        geom_a = shape_geom[shape_a]
        geom_b = shape_geom[shape_b]
        pair_out[conid] = wp.vec2i(geom_a, geom_b)}
        friction_out[conid] = {wp.max(shape_mu[shape_a], shape_mu[shape_b]) ~ \
                wp.sqrt(shape_mu[shape_a] * shape_mu[shape_b])}
        {?0.6 dim_out[conid] = {3 ~ wp.max(shape_dim[shape_a], shape_dim[shape_b]) ~ \
                wp.max(shape_dim[shape_a], shape_dim[shape_b])}}
        {?0.5 solref_out[conid] = {shape_solref[shape_a] ~ 0.5 * (shape_solref[shape_a] + shape_solref[shape_b])}}
    """,
}

_ARMS = (
    r"\1\2 = wp.transform_vector(\3, \4 - \5)\n",
    r"\1\2 = wp.quat_rotate(wp.transform_get_rotation(\3), \4 - \5)\n",
    r"\1\2 = wp.transform_point(\3, \4) - wp.transform_point(\3, \5)\n",
)
"""The ways from the centre of a body to a point that is known in its frame."""


def _draw_contact(stream: Stream, target: str) -> KernelSpec:
    """Contacts of two shapes, a thread for each that there may be."""
    p = Program(stream, ("tid", "contact_id", "cid", "i") if target != "pair_filter" else ("tid", "pair_id", "idx"))
    count, bodies = p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    contacts = p.threads
    _declare_shapes(p, count, bodies)
    p.array("contact_count", INT, (contacts // 4, contacts), (1,), ("contact_count", "num_contacts"))
    p.array("contact_shape0", INT, (-1, count - 1), (contacts,), ("contact_shape0", "rigid_contact_shape0", "shape0"))
    p.array("contact_shape1", INT, (-1, count - 1), (contacts,), ("contact_shape1", "rigid_contact_shape1", "shape1"))
    p.array("contact_pair", PAIR, (0, count - 1), (contacts,), ("contact_pair", "shape_pairs", "candidate_pair"))
    p.array("contact_dim", INT, (1, 3), (contacts,), ("contact_dim", "condim"))
    for key, names in (
        ("contact_point0", ("contact_point0", "rigid_contact_point0", "point0")),
        ("contact_point1", ("contact_point1", "rigid_contact_point1", "point1")),
        ("contact_normal", ("contact_normal", "rigid_contact_normal", "normals")),
        ("contact_force", ("contact_force", "contact_f")),
        ("friction_force", ("friction_force", "contact_friction_f")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (contacts,), names)
    p.array("contact_margin", FLOAT, (0, 0.5), (contacts,), ("contact_offset", "contact_thickness"))
    p.array("normal_force", FLOAT, (-0.5, 2), (contacts,), ("normal_force", "contact_fn"))
    p.array("shape_mu", FLOAT, (0.2, 1), (count,), ("shape_mu", "shape_material_mu", "friction"))
    p.scalar("contact_max", INT, (contacts // 2, contacts), ("contact_max", "max_contacts", "capacity"))
    p.scalar("slot_max", INT, (contacts // 8, contacts // 2), ("nconmax", "max_out", "naconmax"))
    p.scalar("max_rows", INT, (3, 8), ("max_rows", "njmax", "max_constraints"))
    p.number("restitution", (0.2, 0.8), ("restitution", "bounce"), ("0.5", "0.3"))
    p.number("bounce_threshold", (0.2, 0.6), ("bounce_threshold", "restitution_threshold"), ("0.5", "0.2"))
    p.constants({"NUM_GEO_TYPES": len(_KINDS)})
    p.output("contact_dist", FLOAT, (contacts,), ("contact_dist", "contact_separation"))
    for key, names in (
        ("contact_pos", ("contact_pos", "contact_position")), ("tangent_v", ("tangent_vel", "slip_vel")),
    ):  # fmt: skip
        p.output(key, VEC, (contacts,), names)
    p.output("normal_v", FLOAT, (contacts,), ("normal_vel", "contact_vn"))
    p.output("target_v", FLOAT, (contacts,), ("target_vel", "bounce_vel"))
    p.output("slip", FLOAT, (contacts,), ("slip_speed", "tangent_speed"))
    p.output("tangent_speed", _TWO, (contacts,), ("tangent_vel", "slip_vel"))
    p.output("dist_out", FLOAT, (contacts,), ("contact_dist_out", "dist_out"))
    p.array("shape_dim", INT, (1, 6), (count,), ("shape_condim", "shape_contact_dim"))
    p.array("shape_solref", _TWO, (0.02, 1), (count,), ("shape_solref",))
    p.output("margin_out", FLOAT, (contacts,), ("contact_includemargin", "includemargin_out"))
    p.output("dim_out", INT, (contacts,), ("contact_dim_out", "condim_out"))
    p.output("solref_out", _TWO, (contacts,), ("contact_solref_out", "solref_out"))
    p.output("friction_out", FLOAT, (contacts,), ("contact_friction_out", "friction_out"))
    p.array("shape_geom", INT, (0, 40), (count,), ("shape_to_geom", "shape_geom"))
    p.output("pair_out", PAIR, (contacts,), ("contact_geom_out", "contact_geom"))
    p.output("ordered", PAIR, (contacts,), ("sorted_pair", "ordered_pair"))
    p.output("frame_out", _MAT, (contacts,), ("contact_frame_out", "contact_frame"))
    p.output("body_f", SPATIAL, (bodies,), ("body_f", "body_forces"), (-1, 1), element="wp.spatial_vector")
    p.output("contact_row", INT, (contacts,), ("contact_row", "contact_efc_address"))
    p.output("pair_kind", INT, (contacts,), ("pair_kind", "collider_id"))
    p.output("ncon", INT, (1,), ("ncon", "ncon_out"), (0, 1))
    p.output("world_rows", INT, (8,), ("world_row_count", "nefc"), (0, 2))
    p.output("num_rejected", INT, (8,), ("num_rejected", "world_overflow"), (0, 2))
    p.output("row_contact", INT, (8, 12), ("row_contact", "efc_contact_id"), (-1, 0))
    p.function(
        """
        def orthogonal(n: wp.vec3) -> wp.vec3:
            {axis = wp.vec3(1.0, 0.0, 0.0)
            if wp.abs(n[0]) > 0.7:
                axis = wp.vec3(0.0, 1.0, 0.0)
            return wp.normalize(wp.cross(n, axis)) ~
            # not along the axis that the normal is nearest to
            if wp.abs(n[2]) < 0.7:
                return wp.normalize(wp.cross(n, wp.vec3(0.0, 0.0, 1.0)))
            return wp.normalize(wp.cross(n, wp.vec3(1.0, 0.0, 0.0)))}
        """
    )
    text = with_bodies_called(p.choices, _CONTACT[target])
    if target in ("contact_velocities", "contact_wrenches"):
        sought = r"( *)(r_\w) = wp\.transform_vector\((.*), (\w+\[tid\]) - (.*)\)\n"
        text = re.sub(sought, p.choices.choice(_ARMS), text)
    p.write(text)
    titles = {
        "contact_points": ("compute_contact_distances", "update_contacts", "eval_contact_points"),
        "contact_velocities": ("compute_contact_velocities", "compute_relative_velocity", "eval_contact_velocities"),
        "contact_wrenches": ("apply_contact_forces", "accumulate_contact_wrench", "contact_forces_to_bodies"),
        "contact_rows": ("allocate_contact_rows", "assign_contact_rows", "allocate_efc_rows"),
        "pair_filter": ("filter_shape_pairs", "classify_pairs", "sort_candidate_pairs"),
        "contact_export": ("convert_contacts", "export_contacts", "contacts_to_solver"),
    }[target]
    summary = {
        "contact_points": "Points and distances of contacts in the world",
        "contact_velocities": "How fast the two bodies of each contact move past each other",
        "contact_wrenches": "Adds what contacts do to their bodies",
        "contact_rows": "Takes rows of the solver for each contact",
        "pair_filter": "Which pairs of shapes are tested, and by what",
        "contact_export": "Contacts in the form that another solver takes",
    }[target]
    return p.done("shapes", "shape_contacts", target, summary, titles, (
        "One thread per pair." if target == "pair_filter" else "One thread per contact.",
        "-1 is the world." if target in ("pair_filter", "contact_rows") else "Points are in the frames of the bodies.",
    ))  # fmt: skip


_WEIGHTS = {"shape_sites": 0.5, "shape_flags": 0.5, "shape_mass": 0.6, "shape_ray": 0.5}
RECIPES = (
    Recipe(name="shape_frames", category="shapes", targets=tuple(_SHAPE), draw=_draw_shape, target_weights=_WEIGHTS),
    Recipe(
        name="shape_contacts",
        category="shapes",
        targets=tuple(_CONTACT),
        draw=_draw_contact,
        target_weights={
            "contact_velocities": 0.6,
            "contact_points": 0.4,
            "pair_filter": 0.4,
            "contact_wrenches": 0.7,
            "contact_rows": 0.6,
            "contact_export": 0.8,
        },
    ),
)
