"""Shapes that collide: pairs of primitives, their bounds, and distances to them."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_shape_data
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, FRAME, INT, PAIR, VEC, Program

_CONTACTS = 24
"""Contacts that a list has room for."""
_TYPES = {"PLANE": 0, "SPHERE": 1, "CAPSULE": 2, "BOX": 3}


def _shapes(p: Program) -> int:
    """Shapes on bodies; returns how many there are."""
    count = p.choices.choice((16, 24, 32))
    p.array("shape_type", INT, (0, 3), (count,), ("shape_type", "geom_type", "shape_types"))
    p.array("shape_pos", VEC, (-0.9, 0.9), (count,), ("shape_pos", "geom_xpos", "centers"))
    p.array("shape_scale", VEC, (0.2, 0.5), (count,), ("shape_scale", "geom_size", "shape_size"))
    p.array("shape_body", INT, (-1, 11), (count,), ("shape_body", "body_ids"))
    p.array("shape_flags", INT, (1, 3), (count,), ("shape_flags", "flags"))
    p.array("shape_group", INT, (-1, 2), (count,), ("collision_group", "shape_group", "group"))
    p.array("margin_of", FLOAT, (0.3, 0.8), (count,), ("shape_margin", "geom_margin", "thickness"))
    p.array("friction_of", FLOAT, (0.1, 1), (count,), ("shape_mu", "geom_friction", "friction"))
    p.array("body_q", FRAME, (-1, 1), (12,), ("body_q", "body_xform", "transforms"), element="wp.transform")
    p.array("body_v", VEC, (-1, 1), (12,), ("body_v", "body_vel", "velocities"))
    p.number("margin", (0.6, 1), ("margin", "contact_margin", "contact_gap"), ("0.1", "0.2"))
    p.array("shape_data", FOUR, (0.2, 0.5), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.constants(_TYPES)
    p.constants({"COLLIDE": 1})
    return count


_NARROW = {
    "sphere_sphere": """
        d = pb - pa
        {r = wp.length(d) ~ r = distance_between(pa, pb)}
        dist = r - ra - rb
        # any direction will do where the centres are one
        n = wp.vec3({1.0, 0.0, 0.0 ~ 0.0, 0.0, 1.0})
        if r > TINY:
            n = d / r
    """,
    "sphere_plane": """
        {n = normal_of[a] ~ n = wp.normalize(normal_of[a]) ~ n = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, 1.0))}
        {h = wp.dot(pb - pa, n)
        dist = h - rb ~ dist = wp.dot(pb - pa, n) - rb ~
        h = wp.dot(n, pb) - wp.dot(n, pa)
        dist = h - rb}
    """,
    "sphere_box": """
        half = shape_scale[a]
        # the centre of the sphere in the frame of the box
        c = wp.quat_rotate_inv(rot_of[a], pb - pa)
        {near = wp.vec3(clamp_symmetric(c[0], half[0]), clamp_symmetric(c[1], half[1]), \
                clamp_symmetric(c[2], half[2])) ~ near = wp.min(wp.max(c, -half), half)}
        away = c - near
        r = wp.length(away)
        n_box = wp.vec3(0.0, 0.0, 1.0)
        if r > TINY:
            n_box = away / r
        else:
            # the centre is inside: out through the nearest face
            {gx = half[0] - wp.abs(c[0])
            gy = half[1] - wp.abs(c[1])
            gz = half[2] - wp.abs(c[2])
            if gx <= gy and gx <= gz:
                n_box = wp.vec3(wp.sign(c[0]), 0.0, 0.0)
                r = -gx
            elif gy <= gz:
                n_box = wp.vec3(0.0, wp.sign(c[1]), 0.0)
                r = -gy
            else:
                n_box = wp.vec3(0.0, 0.0, wp.sign(c[2]))
                r = -gz ~
            axis = int(0)
            for k in range(1, 3):
                if half[k] - wp.abs(c[k]) < half[axis] - wp.abs(c[axis]):
                    axis = k
            n_box = wp.vec3(0.0, 0.0, 0.0)
            n_box[axis] = wp.sign(c[axis])
            r = wp.abs(c[axis]) - half[axis]}
        n = wp.quat_rotate(rot_of[a], n_box)
        dist = r - rb
    """,
    "capsule_sphere": """
        {axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, 1.0))
        half = shape_scale[a][1]
        # the nearest point of the segment
        t = clamp_symmetric(wp.dot(pb - pa, axis), half)
        near = pa + axis * t ~
        half_axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, shape_scale[a][1]))
        t = wp.dot(pb - pa, half_axis) / (wp.dot(half_axis, half_axis) + TINY)
        {t = {clamp_symmetric(t, 1.0) ~ clamp_symmetric(t, 1.0) ~ wp.clamp(t, -1.0, 1.0)} ~ if t > 1.0:
            t = 1.0
        elif t < -1.0:
            t = -1.0}
        near = pa + half_axis * t ~
        half_axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, shape_scale[a][1]))
        start_a = pa - half_axis
        segment = 2.0 * half_axis
        t = saturate(wp.dot(pb - start_a, segment) / (wp.dot(segment, segment) + TINY))
        near = start_a + segment * t}
        d = pb - near
        {r = wp.length(d) ~ r = distance_between(near, pb)}
        {# no direction to push in
        if r < TINY:
            return
        n = d / r ~
        n = wp.vec3(0.0, 0.0, 1.0)
        if r > TINY:
            n = d / r ~
        n = safe_normalize(d)}
        dist = r - ra - rb
    """,
}
"""For each pair, how far apart the shapes are, and the normal ``n`` from the first to the second, which is a sphere."""
_SPHERES = {"sphere_sphere": "SPHERE", "sphere_plane": "PLANE", "sphere_box": "BOX", "capsule_sphere": "CAPSULE"}
"""What the first shape of a pair is."""
_COLLIDE = (
    "(shape_flags[a] & COLLIDE) == 0 or (shape_flags[b] & COLLIDE) == 0",
    "not has_flag(shape_flags[a], COLLIDE) or not has_flag(shape_flags[b], COLLIDE)",
    "(shape_flags[a] & shape_flags[b] & COLLIDE) == 0",
)
_KEEP = (
    """
    if dist {> ~ >=} gap:
        return
    # a slot of its own, as long as there is room
    slot = wp.atomic_add(counter, 0, 1)
    if slot >= {max_contacts ~ contact_pair.shape[0]}:
        return
    contact_pair[slot] = wp.vec2i(a, b)
    {# halfway between the two surfaces
    point_out[slot] = pb - n * (rb + 0.5 * dist)
    normal_out[slot] = n
    dist_out[slot] = dist ~ normal_out[slot] = n
    point_out[slot] = pb - n * (rb + 0.5 * dist)
    dist_out[slot] = dist}
    {?0.5 friction_out[slot] = {combine_friction(friction_of[a], friction_of[b]) ~ \
            wp.max(friction_of[a], friction_of[b]) ~ 0.5 * (friction_of[a] + friction_of[b]) ~ \
            wp.sqrt(friction_of[a] * friction_of[b])}}
    """,
    """
    if dist {> ~ >=} gap:
        return
    touching[tid] = 1
    dist_out[tid] = dist
    normal_out[tid] = n
    point_out[tid] = pb - n * (rb + 0.5 * dist)
    """,
    """
    # only shapes that overlap are moved
    if dist {>= ~ >} 0.0:
        return
    push = n * (-0.5 * dist)
    {if body_a >= 0:
        {wp.atomic_add(pushes, body_a, -push) ~ \
wp.atomic_sub(pushes, body_a, push)}
    if body_b >= 0:
        wp.atomic_add(pushes, body_b, push) ~
    # the one that can move goes all the way
    if body_a >= 0 and body_b >= 0:
        {wp.atomic_add(pushes, body_a, -push) ~ \
wp.atomic_sub(pushes, body_a, push)}
        wp.atomic_add(pushes, body_b, push)
    elif body_a >= 0:
        {wp.atomic_add(pushes, body_a, -2.0 * push) ~ \
wp.atomic_sub(pushes, body_a, 2.0 * push)}
    elif body_b >= 0:
        wp.atomic_add(pushes, body_b, 2.0 * push)}
    """,
)
"""What is done with a pair that is close: a contact in a list, one of its own, or a push of the two bodies."""


def _draw_narrow(stream: Stream, target: str) -> KernelSpec:
    """Pairs of primitive shapes: how far apart they are, and the contact where they touch."""
    p = Program(stream, ("tid", "pair", "pair_id"), launch=(stream.child("threads").choice((160, 192)),))
    count, pairs = _shapes(p), p.threads
    packed = p.choices.chance(0.4)
    p.array("pairs", PAIR, (-1, count - 1), (pairs,), ("shape_pairs", "pairs", "candidate_pairs"), element="wp.vec2i")
    p.array("first", INT, (-1, count - 1), (pairs,), ("pair_a", "shape_a", "geom1"))
    p.array("second", INT, (0, count - 1), (pairs,), ("pair_b", "shape_b", "geom2"))
    first = _SPHERES[target]
    p.array("shape_type", INT, (1, max(2, _TYPES[first])) if first != "PLANE" else (0, 1), (count,),
            ("shape_type", "geom_type", "shape_types"))  # fmt: skip
    p.array("normal_of", VEC, (-1, 1), (count,), ("plane_normals", "shape_normal"))
    p.array("rot_of", FOUR, (-1, 1), (count,), ("shape_rot", "geom_quat", "orientations"), element="wp.quat")
    # a position and a rotation of each shape, or a pose
    place, turn = "shape_pos[{}]", "rot_of[a]"
    if p.choices.child("poses").chance(0.6):
        place, turn = "wp.transform_get_translation(pose_of[{}])", "wp.transform_get_rotation(pose_of[a])"
    p.array("pose_of", FRAME, (-0.9, 0.9), (count,), ("shape_X_ws", "geom_pose", "shape_poses"), element="wp.transform")
    p.output("counter", INT, (1,), ("contact_count", "num_contacts", "ncon"), (0, 1))
    p.scalar("max_contacts", INT, (1, 3), ("max_contacts", "contact_max", "nconmax"))
    p.output("contact_pair", PAIR, (_CONTACTS,), ("contact_pair", "contact_shapes", "contact_geom"))
    kept = p.choices.choice((0, 0, 1, 2))
    room = _CONTACTS if kept == 0 else pairs
    p.output("dist_out", FLOAT, (room,), ("contact_dist", "contact_distance", "dist_out"))
    p.output("touching", INT, (pairs,), ("contact_active", "is_contact", "pair_touching"))
    p.output("normal_out", VEC, (room,), ("contact_normal", "normal_out"), (0, 1))
    p.output("point_out", VEC, (room,), ("contact_point", "contact_pos"), (0, 1))
    p.output("friction_out", FLOAT, (room,), ("contact_friction", "contact_mu"), (0, 1))
    p.output("pushes", VEC, (12,), ("body_push", "body_correction", "body_delta"), (-0.1, 0.1))
    narrow, ra, rb, gap = (
        with_shape_data(p.choices, each, "margin_of")
        for each in (
            _NARROW[target].replace("rot_of[a]", turn),
            "ra = {shape_scale[a][0] ~ shape_scale[a].x}",
            "rb = {shape_scale[b][0] ~ shape_scale[b].x}",
            "gap = {margin ~ margin_of[a] + margin_of[b] ~ wp.max(margin_of[a], margin_of[b])}",
        )
    )
    p.lookups(
        body_a="body_a = shape_body[a]", body_b="body_b = shape_body[b]",
        a="a = pairs[tid][0]" if packed else "a = first[tid]",
        b="b = pairs[tid][1]" if packed else "b = second[tid]",
        pa=f"pa = {place.format('a')}", pb=f"pb = {place.format('b')}",
        ra=ra, rb=rb, gap=gap,
    )  # fmt: skip
    p.guard_count("pair")
    other = "shape_type[b] != SPHERE"
    collide = p.choices.choice(_COLLIDE)
    p.write(
        "touching[tid] = 0" if kept == 1 else "",
        "# padding, or a shape with itself\nif {a < 0 or b < 0 ~ a == -1 or b == -1} or a == b:\n    return",
        f"""{{?0.6 {{# shapes of one body never touch
            if body_a == body_b:
                return ~ {{if {collide}:
                return ~ if {collide} or body_a == body_b:
                return}} ~
            # pairs of other kinds
            if shape_type[a] != {first} or {other}:
                return ~
            ga = shape_group[a]
            gb = shape_group[b]
            # a group of 0 hits nothing
            if ga == 0 or gb == 0:
                return
            {{# a group above 0 hits itself alone, one below 0 all others
            if ga > 0 and gb > 0 and ga != gb:
                return
            if ga < 0 and ga == gb:
                return ~
            if ga > 0 and gb > 0 and ga != gb:
                return}}}}}}""",
        narrow,
        _KEEP[kept],
    )
    kinds = target.replace("_", "-")
    if kept == 2:
        titles = (f"push_apart_{target}", f"resolve_{target}", f"solve_{target}_overlaps")
        docstrings = (f"Pushes of {kinds} pairs that overlap.", "One thread per candidate pair.")
    else:
        titles = (f"collide_{target}", f"{target}_contacts", f"narrow_phase_{target}")
        docstrings = (f"Contacts of {kinds} pairs.", "Only pairs closer than the margin are kept.")
    return p.done("contact", "narrow_phase", target, "Contacts of primitive shapes", titles, docstrings)


_SURVEY = {
    "bounds": """
        {?0.5 # an empty box meets nothing
        if {(shape_flags[tid] & COLLIDE) == 0 ~ not has_flag(shape_flags[tid], COLLIDE)}:
            lower_out[tid] = wp.vec3(HUGE, HUGE, HUGE)
            upper_out[tid] = -wp.vec3(HUGE, HUGE, HUGE)
            return}
        kind = shape_type[tid]
        {X = shape_xform[tid]
        if shape_body[tid] >= 0:
            X = body_q[shape_body[tid]] * X ~
        X_b = body_q[shape_body[tid]] if shape_body[tid] >= 0 else wp.transform_identity()
        X = wp.transform_multiply(X_b, shape_xform[tid])}
        c = wp.transform_get_translation(X)
        s = shape_scale[tid]
        e = wp.vec3(0.0, 0.0, 0.0)
        if kind == SPHERE:
            e = {wp.vec3(s[0], s[0], s[0]) ~ wp.vec3(s.x, s.x, s.x)}
        elif kind == BOX:
            {e += wp.abs(wp.transform_vector(X, wp.vec3(s[0], 0.0, 0.0)))
            e += wp.abs(wp.transform_vector(X, wp.vec3(0.0, s[1], 0.0)))
            e += wp.abs(wp.transform_vector(X, wp.vec3(0.0, 0.0, s[2]))) ~
            R = wp.quat_to_matrix(wp.transform_get_rotation(X))
            for i in range(3):
                {e[i] = wp.abs(R[i, 0]) * s[0] + wp.abs(R[i, 1]) * s[1] + wp.abs(R[i, 2]) * s[2] ~
                e[i] = 0.0
                for k in range(3):
                    e[i] = e[i] + wp.abs(R[i, k]) * s[k]}}
        elif kind == CAPSULE:
            {tip = wp.transform_vector(X, wp.vec3(0.0, 0.0, s[1]))
            e = wp.abs(tip) + wp.vec3(s[0], s[0], s[0]) ~
            tip = wp.abs(wp.transform_vector(X, wp.vec3(0.0, 0.0, s[1])))
            e = tip + wp.vec3(s[0], s[0], s[0])}
        elif kind == PLANE:
            # without an end
            e = wp.vec3(far, far, far)
        {?0.6 {# room for the margin
        e += wp.vec3(margin, margin, margin) ~ m = margin_of[tid]
        e = e + wp.vec3(m, m, m)}}
        {lower_out[tid] = c - e
        upper_out[tid] = c + e ~
        {# swept along the motion of the body
        step = wp.vec3(0.0, 0.0, 0.0) ~ step = wp.vec3(0.0, 0.0, 0.0)}
        if shape_body[tid] >= 0:
            step = body_v[shape_body[tid]] * dt
        lower_out[tid] = wp.min(c, c + step) - e
        upper_out[tid] = wp.max(c, c + step) + e}
    """,
    "distances": """
        x = points[tid]
        {# nothing farther away is asked for
        best = float(gap) ~ best = float(gap) ~ best = float(HUGE)}
        which = int(-1)
        for s in range({num_shapes ~ shape_type.shape[0]}):
            {?0.6 {if (shape_flags[s] & COLLIDE) == 0:
                continue ~ if not has_flag(shape_flags[s], COLLIDE):
                continue ~ if shape_group[s] == skip_group:
                continue}}
            # the point in the frame of the shape
            {p_s = wp.quat_rotate_inv(rot_of[s], x - shape_pos[s]) ~
            p_s = wp.transform_point(wp.transform_inverse(shape_xform[s]), x)}
            size = shape_scale[s]
            dist = float(HUGE)
            if shape_type[s] == SPHERE:
                dist = wp.length(p_s) - size[0]
            elif shape_type[s] == BOX:
                {dist = sdf_box(p_s, size) ~ q = {wp.abs(p_s) - size ~ \
                        wp.vec3(wp.abs(p_s[0]) - size[0], wp.abs(p_s[1]) - size[1], wp.abs(p_s[2]) - size[2])}
                outside = {wp.length(wp.max(q, wp.vec3(0.0, 0.0, 0.0))) ~ \
                        wp.length(wp.vec3(wp.max(q[0], 0.0), wp.max(q[1], 0.0), wp.max(q[2], 0.0)))}
                dist = outside + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)}
            elif shape_type[s] == CAPSULE:
                {dist = sdf_capsule(p_s, size[0], size[1]) ~ t = clamp_symmetric(p_s[2], size[1])
                dist = wp.length(p_s - wp.vec3(0.0, 0.0, t)) - size[0]}
            {?0.3 dist -= margin_of[s]}
            if dist < best:
                best = dist
                which = s
        {nearest[tid] = which
        dist_out[tid] = best ~ dist_out[tid] = best
        nearest[tid] = which}
    """,
}


def _draw_survey(stream: Stream, target: str) -> KernelSpec:
    """Bounds of shapes, and how far points are from the nearest of them."""
    p = Program(stream, *((("tid", "shape", "shape_id", "geom"),) if target == "bounds" else (("tid", "i", "point"),)))
    threads = p.threads
    if target == "bounds":
        p.array("shape_type", INT, (0, 3), (threads,), ("shape_type", "geom_type", "shape_types"))
    count = _shapes(p)
    if target == "distances":
        p.array("shape_scale", VEC, (0.2, 0.4), (count,), ("shape_scale", "geom_size", "shape_size"))
        p.array("shape_flags", INT, (0, 3), (count,), ("shape_flags", "flags"))
    if target == "bounds":
        for key, kind, bounds, names in (
            ("shape_type", INT, (0, 3), ("shape_type", "geom_type", "shape_types")),
            ("shape_scale", VEC, (0.2, 0.9), ("shape_scale", "geom_size", "shape_size")),
            ("shape_body", INT, (-1, 11), ("shape_body", "body_ids")),
            ("shape_flags", INT, (0, 3), ("shape_flags", "flags")),
            ("margin_of", FLOAT, (0.05, 0.4), ("shape_margin", "geom_margin", "thickness")),
        ):
            p.array(key, kind, bounds, (threads,), names)
        p.array("shape_data", FOUR, (0.2, 0.6), (threads,), ("shape_data", "geom_data"), element="wp.vec4")
    shapes = threads if target == "bounds" else count
    # from the shape to its body where bodies move, from the shape to the world where they have been looked at before
    frames = ("shape_transform", "shape_X_bs") if target == "bounds" else ("shape_X_ws", "shape_world_xform")
    p.array("rot_of", FOUR, (-1, 1), (shapes,), ("shape_rot", "geom_quat", "orientations"), element="wp.quat")
    p.array("shape_xform", FRAME, (-1, 1), (shapes,), frames, element="wp.transform")
    p.array("points", VEC, (-2, 2), (threads,), ("points", "particle_q", "query_points"))
    p.scalar("skip_group", INT, (-1, 2), ("ignored_group", "skip_group"))
    p.number("dt", (0.05, 0.2), ("dt", "sim_dt"), ("0.1",))
    p.number("gap", (0.1, 0.4), ("max_distance", "query_radius"), ("0.5",))
    p.number("far", (50, 100), ("max_extent", "unbounded"), ("1000.0", "100.0"))
    p.sizes(num_shapes=count)
    p.output("lower_out", VEC, (threads,), ("lower", "aabb_lower", "lowers"))
    p.output("upper_out", VEC, (threads,), ("upper", "aabb_upper", "uppers"))
    p.output("dist_out", FLOAT, (threads,), ("distances", "sdf", "dist_out"))
    p.output("nearest", INT, (threads,), ("nearest", "closest_shape", "shape_out"))
    p.guard_count("shape" if target == "bounds" else "point")
    p.write(with_shape_data(p.choices, _SURVEY[target], "margin_of"))
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
