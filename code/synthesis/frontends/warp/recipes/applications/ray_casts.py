"""Ray casts against lists of spheres and against shapes whose distances are given by functions."""

import re
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program

_BODIES = read_bodies("warp", "ray_casts", margin=12)
_ARGUMENTS = read_arguments("warp", "ray_casts")


def _answer(p: Program, target: str) -> tuple[str, str, str]:
    """Return lines that initialise a ray's search, lines that process a hit, and lines that store the result."""
    if target == "any_hit":
        return (
            "blocked = bool(False)",
            block("if t < reach[tid]:", "blocked = True", "break"),
            "occluded[tid] = blocked",
        )
    if target == "hit_count":
        return "num = int(0)", block("if t < far:", "num += 1"), "num_out[tid] = num"
    empty = block("if found == NO_HIT:", "depth[tid] = far") + "\n" + block("else:", "depth[tid] = best")
    finish = p.pick("depth[tid] = best", empty)
    start = "best = float(far)\nfound = int(NO_HIT)"
    return start, block("if t < best:", "best = t", "found = s"), join("hit[tid] = found", finish)


_RAY_FUNCTIONS = (
    _BODIES["ray_functions.ray_sphere"],
    _BODIES["ray_functions.ray_box"],
    _BODIES["ray_functions.ray_plane"],
    _BODIES["ray_functions.ray_triangle"],
)
"""Functions that return the distance along a ray to a shape; negative if the ray misses it."""
_RAY_HITS = {
    "spheres": "t = ray_sphere(o, direction, centers[s], radii[s])",
    "boxes": _BODIES["boxes"],
    "triangles": """
        {t = ray_triangle(o, direction, vertices[tris[s][0]], vertices[tris[s][1]], vertices[tris[s][2]]) ~
        tri = tris[s]
        t = ray_triangle(o, direction, vertices[tri[0]], vertices[tri[1]], vertices[tri[2]])}
    """,
    "types": _BODIES["types"],
}
_RAY_USES = {
    "any_hit": """
        {if t > bias and t < reach[tid]:
            blocked = True
            break ~
        {# excludes the origin and points behind the light
        ~}
        if t <= bias or t >= reach[tid]:
            continue
        blocked = True
        break}
    """,
    "hit_count": """
        {if t >= 0.0 and t < far:
            num += 1
            DEPTH ~
        if t < 0.0:
            continue
        if t < far:
            num += 1
            DEPTH}
    """,
    "nearest_hit": """
        {if t >= 0.0 and t < best:
            best = t
            found = s ~
        if t < 0.0:
            continue
        if t < best:
            best = t
            found = s}
    """,
}


def _cast(p: Program, target: str, shapes: str, loop: str) -> KernelSpec:
    """Draw a kernel that casts a ray against shapes whose distances are given by functions."""
    start, _, finish = _answer(p, target)
    uses = _RAY_USES[target]
    if target == "hit_count" and p.choices.chance(0.4):
        start, finish = f"{start}\ndepth_sum = float(0.0)", f"{finish}\ndepth[tid] = depth_sum / float(wp.max(num, 1))"
        uses = uses.replace("DEPTH", "depth_sum += t")
    else:
        uses = re.sub(r"\n *DEPTH", "", uses)
    body = indent(dedent(_RAY_HITS[shapes]).strip("\n") + "\n" + dedent(uses).strip("\n"), "    ")
    p.write(_ray(p), start, loop.replace("    HIT", body), finish)
    many = {"spheres": "spheres", "types": "shapes", "boxes": "boxes", "triangles": "triangles"}[shapes]
    titles = {
        "nearest_hit": (f"raycast_{many}", f"cast_rays_{many}", f"ray_{many}"),
        "any_hit": (f"occlusion_{many}", "any_hit", f"shadow_rays_{many}"),
        "hit_count": (f"count_{many}_hit", f"count_ray_{many}", "ray_hit_count"),
    }[target]
    return p.done("events", "ray", target, f"Casts rays against a list of {many}", titles)


def _ray(p: Program) -> str:
    """Return lines that read a ray's origin and direction, which usually has length one."""
    return f"o = origins[tid]\ndirection = {p.pick('safe_normalize(dirs[tid])', 'dirs[tid]', 'dirs[tid]')}"


def draw_ray(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that casts a ray against a list of spheres: the nearest hit, whether there is one, or how many."""
    p = Program(stream, ("tid", "i", "ray", "ray_id"), launch=(stream.child("threads").choice((96, 128)),))
    count = p.choices.choice((6, 8, 12))
    declare(p, _ARGUMENTS["rays"], {"threads": p.threads, "count": count})
    p.constants({"SHAPE_SPHERE": 0, "SHAPE_BOX": 1, "SHAPE_PLANE": 2})
    p.constants({"NO_HIT": -1, "DISABLED": 0})
    p.guard_count("ray")
    if target != "hit_count" and p.maybe(0.1):
        none = {
            "nearest_hit": "hit[tid] = NO_HIT\ndepth[tid] = far",
            "any_hit": "occluded[tid] = False",
        }[target]
        p.add(block("if flags[tid] == DISABLED:", none, "return"))
    over = p.pick("for s in range(n):", "for s in range(centers.shape[0]):", "for s in range(n):")
    tests = ("visible[s] == 0", "s == skip[tid]", "shape_of[s] != -1 and shape_of[s] != ray_of[tid]")
    masked = target != "hit_count" and p.choices.chance(0.5)
    skips = [block(f"if {p.choices.choice(tests)}:", "continue")] if masked else []
    p.array("squares", FLOAT, (0.2, 1.4), (count,), ("radius_sq", "squared_radii", "radii_sq"))
    inside = p.pick("wp.length_sq(m) - squares[s]", "wp.length_sq(m) - radii[s] * radii[s]")
    geometry = f"m = o - centers[s]\nb = wp.dot(m, direction)\nc = {inside}"
    for each in _RAY_FUNCTIONS:
        p.function(each)
    shapes = p.choices.weighted(
        (("inline", 0.35), ("spheres", 0.2), ("types", 0.25), ("boxes", 0.1), ("triangles", 0.1))
    )
    if shapes in ("types", "boxes", "triangles"):
        p.array("centers", VEC, (-2, 2), (count,), ("centers", "shape_pos"))
        p.array("radii", FLOAT, (0.4, 1.2), (count,), ("shape_radius", "radii"))
        p.array("shape_of", INT, (-1, 1), (count,), ("shape_group", "shape_layer"))
        sizes = ("num_triangles", "tri_count") if shapes == "triangles" else ("num_shapes", "shape_count")
        p.scalar("n", INT, (count // 4, count), sizes)
        over = p.pick(
            "for s in range(n):", f"for s in range({'tris' if shapes == 'triangles' else 'centers'}.shape[0]):"
        )
    if shapes != "inline":
        return _cast(p, target, shapes, block(over, *skips, "HIT"))
    apart = block("if c > 0.0 and b > 0.0:", "continue") if p.choices.chance(0.5) else ""
    miss = "disc = b * b - c\n" + block("if disc < 0.0:", "continue")
    # the nearer intersection; none if it is behind the ray's origin
    t = "t = -b - wp.sqrt(disc)\n" + block("if t < 0.0:", "continue")
    start, use, finish = _answer(p, target)
    p.add(
        _ray(p),
        start,
        block(over, *skips, geometry, apart, miss, t, use),
        finish,
    )
    titles = {
        "nearest_hit": ("raycast", "cast_rays", "ray_spheres"),
        "any_hit": ("occlusion_test", "any_hit", "shadow_rays"),
        "hit_count": ("count_hits", "count_spheres_hit", "ray_hit_count"),
    }[target]
    return p.done("events", "ray", target, "Casts rays against a list of spheres", titles)
