"""Shapes that collide: pairs of primitives, their bounds, and distances to them."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, FRAME, INT, PAIR, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_TYPES = {"PLANE": 0, "SPHERE": 1, "BOX": 2, "CAPSULE": 3}


def _shapes(p: Program) -> int:
    """Shapes on bodies; returns how many there are."""
    count = p.choices.choice((16, 24, 32))
    p.array("shape_type", INT, (0, 3), (count,), ("shape_type", "geom_type", "shape_types"))
    p.array("shape_pos", VEC, (-0.6, 0.6), (count,), ("shape_pos", "geom_xpos", "centers"))
    p.array("shape_scale", VEC, (0.2, 0.9), (count,), ("shape_scale", "geom_size", "half_extents"))
    p.array("shape_body", INT, (-1, 11), (count,), ("shape_body", "geom_bodyid", "body_ids"))
    p.array("shape_flags", INT, (0, 3), (count,), ("shape_flags", "flags"))
    p.array("shape_group", INT, (-1, 2), (count,), ("collision_group", "shape_group", "group"))
    p.array("margin_of", FLOAT, (0.05, 0.4), (count,), ("shape_margin", "geom_margin", "thickness"))
    p.array("friction_of", FLOAT, (0.1, 1), (count,), ("shape_mu", "geom_friction", "friction"))
    p.array("body_q", FRAME, (-1, 1), (12,), ("body_q", "body_xform", "transforms"), element="wp.transform")
    p.array("body_v", VEC, (-1, 1), (12,), ("body_v", "body_vel", "velocities"))
    p.number("margin", (0.1, 0.5), ("margin", "contact_margin", "rigid_contact_margin"), ("0.1", "0.2"))
    p.constants(_TYPES)
    p.constants({"COLLIDE": 1, "VISIBLE": 2})
    return count


_NARROW = {
    "sphere_sphere": """
        d = pb - pa
        r = wp.length(d)
        dist = r - ra - rb
        n = wp.vec3({1.0, 0.0, 0.0 ~ 0.0, 0.0, 1.0})
        if r > TINY:
            n = d / r
        point = pa + n * (ra + 0.5 * dist)
    """,
    "sphere_plane": """
        n = {axis_of[a] ~ axis}
        {?0.3 if wp.dot(n, n) < TINY:
            return}
        h = wp.dot(pb - pa, n)
        dist = h - rb
        {?0.3 # below the plane by more than its size
        if dist < {-2.0 * rb ~ -rb}:
            {wp.atomic_add(deep, 0, 1) ~ return}}
        point = pb - n * (rb + 0.5 * dist)
    """,
    "sphere_box": """
        half = shape_scale[a]
        d = pb - pa
        {qx = wp.clamp(d[0], -half[0], half[0])
        qy = wp.clamp(d[1], -half[1], half[1])
        qz = wp.clamp(d[2], -half[2], half[2])
        q = wp.vec3(qx, qy, qz) ~ q = wp.min(wp.max(d, -half), half)}
        away = d - q
        r = wp.length(away)
        n = wp.vec3(0.0, 0.0, 1.0)
        if r > {0.01 ~ 1.0e-2}:
            n = away / r
        {else:
            # the centre is inside: out through the nearest face
            gx = half[0] - wp.abs(d[0])
            gy = half[1] - wp.abs(d[1])
            gz = half[2] - wp.abs(d[2])
            if gx <= gy and gx <= gz:
                n = wp.vec3(wp.sign(d[0]), 0.0, 0.0)
                r = -gx
            elif gy <= gz:
                n = wp.vec3(0.0, wp.sign(d[1]), 0.0)
                r = -gy
            else:
                n = wp.vec3(0.0, 0.0, wp.sign(d[2]))
                r = -gz ~}
        dist = r - rb
        point = pa + q
    """,
    "capsule_sphere": """
        axis_a = {axis_of[a] ~ wp.normalize(axis_of[a])} * {shape_scale[a][1] ~ half_length}
        d = pb - pa
        t = wp.dot(d, axis_a) / (wp.dot(axis_a, axis_a) + TINY)
        {t = wp.clamp(t, -1.0, 1.0) ~ if t > 1.0:
            t = 1.0
        elif t < -1.0:
            t = -1.0 ~ t = wp.max(wp.min(t, 1.0), -1.0)}
        near = pa + axis_a * t
        away = pb - near
        r = wp.length(away)
        # no direction to push in
        if r < {0.01 ~ 1.0e-2}:
            return
        n = {wp.normalize(away) ~ away / wp.max(r, TINY)}
        dist = r - ra - rb
        point = near + n * {ra ~ (ra + 0.5 * dist)}
    """,
}
_KEEP = """
    {if dist {< ~ <=} gap:
        {wp.atomic_add(counter, 0, 1)
        depth[tid] = {gap - dist ~ wp.max(gap - dist, 0.0)} ~
        depth[tid] = {gap - dist ~ wp.max(gap - dist, 0.0) ~ 0.5 * (gap - dist)}
        {normal_out[tid] = n
        point_out[tid] = point ~ point_out[tid] = point
        normal_out[tid] = {-n ~ n}
        friction_out[tid] = {combine_friction(friction_of[a], friction_of[b]) ~ \
                wp.max(friction_of[a], friction_of[b]) ~ 0.5 * (friction_of[a] + friction_of[b]) ~ \
                wp.sqrt(friction_of[a] * friction_of[b])}}
        {wp.atomic_add(counter, 0, 1) ~}}
    {else:
        depth[tid] = 0.0 ~}
    ~
    if dist > gap:
        {depth[tid] = 0.0
        return ~ return}
    depth[tid] = {gap - dist ~ wp.max(gap - dist, 0.0) ~ 0.5 * (gap - dist)}
    normal_out[tid] = n
    {?0.6 point_out[tid] = point}
    {?0.5 {push = n * dist ~ push = n * (dist * 0.5)}
    if body_a >= 0:
        wp.atomic_add(pushes, body_a, push)
    if body_b >= 0:
        wp.atomic_sub(pushes, body_b, push)}}
"""


def _draw_narrow(stream: Stream, target: str) -> KernelSpec:
    """Pairs of primitive shapes: how far apart they are, and the contact where they touch."""
    p = Program(stream, ("tid", "pair", "pair_id"))
    count, pairs = _shapes(p), p.threads
    packed = p.choices.chance(0.4)
    p.array("pairs", PAIR, (-1, count - 1), (pairs,), ("shape_pairs", "pairs", "candidate_pairs"), element="wp.vec2i")
    p.array("first", INT, (-1, count - 1), (pairs,), ("pair_a", "shape_a", "geom1"))
    p.array("second", INT, (0, count - 1), (pairs,), ("pair_b", "shape_b", "geom2"))
    p.array("axis_of", VEC, (-1, 1), (count,), ("shape_axis", "axes", "plane_normals"))
    p.scalar("axis", VEC, (-1, 1), ("up", "plane_normal", "axis"))
    p.number("half_length", (0.2, 0.6), ("half_height", "half_length"), ("0.5",))
    p.output("counter", INT, (1,), ("contact_count", "num_contacts", "ncon"), (0, 1))
    p.output("deep", INT, (1,), ("num_deep", "tunneled"), (0, 1))
    p.output("depth", FLOAT, (pairs,), ("depth", "penetration", "contact_depth"), (0, 1))
    p.output("normal_out", VEC, (pairs,), ("contact_normal", "normals", "normal_out"), (0, 1))
    p.output("point_out", VEC, (pairs,), ("contact_point", "points", "contact_pos"), (0, 1))
    p.output("friction_out", FLOAT, (pairs,), ("contact_friction", "mu_out"), (0, 1))
    p.output("pushes", VEC, (12,), ("body_push", "corrections", "body_delta"), (-0.1, 0.1))
    p.lookups(
        body_a="body_a = shape_body[a]", body_b="body_b = shape_body[b]",
        a="a = pairs[tid][0]" if packed else "a = first[tid]",
        b="b = pairs[tid][1]" if packed else "b = second[tid]",
        pa="pa = shape_pos[a]", pb="pb = shape_pos[b]",
        ra="ra = {shape_scale[a][0] ~ shape_scale[a].x}", rb="rb = {shape_scale[b][0] ~ shape_scale[b].x}",
        gap="gap = {margin ~ margin_of[a] + margin_of[b] ~ wp.max(margin_of[a], margin_of[b])}",
    )  # fmt: skip
    p.guard_count("pair")
    p.write(
        "# padding\nif {a < 0 or b < 0 ~ a == -1 or b == -1}:\n    return",
        "{?0.4 # of one body\nif shape_body[a] == shape_body[b]:\n    return}",
        """{?0.4 if {shape_type[a] == PLANE and shape_type[b] == PLANE ~ shape_type[b] == PLANE ~ \
                shape_type[a] != shape_type[b] and shape_type[b] == BOX}:
            return}""",
        """{?0.4 {if {(shape_flags[a] & COLLIDE) == 0 ~ \
                not has_flag(shape_flags[a], COLLIDE)} or {(shape_flags[b] & COLLIDE) == 0 ~ \
                not has_flag(shape_flags[b], COLLIDE)}:
            return ~
            # groups: -1 hits all but itself
            ga = shape_group[a]
            gb = shape_group[b]
            if ga == gb {and ga > 0 ~ and ga == -1}:
                return}}""",
        _NARROW[target],
        _KEEP,
    )
    kinds = target.replace("_", "-")
    titles = (f"collide_{target}", f"{target}_contacts", "generate_contacts", f"narrow_phase_{target}")
    return p.done("contact", "narrow_phase", target, "Contacts of primitive shapes", titles, (
        f"Contacts of {kinds} pairs.", "One thread per candidate pair; only pairs closer than the margin are kept.",
    ))  # fmt: skip


_SURVEY = {
    "bounds": """
        kind = shape_type[tid]
        {?0.5 if {(shape_flags[tid] & COLLIDE) == 0 ~ not has_flag(shape_flags[tid], COLLIDE)}:
            lower_out[tid] = wp.vec3(HUGE, HUGE, HUGE)
            upper_out[tid] = {wp.vec3(HUGE, HUGE, HUGE) ~ -wp.vec3(HUGE, HUGE, HUGE)}
            return}
        c = shape_pos[tid]
        {?0.5 if shape_body[tid] >= 0:
            c = wp.transform_point(body_q[shape_body[tid]], shape_pos[tid])}
        s = shape_scale[tid]
        e = {wp.vec3(s[0], s[0], s[0]) ~ wp.vec3(s.x, s.x, s.x)}
        {if kind == BOX:
            e = s
        elif kind == CAPSULE:
            e = {wp.vec3(s[0], s[0], s[0] + s[1]) ~ e + wp.vec3(0.0, 0.0, s[1])}
        {elif kind == PLANE:
            # without an end in its own plane
            e = wp.vec3(HUGE, HUGE, 0.0) ~} ~
        q = wp.quat(shape_rot[tid][0], shape_rot[tid][1], shape_rot[tid][2], shape_rot[tid][3])
        if kind == BOX:
            e = wp.abs(wp.quat_rotate(q, wp.vec3(s[0], 0.0, 0.0)))
            e += wp.abs(wp.quat_rotate(q, wp.vec3(0.0, s[1], 0.0)))
            e += wp.abs(wp.quat_rotate(q, wp.vec3(0.0, 0.0, s[2])))
        elif kind == CAPSULE:
            e += wp.abs(wp.quat_rotate(q, wp.vec3(0.0, 0.0, s[1])))}
        {?0.6 {# room for the margin
        e += wp.vec3(margin, margin, margin) ~ m = margin_of[tid]
        e = e + wp.vec3(m, m, m)}}
        {?0.3 # swept along the motion of the body
        if shape_body[tid] != -1:
            e += wp.abs(body_v[shape_body[tid]]) * dt}
        lower_out[tid] = c - e
        upper_out[tid] = c + e
    """,
    "distances": """
        x = points[tid]
        best = float({HUGE ~ 1.0e6})
        which = int(-1)
        for s in range({num_shapes ~ shape_type.shape[0]}):
            {?0.5 if {(shape_flags[s] & COLLIDE) == 0 ~ not has_flag(shape_flags[s], VISIBLE)}:
                continue}
            {?0.3 if shape_group[s] == skip_group[0]:
                continue}
            d = x - shape_pos[s]
            size = shape_scale[s]
            dist = wp.length(d) - size[0]
            if shape_type[s] == BOX:
                {dist = sdf_box(d, size) ~ q = {wp.abs(d) - size ~ \
                        wp.vec3(wp.abs(d[0]) - size[0], wp.abs(d[1]) - size[1], wp.abs(d[2]) - size[2])}
                outside = {wp.length(wp.max(q, wp.vec3(0.0, 0.0, 0.0))) ~ \
                        wp.length(wp.vec3(wp.max(q[0], 0.0), wp.max(q[1], 0.0), wp.max(q[2], 0.0)))}
                dist = outside + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)}
            {elif shape_type[s] == PLANE:
                dist = d[2] ~}
            {elif shape_type[s] == CAPSULE:
                {dist = sdf_capsule(d, size[0], size[1]) ~ t = wp.clamp(d[2], -size[1], size[1])
                dist = wp.length(d - wp.vec3(0.0, 0.0, t)) - size[0]} ~}
            {if dist < best:
                best = dist
                which = s ~ if dist < best:
                which = s
            best = wp.min(best, dist)}
        {?0.5 if best > {gap ~ margin}:
            {dist_out[tid] = {margin ~ best}
            return ~ return}}
        {* nearest[tid] = which ~ dist_out[tid] = best ~ inside[tid] = int({best < 0.0 ~ best <= margin})}
    """,
}


def _draw_survey(stream: Stream, target: str) -> KernelSpec:
    """Bounds of shapes, and how far points are from the nearest of them."""
    p = Program(stream, *((("tid", "shape", "shape_id", "geom"),) if target == "bounds" else (("tid", "i", "point"),)))
    threads = p.threads
    if target == "bounds":
        p.array("shape_type", INT, (0, 3), (threads,), ("shape_type", "geom_type", "shape_types"))
    count = _shapes(p)
    if target == "bounds":
        for key, kind, bounds, names in (
            ("shape_type", INT, (0, 3), ("shape_type", "geom_type", "shape_types")),
            ("shape_pos", VEC, (-1, 1), ("shape_pos", "geom_xpos", "centers")),
            ("shape_scale", VEC, (0.2, 0.9), ("shape_scale", "geom_size", "half_extents")),
            ("shape_body", INT, (-1, 11), ("shape_body", "geom_bodyid", "body_ids")),
            ("shape_flags", INT, (0, 3), ("shape_flags", "flags")),
            ("margin_of", FLOAT, (0.05, 0.4), ("shape_margin", "geom_margin", "thickness")),
        ):
            p.array(key, kind, bounds, (threads,), names)
    p.array("shape_rot", FOUR, (-1, 1), (threads,), ("shape_rot", "geom_quat", "orientations"))
    p.array("points", VEC, (-1, 1), (threads,), ("points", "particle_q", "query_points"))
    p.array("skip_group", INT, (-1, 2), (1,), ("ignored_group", "skip_group"))
    p.number("dt", (0.05, 0.2), ("dt", "sim_dt"), ("0.1",))
    p.number("gap", (0.1, 0.5), ("max_distance", "query_radius"), ("0.5",))
    p.sizes(num_shapes=count)
    p.output("lower_out", VEC, (threads,), ("lower", "aabb_lower", "lowers"))
    p.output("upper_out", VEC, (threads,), ("upper", "aabb_upper", "uppers"))
    p.output("dist_out", FLOAT, (threads,), ("distances", "sdf", "dist_out"), (0, 1))
    p.output("nearest", INT, (threads,), ("nearest", "closest_shape", "shape_out"), (-1, 0))
    p.output("inside", INT, (threads,), ("inside", "occupied", "hit"), (0, 1))
    p.guard_count("shape" if target == "bounds" else "point")
    p.write(_SURVEY[target])
    titles = {
        "bounds": ("compute_shape_aabbs", "update_bounds", "shape_bounds", "compute_aabb"),
        "distances": ("query_shapes", "closest_shape", "eval_sdf", "compute_distances"),
    }[target]
    return p.done("contact", "survey", target, "Bounds of shapes and distances to them", titles, (
        "Axis-aligned boxes around all shapes.", "One thread per shape.",
    ) if target == "bounds" else ("Distance from each point to the nearest shape.",))  # fmt: skip


RECIPES = (
    Recipe(name="narrow_phase", category="contact", targets=tuple(_NARROW), draw=_draw_narrow),
    Recipe(name="survey", category="contact", targets=tuple(_SURVEY), draw=_draw_survey),
)
