"""Kernels that sample textures, most with interpolation: images, height maps, motor tables, distances to shapes."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program
from synthesis.frontends.warp.recipes.applications.shapes import texture_argument

_BODIES = read_bodies("warp", "texture_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "texture_queries")

_UV = Type("float32", (2,))

_UV_OF_POINT = """{uv = wp.vec2((pos[0] - lower[0]) * inv_extent, (pos[1] - lower[1]) * inv_extent) ~
        uv = inv_extent * wp.vec2(pos[0] - lower[0], pos[1] - lower[1])}
        ground = {height_scale * ~ lower[2] +} wp.texture_sample(height_map, uv, dtype=float)"""
_SLOPES = """dzdx = SCALEDwp.texture_sample(height_map, uv + wp.vec2(texel, 0.0), dtype=float) - ground
        dzdy = SCALEDwp.texture_sample(height_map, uv + wp.vec2(0.0, texel), dtype=float) - ground
        {# width of a texel in the world
        ~}
        n = {safe_normalize ~ wp.normalize}(wp.vec3(-dzdx, -dzdy, texel / inv_extent))"""

_AT_POINT: dict[str, tuple[tuple[str, str, str], ...]] = {
    "texture_terrain": (
        (
            "collide_heightfield terrain_contacts eval_terrain_forces",
            "Computes contact forces of a heightfield on particles",
            _BODIES["texture_terrain.collide_heightfield"],
        ),
        (
            "project_to_terrain clamp_to_terrain push_out_of_terrain",
            "Projects particles out of a heightfield",
            _BODIES["texture_terrain.project_to_terrain"],
        ),
        (
            "terrain_height sample_terrain measure_clearance",
            "Computes the height of points above a heightfield and its slope",
            _BODIES["texture_terrain.terrain_height"],
        ),
    ),
    "texture_shade": (
        (
            "shade_pixels shade_textured shade_surface",
            "Shades pixels with the colors of a texture",
            _BODIES["texture_shade.shade_pixels"],
        ),
        (
            "alpha_test apply_mask_texture cutout_texture",
            "Applies an alpha test to pixels with an opacity texture",
            _BODIES["texture_shade.alpha_test"],
        ),
        (
            "texture_lookup sample_albedo apply_texture",
            "Samples a texture for each pixel",
            _BODIES["texture_shade.texture_lookup"],
        ),
    ),
    "texture_map": (
        (
            "motor_power electric_power compute_motor_power",
            "Computes the electric power of motors from an efficiency map",
            _BODIES["texture_map.motor_power"],
        ),
        (
            "actuator_losses motor_heating compute_motor_losses",
            "Computes the heat losses of motors from an efficiency map",
            _BODIES["texture_map.actuator_losses"],
        ),
        (
            "lookup_torque_limit interpolate_motor_map limit_motor_torque",
            "Limits motor torque by a map of speed and voltage",
            _BODIES["texture_map.lookup_torque_limit"],
        ),
    ),
    "texture_sdf": (
        (
            "sdf_texture_contacts collide_texture_sdf texture_sdf_forces",
            "Computes contact forces on particles from a distance field texture",
            _BODIES["texture_sdf.sdf_texture_contacts"],
        ),
        (
            "project_texture_sdf push_out_of_sdf resolve_sdf_texture",
            "Projects particles out of a distance field texture",
            _BODIES["texture_sdf.project_texture_sdf"],
        ),
        (
            "sample_sdf_texture texture_sdf_distance eval_sdf_texture",
            "Samples the signed distance of particles from a texture",
            _BODIES["texture_sdf.sample_sdf_texture"],
        ),
    ),
}
"""Kernels that sample a texture, by target. Each has possible names, a summary and lines."""

_LOCAL = """{local = particle_x[tid] - center ~
        local = wp.transform_point(wp.transform_inverse(X_ws), particle_x[tid]) ~ {# in the frame of the shape
        ~}
        local = wp.quat_rotate_inv(shape_rot[shape_index], particle_x[tid] - shape_pos[shape_index])}
        coords = wp.cw_div(local - lower, upper - lower)"""
_GRADIENT = """gx = wp.texture_sample(sdf_texture, coords + wp.vec3(texel, 0.0, 0.0), dtype=float)
        gx -= wp.texture_sample(sdf_texture, coords - wp.vec3(texel, 0.0, 0.0), dtype=float)
        gy = wp.texture_sample(sdf_texture, coords + wp.vec3(0.0, texel, 0.0), dtype=float)
        gy -= wp.texture_sample(sdf_texture, coords - wp.vec3(0.0, texel, 0.0), dtype=float)
        gz = wp.texture_sample(sdf_texture, coords + wp.vec3(0.0, 0.0, texel), dtype=float)
        gz -= wp.texture_sample(sdf_texture, coords - wp.vec3(0.0, 0.0, texel), dtype=float)
        {# scaled by the size of the box
        ~}
        n = wp.normalize(wp.cw_div(wp.vec3(gx, gy, gz), upper - lower))"""


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which each thread samples a texture at a point."""
    uses, summary, text = stream.child("purpose").choice(_AT_POINT[target])
    what = {"texture_shade": "pixel", "texture_map": "joint"}.get(target, "particle")
    p = Program(stream, ("tid", "i", what))
    count, choices = p.threads, p.choices.child("texels")
    flat = choices.choice((12, 16, 20)), choices.choice((12, 16, 24))
    deep = choices.choice((8, 10, 12)), choices.choice((8, 10, 12)), choices.choice((8, 10, 12))
    linear, address = choices.chance(0.8), choices.choice(("CLAMP", "CLAMP", "WRAP", "MIRROR"))
    linear = linear or "SLOPES" in text or "GRADIENT" in text  # without interpolation the slope is zero
    for key, titles, bounds in (
        ("height_map", ("height_map", "heightfield", "terrain"), (0, 0.6)),
        ("image", ("image", "albedo_map", "texture", "color_map"), (0, 1)),
        ("opacity_map", ("opacity_map", "alpha_map", "mask_texture"), (0, 1)),
        ("torque_map", ("torque_map", "torque_limit_map"), (0.3, 0.95)),
        ("efficiency_map", ("efficiency_map", "motor_map", "table"), (0.3, 0.95)),
    ):
        p.handle(key, titles, lambda name, b=bounds: texture_argument(name, flat, b, linear, address, normalized=True))
    p.handle("sdf_texture", ("sdf_texture", "sdf_tex", "distance_texture", "sdf"),
             lambda name: texture_argument(name, deep, (-0.3, 0.8), True, "CLAMP", normalized=True))  # fmt: skip
    p.constants({"PARTICLE_ACTIVE": 1})
    sizes = {"count": count}
    called = {
        "num_contacts": ("num_limited",) if what == "joint" else ("contact_count", "num_contacts"),
        "total": ("total_power",) if "power" in uses else ("total_loss",),
    }
    for part in ("samples", "numbers", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.guard_count(what)
    # all samples of heights have the same scale or offset
    way = choices.choice(("", "height_scale * ", "lower[2] + "))
    ground = re.sub(r"ground = \{.*?\}\s*", f"ground = {way}", _UV_OF_POINT)
    for key, lines in (
        ("GROUND", ground), ("SLOPES", _SLOPES.replace("SCALED", way)), ("GRADIENT", _GRADIENT), ("LOCAL", _LOCAL),
    ):  # fmt: skip
        text = text.replace(key, lines)
    p.write(text)
    return p.done("queries", "textures", target, summary, tuple(uses.split()))


RECIPES = (Recipe(name="textures", category="queries", targets=tuple(_AT_POINT), draw=_draw),)
