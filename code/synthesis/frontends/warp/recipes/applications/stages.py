"""Whole stages of a step in one kernel: shapes that collide by their kinds, rows of constraints with their impedance,
trees from the root to the leaves and back, worlds that start anew."""

import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import with_marked
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

_MAT, _TWO, _SQUARE = Type("float32", (3, 3)), Type("float32", (2,)), Type("float32", (6, 6))

_COLLIDE = """
    {if tid >= pair_count[0]:
        return ~ if tid >= wp.min(pair_count[0], max_pairs):
        return}
    pair = shape_pairs[tid]
    shape_a = pair[0]
    shape_b = pair[1]
    {if shape_a < 0 or shape_b < 0:
        SKIPPED
        return ~ {# padding
    if shape_a == -1 or shape_b == -1:
        SKIPPED
        return ~}}
    {?0.4 {if shape_body[shape_a] == shape_body[shape_b]:
        SKIPPED
        return ~ # worlds that do not meet; -1 is in all
    if shape_world[shape_a] >= 0 and shape_world[shape_b] >= 0:
        if shape_world[shape_a] != shape_world[shape_b]:
            SKIPPED
            return}}
    # the kind that comes first in the table is the first shape
    if shape_type[shape_a] > shape_type[shape_b]:
        shape_a = pair[1]
        shape_b = pair[0]
    type_a = shape_type[shape_a]
    type_b = shape_type[shape_b]
    {# boxes that meet have a pass of their own
    if type_a == GEO_BOX:
        SKIPPED
        return ~ if type_a == GEO_BOX and type_b == GEO_BOX:
        {?0.5 wp.atomic_add(num_box_pairs, 0, 1)}
        SKIPPED
        return}
    {X_a = shape_X_ws[shape_a]
    X_b = shape_X_ws[shape_b]
    size_a = shape_scale[shape_a]
    size_b = shape_scale[shape_b] ~
    size_a = shape_scale[shape_a]
    X_a = shape_X_ws[shape_a]
    size_b = shape_scale[shape_b]
    X_b = shape_X_ws[shape_b]}
    MEETING
    {gap = shape_gap[shape_a] + shape_gap[shape_b] ~ gap = wp.max(shape_gap[shape_a], shape_gap[shape_b])}
    END
"""
_APART = """
    pos_a = wp.transform_get_translation(X_a)
    pos_b = wp.transform_get_translation(X_b)
    dist = float(MAX_DIST)
    normal = wp.vec3(0.0, 0.0, 1.0)
    point = wp.vec3(0.0, 0.0, 0.0)
"""
"""Where two shapes are, before it is known how near."""
_MEETING = (
    _APART
    + """\
    if type_a == GEO_PLANE:
        normal = wp.transform_vector(X_a, wp.vec3(0.0, 0.0, 1.0))
        if type_b == GEO_SPHERE:
            dist = wp.dot(normal, pos_b - pos_a) - size_b[0]
            point = pos_b - normal * (size_b[0] + 0.5 * dist)
        {elif type_b == GEO_CAPSULE:
            # the end that is deeper
            half_axis = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, size_b[1]))
            {end = pos_b + half_axis
            if wp.dot(normal, half_axis) > 0.0:
                end = pos_b - half_axis ~
            end = pos_b - half_axis if wp.dot(normal, half_axis) > 0.0 else pos_b + half_axis}
            dist = wp.dot(normal, end - pos_a) - size_b[0]
            point = end - normal * (size_b[0] + 0.5 * dist) ~
        elif type_b == GEO_CAPSULE:
            half_axis = wp.transform_vector(X_b, wp.vec3(0.0, 0.0, size_b[1]))
            d_plus = wp.dot(normal, pos_b + half_axis - pos_a)
            d_minus = wp.dot(normal, pos_b - half_axis - pos_a)
            dist = wp.min(d_plus, d_minus) - size_b[0]
            if d_plus < d_minus:
                point = pos_b + half_axis - normal * (size_b[0] + 0.5 * dist)
            else:
                point = pos_b - half_axis - normal * (size_b[0] + 0.5 * dist)}
        elif type_b == GEO_BOX:
            {# the deepest corner
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
                    point = p_w - normal * (0.5 * depth) ~
            # the corner that points against the normal
            n_b = wp.quat_rotate_inv(wp.transform_get_rotation(X_b), normal)
            corner = wp.vec3(size_b[0], size_b[1], size_b[2])
            for k in range(3):
                if n_b[k] > 0.0:
                    corner[k] = -size_b[k]
            p_w = wp.transform_point(X_b, corner)
            dist = wp.dot(normal, p_w - pos_a)
            point = p_w - normal * (0.5 * dist)}
    elif type_b == GEO_BOX:
        X_bw = wp.transform_inverse(X_b)
        center = pos_a
        if type_a == GEO_CAPSULE:
            # from the axis to the box and back, nearer each time
            axis_a = wp.transform_vector(X_a, wp.vec3(0.0, 0.0, 1.0))
            for turn in range(3):
                c = wp.transform_point(X_bw, center)
                on_box = wp.transform_point(X_b, wp.max(wp.min(c, size_b), -size_b))
                t = wp.clamp(wp.dot(axis_a, on_box - pos_a), -size_a[1], size_a[1])
                center = pos_a + axis_a * t
        # in the frame of the box
        c = wp.transform_point(X_bw, center)
        {near = wp.max(wp.min(c, size_b), -size_b) ~
        near = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            near[k] = wp.clamp(c[k], -size_b[k], size_b[k])}
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
"""
)
"""Where two shapes meet, all of it in the kernel."""
_MEETING_CALLED = (
    _APART
    + """\
    if type_a == GEO_PLANE:
        normal = {wp.quat_rotate(wp.transform_get_rotation(X_a), normal) ~ wp.transform_vector(X_a, normal)}
        {low = pos_b
        radius = size_b[0]
        if type_b == GEO_CAPSULE:
            # the end that is deeper
            low = capsule_end(X_b, size_b[1], normal)
        elif type_b == GEO_BOX:
            low = deepest_corner(X_b, size_b, normal)
            radius = 0.0
        if type_b != GEO_PLANE:
            dist = gap_along(normal, pos_a, low) - radius
            point = low - normal * (radius + 0.5 * dist) ~
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
            point = low - normal * (0.5 * dist)}
    elif type_b == GEO_BOX:
        center = pos_a
        if type_a == GEO_CAPSULE:
            # from the axis to the box and back, nearer each time
            for turn in range(3):
                center = nearest_on_axis(X_a, size_a[1], nearest_on_box(X_b, size_b, center))
        c = wp.transform_point(wp.transform_inverse(X_b), center)
        {dist = sdf_box(c, size_b) - size_a[0]
        normal = wp.transform_vector(X_b, -box_outward(c, size_b)) ~
        normal = wp.transform_vector(X_b, -box_outward(c, size_b))
        dist = sdf_box(c, size_b) - size_a[0]}
        point = center + normal * (size_a[0] + 0.5 * dist)
    else:
        # spheres around two points
        p_a = pos_a
        p_b = pos_b
        if type_a == GEO_CAPSULE:
            {# twice, as both ends may count
            ~}
            p_b = nearest_on_axis(X_b, size_b[1], pos_a)
            p_a = nearest_on_axis(X_a, size_a[1], p_b)
            p_b = nearest_on_axis(X_b, size_b[1], p_a)
        elif type_b == GEO_CAPSULE:
            p_b = nearest_on_axis(X_b, size_b[1], pos_a)
        normal = direction_to(p_a, p_b)
        dist = gap_along(normal, p_a, p_b) - size_a[0] - size_b[0]
        point = p_a + normal * (size_a[0] + 0.5 * dist)
"""
)
"""The same, with functions for what shapes have in common."""
_MEETING_FUNCTIONS = (
    """
    def gap_along(normal: wp.vec3, p_a: wp.vec3, p_b: wp.vec3) -> float:
        return wp.dot(normal, p_b - p_a)
    """,
    """
    def direction_to(p_a: wp.vec3, p_b: wp.vec3) -> wp.vec3:
        d = p_b - p_a
        r = wp.length(d)
        {if r > EPSILON:
            return d / r
        return wp.vec3(0.0, 0.0, 1.0) ~ # in the same place: any direction will do
        if r < EPSILON:
            return wp.vec3(0.0, 0.0, 1.0)
        return d / r}
    """,
    """
    def capsule_end(X: wp.transform, half_height: float, normal: wp.vec3) -> wp.vec3:
        half_axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, half_height))
        {if wp.dot(normal, half_axis) > 0.0:
            return wp.transform_get_translation(X) - half_axis
        return wp.transform_get_translation(X) + half_axis ~
        end = wp.transform_get_translation(X) + half_axis
        if wp.dot(normal, half_axis) > 0.0:
            end = wp.transform_get_translation(X) - half_axis
        return end}
    """,
    """
    def deepest_corner(X: wp.transform, half: wp.vec3, normal: wp.vec3) -> wp.vec3:
        n_b = wp.quat_rotate_inv(wp.transform_get_rotation(X), normal)
        corner = wp.vec3(half[0], half[1], half[2])
        for k in range(3):
            if n_b[k] > 0.0:
                corner[k] = -half[k]
        return wp.transform_point(X, corner)
    """,
    """
    def nearest_on_axis(X: wp.transform, half_height: float, p: wp.vec3) -> wp.vec3:
        axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, 1.0))
        {t = wp.dot(axis, p - wp.transform_get_translation(X))
        return wp.transform_get_translation(X) + axis * wp.clamp(t, -half_height, half_height) ~
        pos = wp.transform_get_translation(X)
        t = wp.min(wp.max(wp.dot(axis, p - pos), -half_height), half_height)
        return pos + axis * t}
    """,
    """
    def nearest_on_box(X: wp.transform, half: wp.vec3, p: wp.vec3) -> wp.vec3:
        c = wp.transform_point(wp.transform_inverse(X), p)
        {return wp.transform_point(X, wp.max(wp.min(c, half), -half)) ~
        near = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            near[k] = wp.clamp(c[k], -half[k], half[k])
        return wp.transform_point(X, near)}
    """,
    """
    def box_outward(p: wp.vec3, half: wp.vec3) -> wp.vec3:
        away = p - wp.max(wp.min(p, half), -half)
        r = wp.length(away)
        if r > 0.0:
            return away / r
        # inside: through the nearest face
        {q = wp.vec3(wp.abs(p[0]) - half[0], wp.abs(p[1]) - half[1], wp.abs(p[2]) - half[2])
        if q[0] >= q[1] and q[0] >= q[2]:
            return wp.vec3(wp.sign(p[0]), 0.0, 0.0)
        if q[1] >= q[2]:
            return wp.vec3(0.0, wp.sign(p[1]), 0.0)
        return wp.vec3(0.0, 0.0, wp.sign(p[2])) ~
        x = half[0] - wp.abs(p[0])
        y = half[1] - wp.abs(p[1])
        z = half[2] - wp.abs(p[2])
        if x <= y and x <= z:
            return wp.vec3(wp.sign(p[0]), 0.0, 0.0)
        if y <= z:
            return wp.vec3(0.0, wp.sign(p[1]), 0.0)
        return wp.vec3(0.0, 0.0, wp.sign(p[2]))}
    """,
)
_COLLIDE_ENDS = (
    """
    pair_dist[tid] = dist
    {if dist < gap:
        pair_normal[tid] = normal
        pair_point[tid] = point
        pair_state[tid] = TOUCHING
    else:
        pair_state[tid] = SEPARATE ~
    if dist >= gap:
        pair_state[tid] = SEPARATE
        return
    pair_state[tid] = TOUCHING
    pair_normal[tid] = normal
    pair_point[tid] = point}
    """,
    """
    pair_dist[tid] = dist
    pair_normal[tid] = normal
    {pair_point[tid] = point
    {?0.5 if dist < gap:
        wp.atomic_add(num_touching, 0, 1)} ~
    # points on the surface of either shape, in the frames of their bodies
    point_a = point - normal * (0.5 * dist)
    point_b = point + normal * (0.5 * dist)
    if shape_body[shape_a] >= 0:
        point_a = wp.transform_point(wp.transform_inverse(body_q[shape_body[shape_a]]), point_a)
    if shape_body[shape_b] >= 0:
        point_b = wp.transform_point(wp.transform_inverse(body_q[shape_body[shape_b]]), point_b)
    pair_point0[tid] = point_a
    pair_point1[tid] = point_b}
    """,
    """
    if dist >= gap:
        return
    {# the deepest of all pairs
    wp.atomic_max(max_depth, 0, -dist)
    ~}
    slot = wp.atomic_add(contact_count, 0, 1)
    if slot >= contact_max:
        return
    contact_pair[slot] = wp.vec2i(shape_a, shape_b)
    contact_dist[slot] = dist
    contact_normal[slot] = normal
    contact_point[slot] = point
    """,
    """
    # nothing touches within the gap
    if dist >= gap:
        return
    body_a = shape_body[shape_a]
    body_b = shape_body[shape_b]
    {force = normal * (shape_ke[shape_a] * (gap - dist)) ~
    ke = 0.5 * (shape_ke[shape_a] + shape_ke[shape_b])
    force = normal * (ke * (gap - dist))}
    if body_a >= 0:
        r_a = point - wp.transform_point(body_q[body_a], body_com[body_a])
        wp.atomic_sub(body_f, body_a, wp.spatial_vector(force, wp.cross(r_a, force)))
    if body_b >= 0:
        r_b = point - wp.transform_point(body_q[body_b], body_com[body_b])
        wp.atomic_add(body_f, body_b, wp.spatial_vector(force, wp.cross(r_b, force)))
    """,
)


def _draw_collide(stream: Stream, target: str) -> KernelSpec:
    """Two shapes of any kinds, a thread for each pair."""
    p = Program(stream, ("tid", "pair_id", "idx"))
    pairs, count, bodies = p.threads, p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    p.array("pair_count", INT, (pairs // 3, pairs), (1,), ("pair_count", "num_pairs", "shape_pairs_count"))
    p.scalar("max_pairs", INT, (pairs // 2, pairs), ("max_pairs", "pair_capacity"))
    # no shape with itself: two capsules on one axis are nearest at any point of it
    p.corners("shape_pairs", PAIR, 2, count, (pairs,), ("shape_pairs", "candidate_pair"), missing=1)
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_world", INT, (-1, 3), (count,), ("shape_world",))
    p.array("shape_type", INT, (0, 3), (count,), ("shape_type", "geom_type"))
    p.array("shape_X_ws", FRAME, (-1.2, 1.2), (count,), ("shape_X_ws", "shape_world_transform"), element="wp.transform")
    p.array("shape_scale", VEC, (0.3, 1), (count,), ("shape_scale", "geom_size"))
    p.array("shape_gap", FLOAT, (0, 0.6), (count,), ("shape_gap", "shape_margin"))
    p.array("shape_data", FOUR, (0.2, 0.6), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.array("shape_ke", FLOAT, (1, 10), (count,), ("shape_material_ke", "shape_ke"))
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_com", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.scalar("contact_max", INT, (2, pairs // 3), ("contact_max", "max_contacts"))
    p.constants({"GEO_PLANE": 0, "GEO_SPHERE": 1, "GEO_CAPSULE": 2, "GEO_BOX": 3, "SEPARATE": 0, "TOUCHING": 1})
    p.constants({"MAX_DIST": p.choices.choice((1000.0, 10000.0)), "EPSILON": p.choices.choice((0.001, 0.0001))})
    for key in ("pair_dist", "contact_dist"):
        p.output(key, FLOAT, (pairs,), (key,))
    for key in ("pair_normal", "pair_point", "pair_point0", "pair_point1", "contact_normal", "contact_point"):
        p.output(key, VEC, (pairs,), (key,))
    p.output("pair_state", INT, (pairs,), ("pair_state", "pair_active"))
    p.output("contact_pair", PAIR, (pairs,), ("contact_pair", "contact_geom"), element="wp.vec2i")
    p.output("contact_count", INT, (1,), ("contact_count", "ncon"), (0, 1))
    p.output("num_touching", INT, (1,), ("num_touching",), (0, 1))
    p.output("num_box_pairs", INT, (1,), ("box_pair_count", "num_skipped"), (0, 1))
    p.output("max_depth", FLOAT, (1,), ("max_penetration", "max_depth"), (-0.2, 0))
    p.output("body_f", SPATIAL, (bodies,), ("body_f",), (-1, 1), element="wp.spatial_vector")
    meeting = _MEETING
    if p.choices.chance(0.75):
        meeting = _MEETING_CALLED
        for text in _MEETING_FUNCTIONS:
            p.function(text)
    lines = _COLLIDE.replace("    MEETING\n", meeting[1:])
    lines = with_shape_data(p.choices, lines, "shape_gap", share=0.6)
    end = with_bodies_called(p.choices, p.choices.choice(_COLLIDE_ENDS))
    # what has no contact says so
    left = {"pair_state[tid]": "SEPARATE", "pair_dist[tid]": "MAX_DIST"}
    said = [f"{where} = {value}" for where, value in left.items() if where in end]
    lines = re.sub(r"(?m)^( *)SKIPPED\n", lambda found: "".join(f"{found[1]}{each}\n" for each in said), lines)
    p.write(lines.replace("    END\n", end[1:]))
    titles = ("collide_shapes", "narrow_phase", "collide_pairs", "compute_shape_contacts", "collide_primitives")
    summary = "Where the shapes of each pair meet, by their kinds"
    return p.done("shapes", "shape_pairs", target, summary, titles, ("One thread per pair of shapes.",))


_IMPEDANCE = """
    {# stiffer the further it is violated
    ~}
    {dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    width = solimp[SOURCE, 2]
    imp_x = wp.min(-pos / width, 1.0)
    imp = dmin + imp_x * (dmax - dmin) ~
    dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    imp = float(dmax)
    if -pos < solimp[SOURCE, 2]:
        imp = dmin - (dmax - dmin) * pos / solimp[SOURCE, 2] ~
    dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    imp_x = -pos / solimp[SOURCE, 2]
    if imp_x >= 1.0:
        imp = dmax
    elif imp_x > 0.5:
        # one parabola up to the middle, another from there
        imp = dmax - 2.0 * (1.0 - imp_x) * (1.0 - imp_x) * (dmax - dmin)
    else:
        imp = dmin + 2.0 * imp_x * imp_x * (dmax - dmin)}
    {timeconst = solref[SOURCE][0]
    dampratio = solref[SOURCE][1] ~ dampratio = solref[SOURCE][1]
    timeconst = solref[SOURCE][0]}
    {?0.6 if refsafe:
        timeconst = wp.max(timeconst, 2.0 * timestep)}
    {k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio)
    b_imp = 2.0 / (dmax * timeconst) ~
    b_imp = 2.0 / (dmax * timeconst)
    k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio) ~
    if timeconst > 0.0:
        k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio)
        b_imp = 2.0 / (dmax * timeconst)
    else:
        # given directly
        k_imp = -timeconst / (dmax * dmax)
        b_imp = -dampratio / dmax}
"""
_FINISH = """
    efc_D[worldid, efcid] = {1.0 / (invweight * (1.0 - imp) / imp) ~ imp / (invweight * (1.0 - imp))}
    {efc_vel[worldid, efcid] = vel
    ~}
    efc_aref[worldid, efcid] = -k_imp * imp * pos - b_imp * vel
    efc_pos[worldid, efcid] = {pos + margin ~ pos}
    {?0.6 efc_margin[worldid, efcid] = margin}
    {?0.5 efc_frictionloss[worldid, efcid] = 0.0}
"""
_LIMIT_ROW = """
    {if not jnt_limited[u]:
        return ~ # joints that turn freely
    if jnt_limited[u] == 0:
        return}
    kind = jnt_type[u]
    {# free joints have no limits
    if kind == JNT_FREE:
        return ~ if kind == JNT_FREE:
        return}
    {dofadr = jnt_dofadr[u]
    qposadr = jnt_qposadr[u] ~ qposadr = jnt_qposadr[u]
    dofadr = jnt_dofadr[u]}
    margin = jnt_margin[u]
    {lower = jnt_range[u][0]
    upper = jnt_range[u][1] ~ limits = jnt_range[u]
    lower = limits[0]
    upper = limits[1]}
    pos = float(0.0)
    vel = float(0.0)
    side = float(1.0)
    axis = wp.vec3(0.0, 0.0, 0.0)
    if kind == JNT_BALL:
        # how far it is turned in all, the scalar part first
        scalar = qpos[worldid, qposadr]
        part = wp.vec3(qpos[worldid, qposadr + 1], qpos[worldid, qposadr + 2], qpos[worldid, qposadr + 3])
        {# the shorter way around
        ~}
        if scalar < 0.0:
            part = -part
        {axis = safe_normalize(part)
        angle = turn_angle(scalar, part) ~
        axis = safe_normalize(part)
        angle = turn_angle(scalar, part) ~
        sin_half = wp.length(part)
        if sin_half > 0.0:
            axis = part / sin_half
        angle = 2.0 * wp.atan2(sin_half, wp.abs(scalar))}
        pos = wp.max(lower, upper) - angle - margin
        side = -1.0
        for k in range(3):
            vel -= axis[k] * qvel[worldid, dofadr + k]
    else:
        {dist_lower = qpos[worldid, qposadr] - lower
        dist_upper = upper - qpos[worldid, qposadr]
        pos = wp.min(dist_lower, dist_upper) - margin
        if dist_upper < dist_lower:
            side = -1.0 ~
        q = qpos[worldid, qposadr]
        pos = q - lower - margin
        if upper - q < q - lower:
            # nearer to the upper end
            pos = upper - q - margin
            side = -1.0}
        vel = side * qvel[worldid, dofadr]
    {if pos >= 0.0:
        return ~ # not reached
    if pos >= 0.0:
        {?0.5 limit_active[worldid, u] = 0}
        return
    {?0.5 limit_active[worldid, u] = 1}}
    ROW
    for k in range({nv ~ efc_J.shape[2]}):
        efc_J[worldid, efcid, k] = 0.0
    if kind == JNT_BALL:
        for k in range(3):
            efc_J[worldid, efcid, dofadr + k] = -axis[k]
    else:
        efc_J[worldid, efcid, dofadr] = side
    invweight = dof_invweight[dofadr]
    IMPEDANCE
    {efc_type[worldid, efcid] = EFC_LIMIT
    efc_id[worldid, efcid] = u ~ efc_id[worldid, efcid] = u
    efc_type[worldid, efcid] = EFC_LIMIT ~ efc_id[worldid, efcid] = u}
    FINISH
"""
_TAKEN_ROWS = (
    """
    efcid = wp.atomic_add(nefc, worldid, 1)
    {if efcid >= njmax:
        {?0.4 wp.printf("world %d: more than %d rows\\n", worldid, njmax)}
        return ~
    if efcid >= efc_J.shape[1]:
        return}
    """,
    """
    # its place among the rows of the limits
    efcid = limit_row[u]
    {nl[worldid, u] = 1 ~ wp.atomic_add(num_limits, worldid, 1)}
    """,
)
_PYRAMID = """
    {if u >= wp.min(nacon[0], naconmax):
        return ~ if u >= nacon[0]:
        return}
    condim = contact_dim[u]
    {pos = contact_dist[u] - contact_margin[u] ~ margin = contact_margin[u]
    pos = contact_dist[u] - margin}
    if pos >= 0.0:
        return
    worldid = contact_world[u]
    nrows = int(1)
    if condim > 1:
        # two edges of the pyramid for each tangent
        nrows = 2 * (condim - 1)
    ROWS
    geom = contact_geom[u]
    body1 = geom_bodyid[geom[0]]
    body2 = geom_bodyid[geom[1]]
    frame = contact_frame[u]
    con_pos = contact_pos[u]
    friction = contact_friction[u, 0]
    {offset1 = con_pos - subtree_com[worldid, body_rootid[body1]]
    offset2 = con_pos - subtree_com[worldid, body_rootid[body2]] ~
    com1 = subtree_com[worldid, body_rootid[body1]]
    com2 = subtree_com[worldid, body_rootid[body2]]
    offset1 = con_pos - com1
    offset2 = con_pos - com2}
    invweight = body_invweight[body1] + body_invweight[body2]
    if condim > 1:
        {invweight = invweight * (1.0 + friction * friction) ~ invweight += friction * friction * invweight}
        invweight = 2.0 * friction * friction * invweight / impratio
    IMPEDANCE
    for row in range(nrows):
        efcid = first + row
        tangent = row // 2 + 1
        sign = {1.0 if row % 2 == 0 else -1.0 ~ float(1 - 2 * (row % 2))}
        vel = float(0.0)
        for dof in range({nv ~ efc_J.shape[2]}):
            if isdofancestor[body1, dof] == isdofancestor[body2, dof]:
                # moves both alike, or neither
                efc_J[worldid, efcid, dof] = 0.0
                continue
            jacp = wp.vec3(0.0, 0.0, 0.0)
            jacr = wp.vec3(0.0, 0.0, 0.0)
            if isdofancestor[body2, dof] == 1:
                jacr += wp.spatial_top(cdof[worldid, dof])
                SHIFTED +offset2
            if isdofancestor[body1, dof] == 1:
                jacr -= wp.spatial_top(cdof[worldid, dof])
                SHIFTED -offset1
            {# in the frame of the contact, the normal first
            J_lin = frame * jacp
            J_ang = frame * jacr
            J = J_lin[0]
            if condim > 1:
                mu = sign * contact_friction[u, tangent - 1]
                if tangent < 3:
                    J += mu * J_lin[tangent]
                else:
                    # against turning about the normal, and against rolling
                    J += mu * J_ang[tangent - 3] ~
            J_lin = frame * jacp
            J = J_lin[0]
            if condim > 1 and tangent < 3:
                J += sign * contact_friction[u, tangent - 1] * J_lin[tangent]
            elif condim > 1:
                # against turning about the normal, and against rolling
                J_ang = frame * jacr
                J += sign * contact_friction[u, tangent - 1] * J_ang[tangent - 3] ~
            J = wp.dot(wp.vec3(frame[0, 0], frame[0, 1], frame[0, 2]), jacp)
            if condim > 1:
                mu = sign * contact_friction[u, tangent - 1]
                if tangent < 3:
                    t = wp.vec3(frame[tangent, 0], frame[tangent, 1], frame[tangent, 2])
                    J += mu * wp.dot(t, jacp)
                else:
                    # against turning about the normal, and against rolling
                    axis = wp.vec3(frame[tangent - 3, 0], frame[tangent - 3, 1], frame[tangent - 3, 2])
                    J += mu * wp.dot(axis, jacr)}
            efc_J[worldid, efcid, dof] = J
            vel += J * qvel[worldid, dof]
        {?0.6 contact_row[u, row] = efcid}
        {efc_type[worldid, efcid] = EFC_CONTACT
        efc_id[worldid, efcid] = u ~ efc_id[worldid, efcid] = u ~}
        efc_D[worldid, efcid] = {1.0 / (invweight * (1.0 - imp) / imp) ~ imp / (invweight * (1.0 - imp))}
        {?0.5 efc_vel[worldid, efcid] = vel}
        efc_aref[worldid, efcid] = -k_imp * imp * pos - b_imp * vel
        {?0.6 efc_pos[worldid, efcid] = pos}
"""
_TAKEN_BLOCKS = (
    """
    first = wp.atomic_add(nefc, worldid, nrows)
    # no room for all of its rows
    if first + nrows > {njmax ~ efc_J.shape[1]}:
        {?0.4 wp.atomic_max(njmax_needed, 0, first + nrows)}
        return
    """,
    """
    first = contact_rowadr[u]
    if first + nrows > {njmax ~ efc_J.shape[1]}:
        return
    """,
)
_SHIFTS = (
    """jacp {sign}= wp.spatial_bottom(cdof[worldid, dof])
                jacp {sign}= wp.cross(wp.spatial_top(cdof[worldid, dof]), {offset})""",
    "jacp {sign}= velocity_at(cdof[worldid, dof], {offset})",
)
_MOST_ROWS = 10
"""Edges of the pyramid of a contact with friction against sliding, turning and rolling."""
_AT_OFFSET = """
    def velocity_at(motion: wp.spatial_vector, offset: wp.vec3) -> wp.vec3:
        {return wp.spatial_bottom(motion) + wp.cross(wp.spatial_top(motion), offset) ~
        return wp.spatial_bottom(motion) - wp.cross(offset, wp.spatial_top(motion))}
"""
_TETRAHEDRON = """
    {i = tet_indices[tid, 0]
    j = tet_indices[tid, 1]
    k = tet_indices[tid, 2]
    l = tet_indices[tid, 3] ~
    nodes = tet_nodes[tid]
    i = nodes[0]
    j = nodes[1]
    k = nodes[2]
    l = nodes[3]}
    {?0.4 {if not tet_active[tid]:
        return ~ # what is torn does not pull
    if tet_active[tid] == 0:
        return}}
    x0 = particle_q[i]
    x1 = particle_q[j]
    x2 = particle_q[k]
    x3 = particle_q[l]
    w0 = particle_inv_mass[i]
    w1 = particle_inv_mass[j]
    w2 = particle_inv_mass[k]
    w3 = particle_inv_mass[l]
    {k_mu = tet_materials[tid, 0]
    k_lam = tet_materials[tid, 1] ~ k_lam = tet_materials[tid, 1]
    k_mu = tet_materials[tid, 0]}
    volume = tet_rest_volume[tid]
    inv_rest = tet_poses[tid]
    {D = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0)
    F = D * inv_rest ~ F = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0) * inv_rest}
    COLUMNS
    {?0.8 # how much it is sheared and stretched
    norm = NORM
    if norm > 0.0:
        G = F * wp.transpose(inv_rest) / norm
        g1 = wp.vec3(G[0, 0], G[1, 0], G[2, 0])
        g2 = wp.vec3(G[0, 1], G[1, 1], G[2, 1])
        g3 = wp.vec3(G[0, 2], G[1, 2], G[2, 2])
        g0 = -g1 - g2 - g3
        w_sum = SUM
        {alpha = 1.0 / (k_mu * volume * dt * dt)
        dlambda = -norm / (w_sum + alpha) ~ dlambda = -norm / (w_sum + 1.0 / (k_mu * volume * dt * dt))}
        WRITTEN}
    # how much its volume has changed
    J = DET
    C = J - 1.0 {- k_mu / k_lam ~}
    G = COFACTOR * wp.transpose(inv_rest)
    g1 = wp.vec3(G[0, 0], G[1, 0], G[2, 0])
    g2 = wp.vec3(G[0, 1], G[1, 1], G[2, 1])
    g3 = wp.vec3(G[0, 2], G[1, 2], G[2, 2])
    g0 = -g1 - g2 - g3
    w_sum = SUM
    {alpha = 1.0 / (k_lam * volume * dt * dt)
    dlambda = -C / (w_sum + alpha) ~ dlambda = -C / (w_sum + 1.0 / (k_lam * volume * dt * dt))}
    {?0.5 # damped by how fast it changes
    C_dot = wp.dot(g0, particle_qd[i]) + wp.dot(g1, particle_qd[j])
    C_dot += wp.dot(g2, particle_qd[k]) + wp.dot(g3, particle_qd[l])
    dlambda -= tet_materials[tid, 2] * C_dot}
    WRITTEN
    {?0.4 tet_volume_ratio[tid] = J}
"""
_CORRECTED = """
    wp.atomic_add(delta, i, {w0 * dlambda * g0 ~ g0 * (w0 * dlambda)})
    wp.atomic_add(delta, j, {w1 * dlambda * g1 ~ g1 * (w1 * dlambda)})
    wp.atomic_add(delta, k, {w2 * dlambda * g2 ~ g2 * (w2 * dlambda)})
    wp.atomic_add(delta, l, {w3 * dlambda * g3 ~ g3 * (w3 * dlambda)})
"""
_TETRAHEDRON_WAYS = (
    {
        "COLUMNS": """
    F1 = wp.vec3(F[0, 0], F[1, 0], F[2, 0])
    F2 = wp.vec3(F[0, 1], F[1, 1], F[2, 1])
    F3 = wp.vec3(F[0, 2], F[1, 2], F[2, 2])
""",
        "NORM": "wp.sqrt(wp.dot(F1, F1) + wp.dot(F2, F2) + wp.dot(F3, F3))",
        "SUM": "w0 * wp.dot(g0, g0) + w1 * wp.dot(g1, g1) + w2 * wp.dot(g2, g2) + w3 * wp.dot(g3, g3)",
        "DET": "{wp.determinant(F) ~ wp.dot(F1, wp.cross(F2, F3))}",
        "COFACTOR": "wp.matrix_from_cols(wp.cross(F2, F3), wp.cross(F3, F1), wp.cross(F1, F2))",
    },
    {
        "COLUMNS": "\n",
        "NORM": "wp.sqrt(wp.ddot(F, F))",
        "SUM": "w0 * wp.length_sq(g0) + w1 * wp.length_sq(g1) + w2 * wp.length_sq(g2) + w3 * wp.length_sq(g3)",
        "DET": "wp.determinant(F)",
        "COFACTOR": "cofactor(F)",
    },
)
"""What the two measures are told from: the columns of the deformation, or all of it at once."""
_TETRAHEDRON_FUNCTIONS = (
    """
    def cofactor(F: wp.mat33) -> wp.mat33:
        f1 = wp.vec3(F[0, 0], F[1, 0], F[2, 0])
        f2 = wp.vec3(F[0, 1], F[1, 1], F[2, 1])
        f3 = wp.vec3(F[0, 2], F[1, 2], F[2, 2])
        return wp.matrix_from_cols(wp.cross(f2, f3), wp.cross(f3, f1), wp.cross(f1, f2))
    """,
)


def _deeper(text: str, by: int) -> str:
    """Lines of a text moved to the right."""
    return text.strip("\n").replace("\n    ", "\n" + " " * (4 + by))


def _filled(text: str, **parts: str) -> str:
    """A text with other texts in the places that their names say, each as deep as its place."""
    lines = list[str]()
    for line in text.split("\n"):
        name = line.strip().rstrip("}").lower()
        if name in parts:
            pad, end = line[: len(line) - len(line.lstrip())], "}" * line.count("}")
            lines.append(pad + _deeper(parts[name], len(pad) - 4).lstrip() + end)
        else:
            lines.append(line)
    return "\n".join(lines)


def _declare_solved(p: Program, worlds: int, rows: int, dofs: int) -> None:
    """What rows of constraints are made of."""
    each = (worlds, rows)
    for key, domain, names in (
        ("efc_D", None, ("efc_D_out", "efc_D")), ("efc_vel", None, ("efc_vel_out", "efc_vel")),
        ("efc_aref", None, ("efc_aref_out", "efc_aref")), ("efc_pos", None, ("efc_pos_out", "efc_pos")),
        ("efc_margin", None, ("efc_margin_out", "efc_margin")),
        ("efc_frictionloss", None, ("efc_frictionloss_out", "efc_frictionloss")),
    ):  # fmt: skip
        p.output(key, FLOAT, each, names, domain)
    p.output("efc_J", FLOAT, (*each, dofs), ("efc_J_out", "efc_J"), (-1, 1))
    p.output("efc_type", INT, each, ("efc_type_out", "efc_type"))
    p.output("efc_id", INT, each, ("efc_id_out", "efc_id"))
    p.output("nefc", INT, (worlds,), ("nefc_out", "nefc"), (0, 2))
    p.array("qpos", FLOAT, (-1.5, 1.5), (worlds, 8 * rows), ("qpos_in", "qpos"))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel_in", "qvel"))
    p.scalar("refsafe", FLAG, (0, 1), ("refsafe", "use_refsafe"))
    p.scalar("timestep", FLOAT, (0.05, 0.4), ("timestep", "opt_timestep"))
    p.sizes(nv=dofs)
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3, "EFC_LIMIT": 3, "EFC_CONTACT": 4})


def _draw_limit_row(stream: Stream) -> KernelSpec:
    """The limit of a joint, a thread for each of each world."""
    worlds, joints = stream.child("sizes").choice(((4, 8), (4, 12), (6, 8), (3, 12), (2, 16)))
    dofs = 3 * joints
    p = Program(stream, ("worldid", "world"), ("u", "jntid", "jnt_id"), launch=(worlds, joints))
    placed = p.choices.chance(0.5)
    rows = joints if placed else joints // 2 + 2
    _declare_solved(p, worlds, rows, dofs)
    p.array("qpos", FLOAT, (-1.5, 1.5), (worlds, 4 * joints), ("qpos_in", "qpos"))
    p.array("jnt_limited", FLAG if p.choices.chance(0.5) else INT, (0, 1), (joints,), ("jnt_limited", "is_limited"))
    p.array("jnt_type", INT, (0, 3), (joints,), ("jnt_type",))
    p.starts("jnt_dofadr", joints, 3, 0, ("jnt_dofadr",))
    p.starts("jnt_qposadr", joints, 4, 0, ("jnt_qposadr",))
    p.places("limit_row", joints, 1, ("limit_rowadr", "jnt_limit_row"))
    p.array("jnt_range", _TWO, (-0.9, 0.9), (joints,), ("jnt_range",), element="wp.vec2")
    p.array("jnt_margin", FLOAT, (0, 0.2), (joints,), ("jnt_margin",))
    p.array("dof_invweight", FLOAT, (0.2, 2), (dofs,), ("dof_invweight0", "dof_invweight"))
    p.array("solref", _TWO, (0.2, 1), (joints,), ("jnt_solref",), element="wp.vec2")
    p.array("solimp", FLOAT, (0.2, 0.9), (joints, 3), ("jnt_solimp",))
    p.scalar("njmax", INT, (rows // 2, rows), ("njmax_in", "njmax"))
    p.output("limit_active", INT, (worlds, joints), ("limit_active_out", "jnt_at_limit"))
    p.output("nl", INT, (worlds, joints), ("limit_used", "row_used"), (0, 1))
    p.output("num_limits", INT, (worlds,), ("nl_out", "num_limits"), (0, 2))
    p.function(
        """
        def turn_angle(scalar: float, v: wp.vec3) -> float:
            {return 2.0 * wp.atan2(wp.length(v), wp.abs(scalar)) ~ half = wp.atan2(wp.length(v), wp.abs(scalar))
            return 2.0 * half}
        """
    )
    impedance = _IMPEDANCE.replace("SOURCE", "u")
    taken = _TAKEN_ROWS[placed]
    p.write(_filled(_LIMIT_ROW, row=taken, impedance=impedance, finish=_FINISH))
    titles = ("efc_limit_rows", "joint_limit_constraint", "add_limit_rows", "limit_constraints")
    summary = "A row for each joint that is beyond its limit"
    told = ("Launched over (worlds, joints).",)
    return p.done("constraints", "row_builders", "limit_row", summary, titles, told)


def _draw_pyramid(stream: Stream) -> KernelSpec:
    """The rows of a contact with friction, a thread for each contact of all worlds."""
    worlds, contacts, bodies, dofs = stream.child("sizes").choice(
        ((3, 12, 5, 6), (2, 8, 5, 6), (4, 12, 6, 7), (3, 16, 6, 6))
    )
    p = Program(stream, ("u", "conid", "contactid", "cid"), launch=(contacts,))
    placed = p.choices.chance(0.5)
    rows = _MOST_ROWS * contacts if placed else contacts
    _declare_solved(p, worlds, rows, dofs)
    p.array("nacon", INT, (contacts // 2, contacts), (1,), ("nacon_in", "nacon"))
    p.scalar("naconmax", INT, (contacts // 2, contacts), ("naconmax_in", "naconmax"))
    p.scalar("njmax", INT, (rows // 2, rows), ("njmax_in", "njmax"))
    p.scalar("impratio", FLOAT, (0.5, 2), ("impratio", "opt_impratio"))
    p.array("contact_dim", INT, (1, 6), (contacts,), ("contact_dim_in", "contact_dim"))
    p.array("contact_world", INT, (0, worlds - 1), (contacts,), ("contact_worldid_in", "contact_worldid"))
    p.array("contact_dist", FLOAT, (-0.5, 0.3), (contacts,), ("contact_dist_in", "contact_dist"))
    p.array("contact_margin", FLOAT, (0, 0.3), (contacts,), ("contact_includemargin_in", "contact_margin"))
    p.corners("contact_geom", PAIR, 2, bodies, (contacts,), ("contact_geom_in",))
    p.array("contact_frame", _MAT, (-1, 1), (contacts,), ("contact_frame_in",), element="wp.mat33")
    p.array("contact_pos", VEC, (-1, 1), (contacts,), ("contact_pos_in",))
    p.array("contact_friction", FLOAT, (0.3, 1), (contacts, 5), ("contact_friction_in",))
    p.array("solref", _TWO, (0.2, 1), (contacts,), ("contact_solref_in",), element="wp.vec2")
    p.array("solimp", FLOAT, (0.2, 0.9), (contacts, 3), ("contact_solimp_in",))
    p.starts("contact_rowadr", contacts, _MOST_ROWS, 0, ("contact_rowadr", "contact_efc_start"))
    p.places("geom_bodyid", bodies, 1, ("geom_bodyid",))
    p.array("body_rootid", INT, (0, bodies - 1), (bodies,), ("body_rootid",))
    p.array("body_invweight", FLOAT, (0.2, 2), (bodies,), ("body_invweight0", "body_invweight"))
    p.array("isdofancestor", INT, (0, 1), (bodies, dofs), ("body_isdofancestor",))
    p.array("subtree_com", VEC, (-1, 1), (worlds, bodies), ("subtree_com_in",))
    p.array("cdof", SPATIAL, (-1, 1), (worlds, dofs), ("cdof_in",), element="wp.spatial_vector")
    p.output("contact_row", INT, (contacts, _MOST_ROWS), ("contact_efc_address_out",), (-1, 0))
    p.output("njmax_needed", INT, (1,), ("njmax_needed", "max_rows_asked"), (0, 3))
    impedance = _IMPEDANCE.replace("SOURCE", "u")
    p.function(_AT_OFFSET)
    shift = _SHIFTS[p.choices.chance(0.7)]
    text = re.sub(r"SHIFTED (.)(\w+)", lambda found: shift.format(sign=found[1], offset=found[2]), _PYRAMID)
    p.write(_filled(text, rows=_TAKEN_BLOCKS[placed], impedance=impedance))
    titles = ("efc_contact_pyramidal", "contact_rows", "add_contact_rows", "contact_constraints")
    summary = "Rows of the friction pyramid of each contact"
    return p.done("constraints", "row_builders", "pyramid_rows", summary, titles, ("One thread per contact.",))


def _draw_tetrahedron(stream: Stream) -> KernelSpec:
    """The corrections of the corners of a tetrahedron, a thread for each."""
    p = Program(stream, ("tid", "tet_id", "tet"))
    tets, particles = p.threads, p.choices.choice((24, 32, 48))
    p.corners("tet_indices", INT, 4, particles, (tets, 4), ("tet_indices", "tet_ids"))
    p.corners("tet_nodes", Type("int32", (4,)), 4, particles, (tets,), ("tet_nodes",))
    p.array("tet_active", FLAG if p.choices.chance(0.5) else INT, (0, 1), (tets,), ("tet_active", "tet_alive"))
    p.array("particle_q", VEC, (-1, 1), (particles,), ("particle_q", "positions"))
    p.array("particle_qd", VEC, (-1, 1), (particles,), ("particle_qd", "velocities"))
    p.array("particle_inv_mass", FLOAT, (0, 1), (particles,), ("particle_inv_mass", "inv_mass"))
    p.array("tet_materials", FLOAT, (0.5, 3), (tets, 3), ("tet_materials",))
    p.array("tet_rest_volume", FLOAT, (0.1, 1), (tets,), ("tet_rest_volume", "rest_volumes"))
    p.array("tet_poses", _MAT, (-1, 1), (tets,), ("tet_poses", "tet_inv_rest"), element="wp.mat33")
    p.scalar("dt", FLOAT, (0.1, 0.5), ("dt",))
    p.output("delta", VEC, (particles,), ("delta", "corrections", "particle_deltas"), (-1, 1))
    p.output("tet_volume_ratio", FLOAT, (tets,), ("tet_volume_ratio",))
    p.guard_count("tet")
    for text in _TETRAHEDRON_FUNCTIONS:
        p.function(text)
    text = _TETRAHEDRON
    for word, way in _TETRAHEDRON_WAYS[p.choices.chance(0.65)].items():
        text = text.replace(f"    {word}\n", way[1:]).replace(word, way)
    p.write(_filled(text, written=_CORRECTED))
    titles = ("solve_tetrahedra", "project_tetrahedra", "solve_tet_constraints", "xpbd_tets")
    summary = "Corrections that bring tetrahedra back to their shape and volume"
    return p.done("constraints", "row_builders", "tetrahedra", summary, titles, ("One thread per tetrahedron.",))


_BUILDERS: dict[str, Callable[[Stream], KernelSpec]] = {
    "limit_row": _draw_limit_row,
    "pyramid_rows": _draw_pyramid,
    "tetrahedra": _draw_tetrahedron,
}


def _draw_builder(stream: Stream, target: str) -> KernelSpec:
    """A stage of a solver."""
    return _BUILDERS[target](stream)


_FORWARD = """
    {?0.5 {if not articulation_mask[tid]:
        return ~ # only what has changed
    if articulation_mask[tid] == 0:
        return}}
    {for i in range(start, end): ~ for link in range(end - start):
        i = start + link}
        {parent = joint_parent[i]
        child = joint_child[i] ~ child = joint_child[i]
        parent = joint_parent[i]}
        kind = joint_type[i]
        {q_start = joint_q_start[i]
        qd_start = joint_qd_start[i] ~ qd_start = joint_qd_start[i]
        q_start = joint_q_start[i]}
        # the frame of the joint on its parent, or on the world
        X_wpj = joint_X_p[i]
        if parent >= 0:
            X_wpj = body_q[parent] * X_wpj
        {X_j = wp.transform_identity()
        VEL v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0) ~
        VEL v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        X_j = wp.transform_identity()}
        if kind == JOINT_PRISMATIC:
            axis = joint_axis[qd_start]
            X_j = wp.transform(axis * joint_q[q_start], wp.quat_identity())
            VEL v_j = wp.spatial_vector(axis * joint_qd[qd_start], wp.vec3(0.0, 0.0, 0.0))
        {elif kind == JOINT_REVOLUTE:
            axis = joint_axis[qd_start]
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), wp.quat_from_axis_angle(axis, joint_q[q_start]))
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), axis * joint_qd[qd_start])
        elif kind == JOINT_BALL:
            q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), q_j)
            VEL w_j = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), w_j) ~
        elif kind == JOINT_BALL:
            q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), q_j)
            VEL w_j = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), w_j)
        elif kind == JOINT_REVOLUTE:
            axis = joint_axis[qd_start]
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), wp.quat_from_axis_angle(axis, joint_q[q_start]))
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), axis * joint_qd[qd_start])}
        {?0.7 elif kind == JOINT_FREE:
            {?0.5 # linear part first, then the quaternion with its scalar last
            ~}
            x_j = wp.vec3(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2])
            q_j = wp.quat(joint_q[q_start + 3], joint_q[q_start + 4], joint_q[q_start + 5], joint_q[q_start + 6])
            X_j = wp.transform(x_j, q_j)
            VEL lin = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL ang = wp.vec3(joint_qd[qd_start + 3], joint_qd[qd_start + 4], joint_qd[qd_start + 5])
            VEL v_j = wp.spatial_vector(lin, ang)}
        {?0.6 elif kind == JOINT_D6:
            pos = wp.vec3(0.0, 0.0, 0.0)
            rot = wp.quat_identity()
            VEL lin = wp.vec3(0.0, 0.0, 0.0)
            VEL ang = wp.vec3(0.0, 0.0, 0.0)
            for k in range(joint_dof_dim[i, 0]):
                pos += joint_axis[qd_start + k] * joint_q[q_start + k]
                VEL lin += joint_axis[qd_start + k] * joint_qd[qd_start + k]
            # the angles turn one after the other
            for k in range(joint_dof_dim[i, 0], joint_dof_dim[i, 0] + joint_dof_dim[i, 1]):
                VEL ang += wp.quat_rotate(rot, joint_axis[qd_start + k]) * joint_qd[qd_start + k]
                rot = rot * wp.quat_from_axis_angle(joint_axis[qd_start + k], joint_q[q_start + k])
            X_j = wp.transform(pos, rot)
            VEL v_j = wp.spatial_vector(lin, ang)}
        X_wcj = X_wpj * X_j
        X_wc = X_wcj * wp.transform_inverse(joint_X_c[i])
        VEL # in the frame of the world, at the origin of the child
        VEL x_child = wp.transform_get_translation(X_wc)
        VEL v_ang = wp.transform_vector(X_wpj, wp.spatial_bottom(v_j))
        VEL v_lin = wp.transform_vector(X_wpj, wp.spatial_top(v_j))
        VEL v_lin += wp.cross(v_ang, x_child - wp.transform_get_translation(X_wcj))
        VEL if parent >= 0:
        VEL     # carried along by the parent
        VEL     r_parent = x_child - wp.transform_get_translation(body_q[parent])
        VEL     v_lin += wp.spatial_top(body_qd[parent]) + wp.cross(wp.spatial_bottom(body_qd[parent]), r_parent)
        VEL     v_ang += wp.spatial_bottom(body_qd[parent])
        {?0.3 # moved by hand
        if body_flags[child] & KINEMATIC != 0:
            continue}
        body_q[child] = X_wc
        VEL body_qd[child] = wp.spatial_vector(v_lin, v_ang)
"""
_COMPOSITE = """
    {?0.5 {if not articulation_mask[tid]:
        return ~ if articulation_mask[tid] == 0:
        return}}
    num_links = end - start
    {?0.4 if num_links == 0:
        return}
    H_start = articulation_H_start[tid]
    # from the leaves to the root
    {for back in range(num_links):
        i = end - back - 1 ~ for i in range(end - 1, start - 1, -1):}
        m = body_mass[i]
        X = body_q_in[i]
        {R = wp.quat_to_matrix(wp.transform_get_rotation(X))
        I_w = R * body_inertia[i] * wp.transpose(R) ~
        rot = wp.transform_get_rotation(X)
        R = wp.matrix_from_cols(
            wp.quat_rotate(rot, wp.vec3(1.0, 0.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 1.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 0.0, 1.0)),
        )
        I_w = R * body_inertia[i] * wp.transpose(R)}
        {c = wp.transform_point(X, body_com[i])
        c_x = wp.skew(c) ~ c_x = wp.skew(wp.transform_point(X, body_com[i]))}
        # about the origin of the world
        I_o = I_w - m * (c_x * c_x)
        M_s = wp.spatial_matrix()
        for r in range(3):
            {M_s[r, r] = m
            for c_k in range(3):
                M_s[r, c_k + 3] = -m * c_x[r, c_k]
                M_s[r + 3, c_k] = m * c_x[r, c_k]
                M_s[r + 3, c_k + 3] = I_o[r, c_k] ~
            M_s[r, r] = m
            for c_k in range(3):
                M_s[r + 3, c_k + 3] = I_o[r, c_k]
                M_s[r + 3, c_k] = m * c_x[r, c_k]
                M_s[r, c_k + 3] = -m * c_x[r, c_k]}
        {# with all that hangs on it
        ~}
        I_c = body_I_c[i] + M_s
        body_I_c[i] = I_c
        parent = joint_parent[i]
        if parent >= 0:
            body_I_c[parent] = body_I_c[parent] + I_c
        {?0.8 {# its row of the mass matrix
        ~}
        F = I_c * joint_S_s[i]
        row = H_start + (i - start) * num_links
        H[row + i - start] = wp.dot(joint_S_s[i], F) {+ joint_armature[i] ~}
        j = int(parent)
        while j >= {start ~ 0}:
            {entry = wp.dot(joint_S_s[j], F)
            H[row + j - start] = entry
            H[H_start + (j - start) * num_links + i - start] = entry ~
            H[row + j - start] = wp.dot(joint_S_s[j], F)}
            j = joint_parent[j]}
"""


def _declare_articulations(p: Program, trees: int, length: int) -> None:
    joints = trees * length
    p.starts("articulation_start", trees + 1, length, 0, ("articulation_start",))
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.array("articulation_mask", FLAG if p.choices.chance(0.5) else INT, (0, 1), (trees,), ("articulation_mask",))
    p.parents("joint_parent", trees, length, ("joint_parent",))
    p.starts("joint_child", joints, 1, 0, ("joint_child",))
    p.starts("joint_q_start", joints, 7, 0, ("joint_q_start",))
    p.starts("joint_qd_start", joints, 6, 0, ("joint_qd_start",))
    p.starts("articulation_H_start", trees, length * length, 0, ("articulation_H_start",))
    p.array("joint_type", INT, (0, 5), (joints,), ("joint_type",))
    p.array("joint_dof_dim", INT, (0, 3), (joints, 2), ("joint_dof_dim",))
    for key in ("joint_X_p", "joint_X_c", "body_q_in"):
        p.array(key, FRAME, (-1, 1), (joints,), (key.removesuffix("_in"),), element="wp.transform")
    p.array("joint_axis", VEC, (-1, 1), (6 * joints,), ("joint_axis",))
    p.array("joint_q", FLOAT, (-1, 1), (7 * joints,), ("joint_q",))
    p.array("joint_qd", FLOAT, (-1, 1), (6 * joints,), ("joint_qd",))
    p.array("body_flags", INT, (0, 3), (joints,), ("body_flags",))
    p.array("body_mass", FLOAT, (0.2, 2), (joints,), ("body_mass",))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com",))
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia",), element="wp.mat33")
    p.array("joint_armature", FLOAT, (0.1, 1), (joints,), ("joint_armature",))
    p.array("joint_S_s", SPATIAL, (-0.6, 0.6), (joints,), ("joint_S_s",), element="wp.spatial_vector")
    p.constants({
        "JOINT_PRISMATIC": 0, "JOINT_REVOLUTE": 1, "JOINT_BALL": 2, "JOINT_FIXED": 3, "JOINT_FREE": 4, "JOINT_D6": 5,
        "KINEMATIC": 2,
    })  # fmt: skip
    p.output("body_q", FRAME, (joints,), ("body_q",), (-1, 1), element="wp.transform")
    p.output("body_qd", SPATIAL, (joints,), ("body_qd",), (-1, 1), element="wp.spatial_vector")
    p.output("body_I_c", _SQUARE, (joints,), ("body_I_c", "body_Ic_s"), (-0.2, 0.2), element="wp.spatial_matrix")
    p.output("H", FLOAT, (trees * length * length,), ("H", "mass_matrix"), (-1, 1))


_TREE_SIZES = ((8, 4), (12, 3), (8, 5), (16, 3))
_TREE_REMARKS = ("One thread per articulation.", "Joints of an articulation stand in a row, parents first.")


def _begin_articulations(stream: Stream) -> Program:
    """A kernel that goes through trees of joints, a thread for each."""
    trees, length = stream.child("trees").choice(_TREE_SIZES)
    p = Program(stream, ("tid",), launch=(trees,))
    _declare_articulations(p, trees, length)
    p.guard_count("articulation")
    return p


def _draw_forward(stream: Stream, target: str) -> KernelSpec:
    """A tree of joints from its root to its leaves, a thread for each."""
    p = _begin_articulations(stream)
    text = _FORWARD
    if p.choices.child("quaternions").chance(0.75):
        text = text.replace("wp.quat(joint_q[", "unit_quat(joint_q[")
    p.write(with_bodies_called(p.choices, with_marked(text, "VEL ", kept=p.choices.chance(0.65))))
    titles = ("eval_articulation_fk", "eval_fk", "forward_kinematics", "update_body_poses")
    summary = "Poses of bodies from the coordinates of their joints"
    return p.done("joints", "tree_passes", target, summary, titles, _TREE_REMARKS)


def _draw_composite(stream: Stream, target: str) -> KernelSpec:
    """A tree of joints from its leaves to its root, a thread for each."""
    p = _begin_articulations(stream)
    p.write(_COMPOSITE)
    titles = ("eval_composite_inertia", "composite_rigid_body", "eval_mass_matrix_crba", "crb_accumulate")
    summary = "Inertia of each body with all that hangs on it"
    return p.done("multibody", "composite_bodies", target, summary, titles, _TREE_REMARKS)


_RESET = """
    {if not world_reset[u]:
        return ~ {# only the worlds that asked for it
    ~}
    if world_reset[u] == 0:
        return ~ if not (world_done[u] or world_truncated[u]):
        return}
    time[u] = 0.0
    COUNTED
    {for k in range({nq ~ qpos.shape[1]}):
        qpos[u, k] = qpos0[k]
    {?0.7 for k in range({nv ~ qvel.shape[1]}):
        qvel[u, k] = 0.0
        {?0.6 qacc_warmstart[u, k] = 0.0}
        {?0.4 qfrc_applied[u, k] = 0.0}} ~
    for k in range({nq ~ qpos.shape[1]}):
        qpos[u, k] = qpos0[k]
        {# there are as many speeds, or one less for each quaternion
        ~}
        if k < {nv ~ qvel.shape[1]}:
            qvel[u, k] = 0.0
            {?0.6 qacc_warmstart[u, k] = 0.0} ~
    for k in range({nq ~ qpos.shape[1]}):
        qpos[u, k] = qpos_key[key, k]
    for k in range({nv ~ qvel.shape[1]}):
        qvel[u, k] = qvel_key[key, k]
        {?0.6 qacc_warmstart[u, k] = 0.0
        qfrc_applied[u, k] = 0.0} ~
    {# from the file of the model; the root stays where it is put
    ~}
    for k in range({nq ~ qpos.shape[1]}):
        qpos[u, k] = qpos0[k]
        if k >= ROOT_NQ:
            {# the joints are moved by what was drawn
            ~}
            qpos[u, k] += {noise_scale * qpos_noise[u, k] ~ qpos_noise[u, k]}
    for k in range({nv ~ qvel.shape[1]}):
        qvel[u, k] = {qvel_noise[u, k] ~ 0.0}
        {?0.5 qacc_warmstart[u, k] = 0.0}}
    {?0.8 for k in range({nu ~ ctrl.shape[1]}):
        ctrl[u, k] = {0.0 ~ ctrl0[k]}
        LAST_ACTION}
    {?0.6 for k in range({na ~ act.shape[1]}):
        act[u, k] = 0.0
        {?0.5 act_dot[u, k] = 0.0}}
    {?0.7 for k in range({nbody ~ xfrc_applied.shape[1]}):
        xfrc_applied[u, k] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        {?0.6 {mocapid = body_mocapid[k]
        if mocapid >= 0:
            mocap_pos[u, mocapid] = body_pos[k]
            mocap_quat[u, mocapid] = body_quat[k] ~ if body_mocapid[k] >= 0:
            mocap_pos[u, body_mocapid[k]] = body_pos[k]
            mocap_quat[u, body_mocapid[k]] = body_quat[k]}}}
    KEPT
    {world_reset_done[u] = True ~ ~}
"""


_RESET_PARTS = (
    {
        "COUNTED": """
    {* nefc[u] = 0
    ncon[u] = 0 ~ solver_niter[u] = 0 ~ energy[u] = wp.vec2(0.0, 0.0)}
        """,
        "LAST_ACTION": "",
        "KEPT": """
    {?0.6 for k in range({neq ~ eq_active.shape[1]}):
        eq_active[u, k] = eq_active0[k]}
    {?0.6 for k in range({nsensordata ~ sensordata.shape[1]}):
        sensordata[u, k] = 0.0}
    {?0.5 for k in range({ntree ~ tree_asleep.shape[1]}):
        tree_asleep[u, k] = tree_asleep0[k]}
        """,
    },
    {
        "COUNTED": """
    {* episode_return[u] = 0.0
    episode_length[u] = 0 ~ goal_index[u] = 0 ~ reset_count[u] += 1}
        """,
        "LAST_ACTION": "    {?0.6 last_action[u, k] = 0.0}",
        "KEPT": """
    {?0.5 {# the delayed actions of the last episode
    ~}
    for lag in range(action_buffer.shape[1]):
        for k in range({nu ~ action_buffer.shape[2]}):
            action_buffer[u, lag, k] = 0.0}
        """,
    },
)
"""What a simulation keeps of a world beside its state, and what an environment for learning does."""


def _draw_reset(stream: Stream, target: str) -> KernelSpec:
    """A world that starts anew, a thread for each."""
    p = Program(stream, ("u", "worldid", "world", "env_id"))
    worlds = p.threads
    nq, nv, nu, na, nbody, neq, nsensor, ntree = p.choices.choice((
        (9, 8, 4, 2, 6, 3, 10, 1), (13, 12, 6, 3, 8, 4, 10, 2), (8, 7, 5, 4, 6, 2, 12, 1), (11, 10, 5, 2, 7, 3, 6, 4),
    ))  # fmt: skip
    p.sizes(nq=nq, nv=nv, nu=nu, na=na, nbody=nbody, neq=neq, nsensordata=nsensor, ntree=ntree)
    p.array("world_reset", FLAG if p.choices.chance(0.5) else INT, (0, 1), (worlds,), ("reset_in", "world_reset"))
    p.array("world_done", FLAG, (0, 1), (worlds,), ("terminated", "world_done"))
    p.array("world_truncated", FLAG, (0, 1), (worlds,), ("truncated", "timed_out"))
    p.scalar("key", INT, (0, 2), ("key", "keyframe"))
    p.constants({"ROOT_NQ": 7})
    p.scalar("noise_scale", FLOAT, (0.1, 1), ("noise_scale", "reset_noise"))
    p.array("qpos0", FLOAT, (-1, 1), (nq,), ("qpos0", "default_qpos"))
    p.array("qpos_key", FLOAT, (-1, 1), (3, nq), ("key_qpos",))
    p.array("qvel_key", FLOAT, (-1, 1), (3, nv), ("key_qvel",))
    p.array("qpos_noise", FLOAT, (-1, 1), (worlds, nq), ("qpos_noise",))
    p.array("qvel_noise", FLOAT, (-1, 1), (worlds, nv), ("qvel_noise",))
    p.array("ctrl0", FLOAT, (-1, 1), (nu,), ("default_ctrl", "ctrl0"))
    p.places("body_mocapid", nbody, 1, ("body_mocapid",))
    p.array("body_pos", VEC, (-1, 1), (nbody,), ("body_pos",))
    p.array("body_quat", FOUR, (-1, 1), (nbody,), ("body_quat",), element="wp.quat")
    p.array("eq_active0", FLAG, (0, 1), (neq,), ("eq_active0",))
    p.array("tree_asleep0", INT, (-1, 3), (ntree,), ("tree_asleep_init",))
    for key, kind, span in (
        ("time", FLOAT, (0, 2)), ("episode_return", FLOAT, (-1, 1)),
        ("solver_niter", INT, (0, 9)), ("nefc", INT, (0, 9)), ("ncon", INT, (0, 9)), ("episode_length", INT, (0, 9)),
        ("reset_count", INT, (0, 9)), ("goal_index", INT, (0, 5)),
        ("world_reset_done", FLAG, (0, 1)),
    ):  # fmt: skip
        p.output(key, kind, (worlds,), (f"{key}_out", key), span)
    p.output("energy", _TWO, (worlds,), ("energy_out", "energy"), (0, 2), element="wp.vec2")
    for key, size in (
        ("qpos", nq), ("qvel", nv), ("qacc_warmstart", nv), ("qfrc_applied", nv), ("ctrl", nu),
        ("last_action", nu), ("act", na), ("act_dot", na), ("sensordata", nsensor),
    ):  # fmt: skip
        p.output(key, FLOAT, (worlds, size), (f"{key}_out", key), (-1, 1))
    p.output("action_buffer", FLOAT, (worlds, 3, nu), ("action_buffer", "action_history"), (-1, 1))
    p.output("eq_active", FLAG, (worlds, neq), ("eq_active_out", "eq_active"), (0, 1))
    p.output("tree_asleep", INT, (worlds, ntree), ("tree_asleep_out", "tree_asleep"), (0, 3))
    p.output("xfrc_applied", SPATIAL, (worlds, nbody), ("xfrc_applied_out",), (-1, 1), element="wp.spatial_vector")
    p.output("mocap_pos", VEC, (worlds, nbody), ("mocap_pos_out", "mocap_pos"), (-1, 1))
    p.output("mocap_quat", FOUR, (worlds, nbody), ("mocap_quat_out", "mocap_quat"), (-1, 1), element="wp.quat")
    parts = p.choices.child("parts").choice(_RESET_PARTS)
    p.write(_filled(_RESET, **{name.lower(): part.rstrip() for name, part in parts.items()}))
    titles = ("reset_worlds", "reset_data", "reset_world_state", "begin_episodes", "reset_nworld")
    return p.done("state", "resets", target, "Puts worlds back to where they begin", titles, ("One thread per world.",))


_SOLVE = """
    {if tid >= contact_count[0]:
        return ~ if tid >= wp.min(contact_count[0], contact_max):
        return}
    shape_a = contact_shape0[tid]
    shape_b = contact_shape1[tid]
    {if shape_a == shape_b:
        return
    ~}
    {# the ground is no body and does not move
    ~}
    body_a = int(-1)
    body_b = int(-1)
    if shape_a >= 0:
        body_a = shape_body[shape_a]
    if shape_b >= 0:
        body_b = shape_body[shape_b]
    {?0.5 if body_a < 0 and body_b < 0:
        return}
    X_a = wp.transform_identity()
    X_b = wp.transform_identity()
    com_a = wp.vec3(0.0, 0.0, 0.0)
    com_b = wp.vec3(0.0, 0.0, 0.0)
    m_a = float(0.0)
    m_b = float(0.0)
    I_a = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    I_b = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if body_a >= 0:
        X_a = body_q[body_a]
        com_a = body_com[body_a]
        m_a = body_inv_mass[body_a]
        I_a = body_inv_inertia[body_a]
    if body_b >= 0:
        X_b = body_q[body_b]
        com_b = body_com[body_b]
        m_b = body_inv_mass[body_b]
        I_b = body_inv_inertia[body_b]
    n = contact_normal[tid]
    p_a = wp.transform_point(X_a, contact_point0[tid])
    p_b = wp.transform_point(X_b, contact_point1[tid])
    {depth = gap_along(n, p_a, p_b) - contact_margin[tid] ~ depth = gap_along(n, p_a, p_b) ~
    depth = wp.dot(n, p_b - p_a) - contact_margin[tid] ~
    depth = wp.dot(n, p_b - p_a) - contact_margin0[tid] - contact_margin1[tid] ~ depth = wp.dot(n, p_b - p_a)}
    {# apart
    if depth >= 0.0:
        return ~ if depth >= 0.0:
        {?0.6 contact_lambda[tid] = 0.0}
        return}
    r_a = p_a - wp.transform_point(X_a, com_a)
    r_b = p_b - wp.transform_point(X_b, com_b)
    q_a = wp.transform_get_rotation(X_a)
    q_b = wp.transform_get_rotation(X_b)
    WEIGHED
    if w_n <= 0.0:
        return
    {alpha = compliance / (dt * dt)
    lam = -depth / (w_n + alpha) ~ lam = -depth / (w_n + compliance / (dt * dt))}
    {?0.5 lam *= relaxation}
    impulse = n * lam
    {?0.8 # friction against what it has slipped since the last step
    {{# the ground leaves it to what stands on it
    ~}
    mu = float(0.0)
    if shape_a >= 0:
        mu = shape_mu[shape_a]
    if shape_b >= 0:
        mu = wp.max(mu, shape_mu[shape_b]) ~ mu = contact_mu[tid]}
    slip = p_b - p_a - (wp.transform_point(X_b, contact_last1[tid]) - wp.transform_point(X_a, contact_last0[tid]))
    {slip -= n * wp.dot(n, slip) ~ slip = across(slip, n) ~ slip = across(slip, n)}
    dist = wp.length(slip)
    if dist > 0.0:
        t = slip / dist
        SLID
        {if w_t > 0.0:
            # inside the cone
            lam_t = wp.min(dist / (w_t + compliance / (dt * dt)), mu * lam)
            impulse -= t * lam_t ~
        if w_t > 0.0:
            lam_t = dist / (w_t + compliance / (dt * dt))
            if lam_t > mu * lam:
                # it slides
                lam_t = mu * lam
                {?0.5 wp.atomic_add(num_sliding, 0, 1)}
            impulse -= t * lam_t}}
    {?0.6 contact_lambda[tid] = lam}
"""
_WEIGHED = (
    """
    {# what turns the bodies, in their own frames
    ~}
    turn_a = wp.quat_rotate_inv(q_a, wp.cross(r_a, n))
    turn_b = wp.quat_rotate_inv(q_b, wp.cross(r_b, n))
    w_n = m_a + m_b + wp.dot(turn_a, I_a * turn_a) + wp.dot(turn_b, I_b * turn_b)
    """,
    """
    w_n = inverse_mass(q_a, m_a, I_a, r_a, n) + inverse_mass(q_b, m_b, I_b, r_b, n)
    """,
)
"""How much the bodies give way along the normal."""
_SLID = (
    """
    side_a = wp.quat_rotate_inv(q_a, wp.cross(r_a, t))
    side_b = wp.quat_rotate_inv(q_b, wp.cross(r_b, t))
    w_t = m_a + m_b + wp.dot(side_a, I_a * side_a) + wp.dot(side_b, I_b * side_b)
    """,
    """
    w_t = inverse_mass(q_a, m_a, I_a, r_a, t) + inverse_mass(q_b, m_b, I_b, r_b, t)
    """,
)
_MOVED = (
    """
    if body_SIDE >= 0:
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, turn_by(q_SIDE, I_SIDE, r_SIDE, impulse)))
        COUNT
    """,
    """
    if body_SIDE >= 0:
        ang_SIDE = wp.quat_rotate(q_SIDE, I_SIDE * wp.quat_rotate_inv(q_SIDE, wp.cross(r_SIDE, impulse)))
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, ang_SIDE))
        COUNT
    """,
    """
    if body_SIDE >= 0:
        local_SIDE = I_SIDE * wp.quat_rotate_inv(q_SIDE, wp.cross(r_SIDE, impulse))
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, wp.quat_rotate(q_SIDE, local_SIDE)))
        COUNT
    """,
    """
    if body_SIDE >= 0:
        R_SIDE = wp.quat_to_matrix(q_SIDE)
        I_world_SIDE = R_SIDE * I_SIDE * wp.transpose(R_SIDE)
        ang_SIDE = I_world_SIDE * wp.cross(r_SIDE, impulse)
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, ang_SIDE))
        COUNT
    """,
)
_ACROSS = """
    def across(v: wp.vec3, n: wp.vec3) -> wp.vec3:
        return v - n * wp.dot(n, v)
"""
_SOLVE_FUNCTIONS = (
    """
    def inverse_mass(q: wp.quat, inv_m: float, inv_I: wp.mat33, r: wp.vec3, n: wp.vec3) -> float:
        {# what turns the body, in its own frame
        ~}
        turn = wp.quat_rotate_inv(q, wp.cross(r, n))
        return inv_m + wp.dot(turn, inv_I * turn)
    """,
    """
    def turn_by(q: wp.quat, inv_I: wp.mat33, r: wp.vec3, impulse: wp.vec3) -> wp.vec3:
        {return wp.quat_rotate(q, inv_I * wp.quat_rotate_inv(q, wp.cross(r, impulse))) ~
        local = inv_I * wp.quat_rotate_inv(q, wp.cross(r, impulse))
        return wp.quat_rotate(q, local)}
    """,
)


def _draw_solve(stream: Stream, target: str) -> KernelSpec:
    """A contact of two bodies, a thread for each."""
    p = Program(stream, ("tid", "contact_id", "cid"))
    contacts, count, bodies = p.threads, p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    p.array("contact_count", INT, (contacts // 3, contacts), (1,), ("contact_count", "rigid_contact_count"))
    p.scalar("contact_max", INT, (contacts // 2, contacts), ("contact_max", "max_contacts"))
    for key in ("contact_shape0", "contact_shape1"):
        p.array(key, INT, (-1, count - 1), (contacts,), (key, f"rigid_{key}"))
    for key in ("contact_point0", "contact_point1", "contact_normal"):
        p.array(key, VEC, (-1, 1), (contacts,), (key, f"rigid_{key}"))
    p.array("contact_last0", VEC, (-1, 1), (contacts,), ("contact_point0_prev", "prev_point0"))
    p.array("contact_last1", VEC, (-1, 1), (contacts,), ("contact_point1_prev", "prev_point1"))
    for key in ("contact_margin", "contact_margin0", "contact_margin1"):
        p.array(key, FLOAT, (0, 0.5), (contacts,), (key, key.replace("margin", "thickness")))
    p.array("contact_mu", FLOAT, (0.2, 1), (contacts,), ("contact_mu", "contact_friction"))
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_mu", FLOAT, (0.2, 1), (count,), ("shape_mu", "shape_material_mu"))
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_com", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.array("body_inv_mass", FLOAT, (0.2, 2), (bodies,), ("body_inv_mass", "body_inv_m"))
    p.array("body_inv_inertia", _MAT, (-0.2, 0.4), (bodies,), ("body_inv_inertia", "body_inv_I"), element="wp.mat33")
    p.scalar("dt", FLOAT, (0.5, 1), ("dt", "substep_dt"))
    p.scalar("compliance", FLOAT, (0.1, 1), ("compliance", "contact_compliance"))
    p.scalar("relaxation", FLOAT, (0.3, 1), ("relaxation", "contact_relaxation"))
    p.output("contact_lambda", FLOAT, (contacts,), ("contact_lambda", "contact_impulse"))
    p.output("body_delta", SPATIAL, (bodies,), ("body_delta", "deltas"), (-1, 1), element="wp.spatial_vector")
    p.output("body_contacts", INT, (bodies,), ("body_contact_count", "contact_weight"), (0, 2))
    p.output("num_sliding", INT, (1,), ("num_sliding", "sliding_count"), (0, 2))
    called = p.choices.chance(0.7)
    if called:
        for text in _SOLVE_FUNCTIONS:
            p.function(text)
    p.function(_MEETING_FUNCTIONS[0])
    p.function(_ACROSS)
    moved = (_MOVED[0] if called else p.choices.choice(_MOVED[1:])).strip("\n").rstrip()
    moved = moved.replace("COUNT", "wp.atomic_add(body_contacts, body_SIDE, 1)" if p.choices.chance(0.5) else "")
    # what moves one body away moves the other back
    back = moved if p.choices.chance(0.4) else moved.replace("wp.spatial_vector(", "-wp.spatial_vector(")
    sides = (
        back.replace("ATOMIC", "atomic_sub" if back == moved else "atomic_add").replace("SIDE", "a"),
        moved.replace("ATOMIC", "atomic_add").replace("SIDE", "b"),
    )
    lines = _filled(_SOLVE.rstrip(), weighed=_WEIGHED[called], slid=_SLID[called])
    p.write("\n".join((lines, *sides)))
    titles = ("solve_body_contacts", "solve_contact_positions", "project_contacts", "apply_contact_corrections")
    summary = "Corrections that move the bodies of each contact apart"
    return p.done("contact", "contact_solvers", target, summary, titles, ("One thread per contact.",))


RECIPES = (
    Recipe(
        name="contact_solvers",
        category="contact",
        targets=("solve_positions",),
        draw=_draw_solve,
        target_weights={"solve_positions": 2.0},
    ),
    Recipe(
        name="shape_pairs",
        category="shapes",
        targets=("collide_shapes",),
        draw=_draw_collide,
        target_weights={"collide_shapes": 1.0},
    ),
    Recipe(
        name="row_builders",
        category="constraints",
        targets=tuple(_BUILDERS),
        draw=_draw_builder,
        target_weights={"limit_row": 3.0, "pyramid_rows": 2.3, "tetrahedra": 2.2},
    ),
    Recipe(
        name="tree_passes",
        category="joints",
        targets=("forward_kinematics",),
        draw=_draw_forward,
        target_weights={"forward_kinematics": 2.2},
    ),
    Recipe(
        name="composite_bodies",
        category="multibody",
        targets=("composite_inertia",),
        draw=_draw_composite,
        target_weights={"composite_inertia": 1.5},
    ),
    Recipe(
        name="resets",
        category="state",
        targets=("reset_data",),
        draw=_draw_reset,
        target_weights={"reset_data": 2.4},
    ),
)
