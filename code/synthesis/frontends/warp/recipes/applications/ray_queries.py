"""Ray casts against a mesh: images of depth and normals, visibility, and sensors."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.mesh_queries import ask_mesh
from synthesis.frontends.warp.recipes.applications.program import VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import face_count

_BODIES = read_bodies("warp", "ray_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "ray_queries")


def _camera(p: Program, width: int, height: int, *, flat: bool) -> str:
    """Return lines that compute the origin ``start`` and the direction ``ray`` of a pixel's ray."""
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


def _listed(p: Program, *, flat: bool) -> str:
    """Return lines that read the ray of a sensor, or compute one from a point to an object."""
    farther = 0.5 if flat else 0.0
    ray = p.pick(
        "start = starts[tid]\nray = wp.normalize(dirs[tid])",
        "start = starts[tid]\nray = wp.normalize(middle - start)",
        "start = eye\nray = wp.normalize(dirs[tid])",
    )
    p.scalar("middle", VEC, (-0.5, 0.4), ("object_center", "scan_center"))
    _declare_far(p, (1.2 + farther, 2.2 + farther), ("2.5", "2.4") if flat else ("1.6", "1.8"))
    return ray


def _declare_far(p: Program, domain: tuple[float, float], usual: tuple[str, ...]) -> None:
    p.number("far", domain, ("max_range", "far", "max_distance"), usual)


_RAYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "depth_image": (
        (
            "raycast_depth lidar_scan measure_ranges",
            "Computes the distance along each ray to a mesh",
            _BODIES["depth_image.raycast_depth"],
        ),
        (
            "raycast_points scan_points hit_points_from_rays",
            "Finds the points where rays hit a mesh",
            _BODIES["depth_image.raycast_points"],
        ),
    ),
    "normal_image": (
        (
            "render_normals normal_pass raycast_normals",
            "Reads the mesh normals where rays hit",
            _BODIES["normal_image.render_normals"],
        ),
        (
            "render_mesh shade_hits draw_mesh",
            "Shades a mesh where rays hit it",
            _BODIES["normal_image.render_mesh"],
        ),
    ),
    "occlusion": (
        (
            "check_visibility mark_occluded update_visibility",
            "Tests which targets are visible from an eye",
            _BODIES["occlusion.check_visibility"],
        ),
        (
            "clear_paths check_path shorten_to_obstacle",
            "Finds how far each agent can move along its path",
            _BODIES["occlusion.clear_paths"],
        ),
    ),
    "shadow": (
        (
            "shadow_rays shadow_mask trace_shadows",
            "Tests which points are in shadow",
            """
        start = targets[tid]
        {to_light = light_pos - start
        r = wp.length(to_light)
        if wp.mesh_query_ray_anyhit(mesh, start, to_light / r, r):
            {irradiance[tid] = {0.0 ~ ambient}
        else:
            irradiance[tid] = {0.0 ~ ambient} + light_power / (r * r) ~ in_shadow[tid] = 1
        else:
            in_shadow[tid] = 0} ~
        {# the sun is so far away that its rays are parallel
        ~}
        in_the_way = wp.mesh_query_ray_anyhit(mesh, start, wp.normalize(light), HUGE)
        {if in_the_way:
            in_shadow[tid] = 1
            {wp.atomic_add(count, 0, 1) ~}
        else:
            in_shadow[tid] = 0 ~
        lit = wp.max(wp.dot(normals_in[tid], wp.normalize(light)), 0.0)
        if in_the_way:
            lit = 0.0
        irradiance[tid] = ambient + lit}}
            """,
        ),
        (
            "line_of_sight check_line_of_sight pairs_in_sight",
            "Tests the line of sight between pairs of agents",
            _BODIES["shadow"],
        ),
    ),
    "hit_velocity": (
        (
            "scan_radial_velocity doppler_lidar measure_range_rate",
            "Computes the radial velocity of the mesh along each ray",
            _BODIES["hit_velocity.scan_radial_velocity"],
        ),
        (
            "raycast_moving_mesh trace_surface_velocity render_velocity",
            "Computes the surface velocity of the mesh hit by each ray",
            _BODIES["hit_velocity.raycast_moving_mesh"],
        ),
    ),
}
"""Kernels that cast a ray, by target. Each has possible names, a summary and lines.

Most lines use the ray's origin ``start`` and direction ``ray``.
"""


def _draw_rays(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that casts rays: the distance of the first hit, its normal, or whether there is one."""
    titles, summary, text = stream.child("purpose").choice(_RAYS[target])
    height, width = stream.child("size").choice(((6, 8), (8, 8), (8, 12), (6, 16)))
    traced = target not in ("occlusion", "shadow")
    camera = traced and (titles.startswith("render") or stream.child("kind").chance(0.4))
    camera = camera and not titles.startswith(("doppler", "scan_radial"))
    own = "ray_id" if traced else "agent" if "agent" in summary else "point"
    axes = ("tid", "pixel", "i", "idx") if camera else ("tid", own, "i")
    p = Program(stream, axes, launch=(height * width,) if camera else None)
    flat = ask_mesh(p, velocities=target == "hit_velocity") == face_count("terrain")
    count = p.threads
    p.guard_count("pixel" if camera else own.removesuffix("_id"))
    agents = own == "agent"
    counted = {"occlusion": ("num_blocked",) if agents else ("num_visible",), "shadow": ("num_visible",) if agents
               else ("num_shadowed",)}  # fmt: skip
    sizes = {"count": count}
    called = {
        "starts": ("agent_pos", "eye_pos") if agents else ("ray_origin", "ray_start"),
        "targets": ("goal_pos", "target_pos") if agents else ("points", "target_pos"),
        "eye": ("sensor_pos",) if traced else ("eye", "eye_pos"),
        "depth": ("depth", "depth_image") if camera else ("ranges", "hit_dist"),
        "points": ("path_end", "reachable_pos") if agents else ("hit_points", "points"),
        "count": counted.get(target, ("num_close",) if "warn" in text else ("hit_count",)),
    }
    for part in ("rays", "numbers", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    if traced:
        p.add(_camera(p, width, height, flat=flat) if camera else _listed(p, flat=flat))
    p.write(text)
    return p.done("queries", "ray_cast", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="ray_cast",
        category="queries",
        targets=("depth_image", "normal_image", "occlusion", "hit_velocity", "shadow"),
        draw=_draw_rays,
    ),
)
