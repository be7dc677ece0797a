"""Rays against a mesh: images of depth and of normals, what can be seen, sensors."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.mesh_queries import ask_mesh
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import face_count
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _camera(p: Program, width: int, height: int, *, flat: bool) -> str:
    """The ray ``start``, ``ray`` of a pixel, against a ``flat`` mesh or a thick one, which comes nearer."""
    _declare_far(p, *(((2.0, 2.9), ("2.5", "2.6")) if flat else ((1.8, 2.6), ("2.2", "2.4"))))
    p.scalar("focus", VEC, (-0.5, 0.4), ("look_at", "camera_target"))
    p.number("away", (2.4, 2.6), ("camera_distance", "view_distance"), ("2.5",))
    p.number("fov", (0.25, 0.5), ("tan_half_fov", "half_fov_tan"), ("0.5", "0.4"))
    p.constants({"WIDTH": width, "HEIGHT": height})
    split = p.pick("px = tid % WIDTH\npy = tid // WIDTH", "py = tid // WIDTH\npx = tid - py * WIDTH")
    across = p.pick(
        "sx = 2.0 * (float(px) + 0.5) / float(WIDTH) - 1.0\nsy = 1.0 - 2.0 * (float(py) + 0.5) / float(HEIGHT)",
        "sx = (float(px) + 0.5) / float(WIDTH) * 2.0 - 1.0\nsy = (float(py) + 0.5) / float(HEIGHT) * 2.0 - 1.0",
    )
    start = p.pick("start = focus + wp.vec3(0.0, 0.0, away)", "start = wp.vec3(focus[0], focus[1], focus[2] + away)")
    aspect = p.pick("float(WIDTH) / float(HEIGHT)", "(float(WIDTH) / float(HEIGHT))")
    ray = p.pick(
        f"aspect = {aspect}\nray = wp.normalize(wp.vec3(sx * fov * aspect, sy * fov, -1.0))",
        f"aspect = {aspect}\nray = wp.normalize(wp.vec3(fov * aspect * sx, fov * sy, -1.0))",
    )
    return join(split, across, start, ray)


def _listed(p: Program, *, sided: bool, flat: bool) -> str:
    """The ray of a sensor, or from one point to another; if ``sided``, from anywhere, perhaps from inside."""
    farther = 0.5 if flat else 0.0
    if sided:
        p.array("starts", VEC, (-1.1, 1.0), (p.threads,), ("ray_origins", "starts", "ray_start"))
        p.array("dirs", VEC, (-1.0, 1.1), (p.threads,), ("ray_dirs", "ray_directions", "dirs"))
        _declare_far(p, (0.4, 1.6), ("1.0", "1.5"))
        return p.pick("start = starts[tid]\nray = wp.normalize(dirs[tid])", "start = starts[tid]\nray = dirs[tid]")
    p.array("starts", VEC, (1.0, 1.8), (p.threads,), ("ray_origins", "starts", "ray_start"))
    p.array("targets", VEC, (-1.6, 1.4), (p.threads,), ("targets", "ray_ends", "goal"))
    p.array("dirs", VEC, (-1.0, -0.2), (p.threads,), ("ray_dirs", "ray_directions", "dirs"))
    p.scalar("eye", VEC, (0.8, 2.0), ("sensor_pos", "light_pos", "eye"))
    ray = p.pick(
        "start = starts[tid]\nray = wp.normalize(dirs[tid])",
        "start = starts[tid]\nray = dirs[tid]",
        "start = starts[tid]\nray = wp.normalize(targets[tid] - starts[tid])",
        "start = eye\nray = wp.normalize(targets[tid] - eye)",
        "start = eye\nray = targets[tid] - eye",
    )
    if "normalize" in ray:
        _declare_far(p, (1.2 + farther, 2.2 + farther), ("2.5", "2.4") if flat else ("1.6", "1.8"))
    elif "dirs" in ray:
        _declare_far(p, (1.2 + farther, 2.2 + farther), ("2.0", "2.2") if flat else ("1.5", "1.6"))
    else:  # in lengths of the way to a target
        _declare_far(p, (0.4, 1.0), ("0.8", "0.9") if flat else ("0.6", "0.7"))
    return ray


def _declare_far(p: Program, domain: tuple[float, float], usual: tuple[str, ...]) -> None:
    p.number("far", domain, ("max_range", "max_t", "far", "max_distance"), usual)


def _draw_rays(stream: Stream, target: str) -> KernelSpec:
    """Rays, and what they meet first: how far it is, which way it faces, whether there is anything."""
    height, width = stream.child("size").choice(((6, 8), (8, 8), (8, 12), (6, 16)))
    sided = target in ("depth_image", "occlusion") and stream.child("sided").chance(0.2)
    camera = not sided and stream.child("kind").chance(0.55)
    axes = ("tid", "pixel", "i", "idx") if camera else ("tid", "ray_id", "i", "r")
    p = Program(stream, axes, launch=(height * width,) if camera else None)
    flat = ask_mesh(p, velocities=target == "hit_velocity") == face_count("terrain")
    p.guard_count("ray")
    p.scalar("light", VEC, (-0.6, 1.0), ("light_dir", "sun_dir", "light"))
    moving = target == "hit_velocity"
    names, usual = (("latency", "lead_time"), ("0.5",)) if moving else (("ambient", "bias"), ("0.25", "0.3"))
    p.number("bias", (0.4, 1.0) if moving else (0.1, 0.4), names, usual)
    p.array("enabled", INT, (0, 2), (p.threads,), ("ray_mask", "enabled", "valid"))
    p.output("depth", FLOAT, (p.threads,), ("depth", "depth_image", "ranges", "hit_dist"))
    p.output("state", INT, (p.threads,), ("hit_mask", "mask", "hits", "label"))
    p.output("normal", VEC, (p.threads,), ("normals", "normal_image", "hit_normals"))
    p.output("out", VEC, (p.threads,), ("points", "hit_points", "cloud"))
    p.output("velocity_out", VEC, (p.threads,), ("hit_velocity", "surface_velocity"))
    shades = ("range_rate", "radial_velocity") if moving else ("image", "pixels", "shade")
    p.output("shade", FLOAT, (p.threads,), shades)
    p.output("count", INT, (1,), ("hit_count", "num_hits", "visible_count"), (0, 3))
    skip = block(f"if enabled[tid] {p.pick('== 0', '< 1')}:", p.pick("return", "state[tid] = -1\nreturn"))
    p.add(
        skip if p.maybe(0.1) else "",
        _camera(p, width, height, flat=flat) if camera else _listed(p, sided=sided, flat=flat),
    )
    if sided:
        p.add(*_sides(p))
    else:
        lines = {"depth_image": _depth, "normal_image": _normals, "occlusion": _occlusion, "shadow": _shadow}
        p.add(*lines.get(target, _moving)(p))
    titles = {
        "depth_image": ("render_depth", "raycast_depth", "lidar_scan", "cast_rays"),
        "normal_image": ("render_normals", "shade_hits", "raycast_normals"),
        "occlusion": ("check_visibility", "occlusion_mask", "mark_occluded"),
        "shadow": ("shadow_rays", "check_visibility", "line_of_sight", "shadow_mask"),
        "hit_velocity": ("scan_moving_mesh", "raycast_moving_mesh", "cast_rays_with_velocity"),
    }[target]
    return p.done("queries", "ray_cast", target, "Rays against a mesh", titles)


def _ask(p: Program, *, near: bool = True) -> str:
    far = p.pick("far", "far", "10.0") if near else p.pick("10.0", "100.0", "1.0e6")
    return f"answer = wp.mesh_query_ray(mesh, start, ray, {far})"


def _met(p: Program, hit: list[str], miss: str) -> list[str]:
    """What is done where a ray meets something, and where it does not; ``miss`` may be empty."""
    form = p.pick("return", "nested", "nested", "first", "negated")
    if form == "return":
        return [block(f"if {p.pick('not answer.result', 'answer.result == False')}:", miss, "return"), *hit]
    if form == "first" and miss:
        return [miss, block("if answer.result:", *hit)]
    if form == "negated" and miss:
        return [block("if not answer.result:", miss) + "\n" + block("else:", *hit)]
    return [block("if answer.result:", *hit) + (f"\n{block('else:', miss)}" if miss else "")]


def _depth(p: Program) -> list[str]:
    miss = p.pick("depth[tid] = 0.0", "depth[tid] = -1.0", "depth[tid] = far")
    form = p.pick("plain", "planar", "cloud", "bands", "count")
    if form == "plain":
        value = p.pick("depth[tid] = answer.t", "depth[tid] = answer.t", "depth[tid] = answer.t * wp.length(ray)")
        return [_ask(p), *_met(p, [value], miss)]
    if form == "planar":
        value = p.pick("depth[tid] = -answer.t * ray[2]", "at = start + ray * answer.t\ndepth[tid] = start[2] - at[2]")
        return [_ask(p), *_met(p, [value], miss)]
    if form == "cloud":
        at = p.pick(
            "out[tid] = start + ray * answer.t",
            "out[tid] = wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v)",
        )
        none = p.pick("out[tid] = wp.vec3(0.0, 0.0, 0.0)", "out[tid] = start", "out[tid] = start + ray * far")
        return [_ask(p), *_met(p, [at, p.pick("", "depth[tid] = answer.t")], none)]
    if form == "bands":
        bands = chain(
            ("answer.t < 0.7 * far", "state[tid] = 2"),
            ("answer.t < 0.9 * far", "state[tid] = 1"),
            otherwise="state[tid] = 0",
        )
        return [_ask(p), *_met(p, ["depth[tid] = answer.t", bands], join(miss, "state[tid] = -1"))]
    add = p.pick("wp.atomic_add(count, 0, 1)", "count[0] += 1")
    return [_ask(p), *_met(p, ["depth[tid] = answer.t", add], miss)]


def _normals(p: Program) -> list[str]:
    none = p.pick("normal[tid] = wp.vec3(0.0, 0.0, 0.0)", "normal[tid] = -ray", "normal[tid] = wp.vec3(0.0, 0.0, 1.0)")
    form = p.pick("plain", "facing", "lambert", "lambert", "headlight", "colour")
    n = p.pick("n = answer.normal", "n = answer.normal", "n = wp.mesh_eval_face_normal(mesh, answer.face)")
    turned = block(f"if wp.dot(n, ray) {p.pick('>', '>=')} 0.0:", "n = -n")
    if form == "plain":
        return [
            _ask(p),
            *_met(p, ["normal[tid] = answer.normal"], none),
        ]
    if form == "facing":
        return [_ask(p), *_met(p, [n, turned, "normal[tid] = n"], none)]
    if form == "lambert":
        value = p.pick("shade[tid] = wp.max(wp.dot(n, light), 0.0)",
                       "shade[tid] = bias + wp.max(wp.dot(n, light), 0.0)",
                       "lit = wp.dot(n, light)\nif lit < 0.0:\n    lit = bias\nshade[tid] = lit")  # fmt: skip
        return [_ask(p), *_met(p, [n, p.pick(turned, ""), value], p.pick("shade[tid] = 0.0", "shade[tid] = bias"))]
    if form == "headlight":
        value = p.pick("shade[tid] = wp.abs(wp.dot(n, ray))", "shade[tid] = -wp.dot(n, ray) / (1.0 + answer.t)")
        return [_ask(p), *_met(p, [n, value], "shade[tid] = 0.0")]
    colour = p.pick(
        "normal[tid] = n * 0.5 + wp.vec3(0.5, 0.5, 0.5)", "normal[tid] = 0.5 * (n + wp.vec3(1.0, 1.0, 1.0))"
    )
    return [_ask(p), *_met(p, [n, colour, p.pick("", "depth[tid] = answer.t", "state[tid] = 1")], none)]


def _shadow(p: Program) -> list[str]:
    """Whether anything at all is in the way."""
    add = p.pick("wp.atomic_add(count, 0, 1)", "count[0] += 1")
    far = p.pick("far", "10.0")
    seen = p.pick(
        f"hit = wp.mesh_query_ray_anyhit(mesh, start, ray, {far})\nif hit:",
        f"if wp.mesh_query_ray_anyhit(mesh, start, ray, {far}):",
    )
    head, _, test = seen.rpartition("\n")
    other = p.pick("state[tid] = 0", "state[tid] = -1", f"state[tid] = 0\n{add}")
    return [head, block(test, "state[tid] = 1") + "\n" + block("else:", other)]


def _occlusion(p: Program) -> list[str]:
    add = p.pick("wp.atomic_add(count, 0, 1)", "count[0] += 1")
    form = p.pick("closest", "soft", "count")
    if form == "closest":
        near = block(f"if answer.t < {p.pick('far', '0.9 * far')}:", "state[tid] = 1", p.pick("", add))
        return [_ask(p, near=False), "state[tid] = 0", block("if answer.result:", near)]
    if form == "soft":
        value = p.pick("shade[tid] = wp.min(answer.t * bias, 1.0)", "shade[tid] = bias * answer.t")
        return [_ask(p), *_met(p, [value, p.pick("", "state[tid] = 1")], "shade[tid] = 1.0")]
    return [_ask(p), *_met(p, [add, "state[tid] = 1"], p.pick("state[tid] = 0", "state[tid] = -1"))]


def _sides(p: Program) -> list[str]:
    """What tells a face that is met from outside from one that is met from inside."""
    miss = p.pick("depth[tid] = 0.0", "depth[tid] = -1.0", "depth[tid] = far", "state[tid] = 0", "state[tid] = -1")
    test = p.pick("answer.sign > 0.0", "answer.sign < 0.0", "wp.dot(answer.normal, ray) < 0.0")
    add = p.pick("wp.atomic_add(count, 0, 1)", "count[0] += 1")
    if "state" in miss:
        sides = (
            block(f"if {test}:", "state[tid] = 1", p.pick("", add))
            + "\n"
            + block("else:", "state[tid] = 2", p.pick("", add))
        )
    else:
        other = p.pick("depth[tid] = 0.0", "depth[tid] = -answer.t")
        sides = block(f"if {test}:", "depth[tid] = answer.t") + "\n" + block("else:", other)
    return [_ask(p), *_met(p, [sides], miss)]


def _moving(p: Program) -> list[str]:
    speed = "vs = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)"
    form = p.pick("radial", "radial", "ahead", "velocity")
    if form == "radial":
        value = p.pick("shade[tid] = wp.dot(vs, ray)", "shade[tid] = -wp.dot(vs, wp.normalize(ray))")
        return [_ask(p), *_met(p, [speed, value, p.pick("", "depth[tid] = answer.t")], "shade[tid] = 0.0")]
    if form == "ahead":
        value = p.pick(
            "out[tid] = start + ray * answer.t + vs * bias",
            "at = wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v)\nout[tid] = at + vs * bias",
        )
        return [_ask(p), *_met(p, [speed, value], "out[tid] = start + ray * far")]
    none = "velocity_out[tid] = wp.vec3(0.0, 0.0, 0.0)"
    return [_ask(p), *_met(p, [speed, "velocity_out[tid] = vs", p.pick("", "depth[tid] = answer.t")], none)]


RECIPES = (
    Recipe(
        name="ray_cast",
        category="queries",
        targets=("depth_image", "normal_image", "occlusion", "hit_velocity", "shadow"),
        draw=_draw_rays,
    ),
)
