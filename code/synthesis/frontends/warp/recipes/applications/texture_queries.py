"""Kernels that sample textures, most with interpolation: images, height maps, motor tables, distances to shapes."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, FRAME, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import texture_argument

_BODIES = read_bodies("warp", "texture_queries", margin=8)

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
    p.array("particle_x", VEC, (-1.1, 1), (count,), ("particle_q", "positions", "points", "x"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("radius", FLOAT, (0.02, 0.2), (count,), ("particle_radius", "radii"))
    p.scalar("X_ws", FRAME, (-0.2, 0.2), ("X_ws", "shape_pose", "shape_xform"))
    p.array("shape_rot", FOUR, (-1, 1), (4,), ("shape_rot", "shape_quat"), "wp.quat")
    p.array("shape_pos", VEC, (-0.2, 0.2), (4,), ("shape_pos", "shape_position"))
    p.scalar("shape_index", INT, (0, 3), ("shape_index", "shape_id"))
    p.array("particle_v", VEC, (-1, 1), (count,), ("particle_qd", "velocities"))
    p.array("hit_id", INT, (-2, 5), (count,), ("hit_shape", "shape_index"))
    p.array("in_shadow", INT, (0, 1), (count,), ("in_shadow", "shadow_mask"))
    p.array("view_dir", VEC, (-1, 1), (count,), ("view_dir", "to_camera"))
    p.array("voltage", FLOAT, (2, 10), (count,), ("voltage", "bus_voltage"))
    p.array("uvs", _UV, (-0.2, 1.2), (count,), ("uvs", "tex_coords", "uv"))
    p.array("normals_in", VEC, (-1, 1), (count,), ("normals", "surface_normals"))
    p.array("intensity", FLOAT, (0, 1), (count,), ("intensity", "weights"))
    p.array("joint_qd", FLOAT, (-4, 5), (count,), ("joint_qd", "motor_speed", "dof_vel"))
    p.array("joint_tau", FLOAT, (-8, 10), (count,), ("joint_tau", "motor_torque", "actuator_force"))
    p.scalar("lower", VEC, (-1.2, -0.9), ("lower", "box_lower", "origin"))
    p.scalar("upper", VEC, (0.9, 1.2), ("upper", "box_upper"))
    p.scalar("center", VEC, (-0.2, 0.2), ("center", "sdf_center"))
    p.scalar("light_dir", VEC, (-1, 1), ("light_dir", "sun_direction"))
    p.number("inv_extent", (0.4, 0.6), ("inv_extent", "inv_size", "uv_scale"), ("0.5",))
    p.number("height_scale", (0.5, 1.5), ("height_scale", "z_scale"), ("2.0", "0.5"))
    p.number("margin", (0.15, 0.4), ("margin", "contact_margin", "thickness"), ("0.25", "0.3"))
    p.number("texel", (0.05, 0.1), ("texel", "texel_size", "uv_step", "eps"), ("0.05", "0.0625"))
    p.number("ke", (0.5, 3), ("ke", "stiffness", "contact_ke"), ("10.0", "100.0"))
    p.number("repeat", (1.5, 3), ("repeat", "tiling"), ("2.0", "4.0"))
    p.number("ambient", (0.1, 0.3), ("ambient", "ambient_light"), ("0.1", "0.2"))
    p.number("background", (0.1, 0.9), ("background", "clear_value"), ("0.5", "1.0"))
    p.number("threshold", (0.3, 0.6), ("threshold", "alpha_cutoff", "cutoff"), ("0.5",))
    p.number("speed_limit", (4, 6), ("speed_limit", "max_speed"), ("5.0",))
    p.number("torque_limit", (8, 12), ("torque_limit", "max_torque"), ("10.0",))
    p.number("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1", "0.05"))
    for key, span, names, usual in (
        ("kd", (0.1, 0.8), ("kd", "contact_kd"), ("0.5",)), ("kf", (0.1, 0.8), ("kf", "contact_kf"), ("0.5",)),
        ("specular", (0.2, 0.8), ("specular", "gloss_weight"), ("0.5",)), ("footprint", (0.02, 0.1),
        ("footprint", "pixel_width"), ("0.05",)),
        ("regeneration", (0.3, 0.9), ("regeneration",), ("0.6",)), ("heat_capacity", (2, 8), ("heat_capacity",),
        ("4.0",)),
        ("cooling", (0.05, 0.3), ("cooling", "cooling_rate"), ("0.1",)), ("ambient_temp", (0.1, 0.4),
        ("ambient_temp",), ("0.25",)),
        ("max_temp", (0.5, 1.5), ("max_temp", "temp_limit"), ("1.0",)), ("heat_limit", (0.5, 1.5), ("heat_limit",),
        ("1.0",)),
        ("max_voltage", (10, 14), ("max_voltage", "nominal_voltage"), ("12.0",)), ("max_push", (0.1, 0.3),
        ("max_push",), ("0.2",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    p.output("x_io", VEC, (count,), ("particle_q", "positions"), (-1.1, 1))
    p.output("v_io", VEC, (count,), ("particle_qd", "velocities"), (-1, 1))
    p.output("charge", FLOAT, (count,), ("battery_charge", "charge"), (1, 9))
    p.output("temperature", FLOAT, (count,), ("motor_temperature", "winding_temp"), (0.2, 1.5))
    p.output("tau_out", FLOAT, (count,), ("joint_tau_out", "limited_torque"))
    p.output("overheated", INT, (count,), ("overheated",), (0, 1))
    p.output("hit_out", INT, (count,), ("hit_shape_out", "visible_shape"))
    p.output("particle_f", VEC, (count,), ("particle_f", "forces", "f"), (-0.5, 0.5))
    p.output("particle_x_out", VEC, (count,), ("particle_q_out", "x_out", "x_new"))
    p.output("normal", VEC, (count,), ("terrain_normal", "normals_out"))
    p.output("heat", FLOAT, (count,), ("heat", "motor_heat"), (0, 1))
    for key, titles in (
        ("contact_dist", ("contact_dist", "distances", "gap")), ("shade", ("shade", "pixels", "color_out")),
        ("power", ("power", "electric_power", "input_power")),
    ):  # fmt: skip
        p.output(key, FLOAT, (count,), titles)
    p.output("in_contact", INT, (count,), ("in_contact", "contact_flags"))
    p.output(
        "num_contacts", INT, (1,), ("num_limited",) if what == "joint" else ("contact_count", "num_contacts"), (0, 3)
    )
    p.output("total", FLOAT, (1,), ("total_power",) if "power" in uses else ("total_loss",), (0, 1))
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
