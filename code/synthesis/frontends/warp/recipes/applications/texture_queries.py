"""Textures: pictures, maps of heights, tables of motors and distances to shapes, read between their texels."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import texture_argument
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_UV = Type("float32", (2,))

_AT_POINT = {
    "texture_terrain": """
        {?0.5 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        pos = particle_x[tid]
        {uv = wp.vec2((pos[0] - lower[0]) * inv_extent, (pos[1] - lower[1]) * inv_extent) ~
        uv = wp.vec2(pos[0] - lower[0], pos[1] - lower[1]) * inv_extent}
        ground = {lower[2] + ~} {height_scale * ~} wp.texture_sample(height_map, uv, dtype=float)
        {gap = pos[2] - ground
        {if gap >= margin:
            return ~ if gap > margin:
            return}
        {* particle_f[tid] += {up * (ke * (margin - gap)) ~ wp.vec3(0.0, 0.0, ke * (margin - gap))} ~
            wp.atomic_add(num_contacts, 0, 1)
        ~
            contact_dist[tid] = gap
        } ~
        # slope of the ground, a texel to each side
        dzdx = wp.texture_sample(height_map, uv + wp.vec2(texel, 0.0), dtype=float) - ground
        dzdy = wp.texture_sample(height_map, uv + wp.vec2(0.0, texel), dtype=float) - ground
        normal[tid] = wp.normalize(wp.vec3(-dzdx, -dzdy, {texel ~ 2.0 * texel}))
        {?0.6 contact_dist[tid] = pos[2] - ground} ~
        {if pos[2] < ground:
            pos = wp.vec3(pos[0], pos[1], ground)
        particle_x_out[tid] = pos ~ particle_x_out[tid] = wp.vec3(pos[0], pos[1], wp.max(pos[2], ground))}}
    """,
    "texture_shade": """
        uv = uvs[tid]
        {?0.5 if uv[0] < 0.0 or uv[0] > 1.0:
            shade[tid] = background
            return}
        albedo = wp.texture_sample(image, {uv ~ uv * repeat}, dtype=float)
        {n = normals_in[tid]
        lambert = wp.max(wp.dot(n, light_dir), 0.0)
        {shade[tid] = albedo * (ambient + lambert) ~ shade[tid] = albedo * lambert + ambient} ~
        {# where the mask is low
        if albedo < threshold:
            shade[tid] = background
        else:
            shade[tid] = albedo ~ shade[tid] = wp.where(albedo > threshold, albedo, background)} ~
        shade[tid] = {albedo * intensity[tid] ~ wp.lerp(background, albedo, intensity[tid])}
        {?0.4 wp.atomic_add(total, 0, albedo)}}
    """,
    "texture_map": """
        {?0.5 {if joint_qd[tid] == 0.0:
            power[tid] = 0.0
            return ~ # a motor that stands has no efficiency
        if joint_qd[tid] == 0.0 or joint_tau[tid] == 0.0:
            return}}
        {# where the motor works, as shares of its limits
        speed = wp.abs(joint_qd[tid]) / speed_limit
        load = wp.abs(joint_tau[tid]) / torque_limit ~
        speed = joint_qd[tid] / speed_limit
        load = joint_tau[tid] / torque_limit}
        {efficiency = wp.texture_sample(efficiency_map, wp.vec2(speed, load), dtype=float) ~
        efficiency = wp.texture_sample(efficiency_map, wp.vec2(wp.clamp(speed, 0.0, 1.0), wp.clamp(load, 0.0, 1.0)), \
                dtype=float)}
        mech = joint_qd[tid] * joint_tau[tid]
        {power[tid] = mech / wp.max(efficiency, 0.1) ~
        if mech >= 0.0:
            power[tid] = mech / wp.max(efficiency, 0.1)
        else:
            power[tid] = mech * efficiency ~
        loss = wp.abs(mech) * (1.0 - efficiency)
        heat[tid] = {heat_in[tid] + loss * dt ~ loss * dt}}
        {?0.4 wp.atomic_add(total, 0, mech)}
    """,
    "texture_sdf": """
        {?0.5 if shape_index[tid] < 0:
            return}
        local = {particle_x[tid] - center ~ particle_x[tid]}
        coords = {wp.cw_div(local - lower, upper - lower) ~ wp.cw_mul(local - lower, inv_size)}
        d = wp.texture_sample(sdf_texture, coords, dtype=float)
        {?0.5 # outside of the box: what it is at the nearest side, and the way there
        clamped = wp.vec3(wp.clamp(coords[0], 0.0, 1.0), wp.clamp(coords[1], 0.0, 1.0), wp.clamp(coords[2], 0.0, 1.0))
        d = d + wp.length(coords - clamped)}
        {{if d >= margin:
            return ~ if d > margin + radius[tid]:
            return}
        gx = wp.texture_sample(sdf_texture, coords + wp.vec3(texel, 0.0, 0.0), dtype=float) - d
        gy = wp.texture_sample(sdf_texture, coords + wp.vec3(0.0, texel, 0.0), dtype=float) - d
        gz = wp.texture_sample(sdf_texture, coords + wp.vec3(0.0, 0.0, texel), dtype=float) - d
        n = wp.normalize(wp.vec3(gx, gy, gz))
        {particle_f[tid] += n * (ke * (margin - d)) ~ particle_x_out[tid] = particle_x[tid] + n * (margin - d)} ~
        {* contact_dist[tid] = {d ~ d - radius[tid]} ~
            if d < margin:
                {wp.atomic_add(num_contacts, 0, 1) ~ in_contact[tid] = 1}
        }}
    """,
}


def _draw(stream: Stream, target: str) -> KernelSpec:
    """What a texture has where a thread asks."""
    what = {"texture_shade": "pixel", "texture_map": "joint"}.get(target, "particle")
    p = Program(stream, ("tid", "i", what))
    count, choices = p.threads, p.choices.child("texels")
    flat = choices.choice((12, 16, 20)), choices.choice((12, 16, 24))
    deep = choices.choice((8, 10, 12)), choices.choice((8, 10, 12)), choices.choice((8, 10, 12))
    linear, address = choices.chance(0.8), choices.choice(("CLAMP", "CLAMP", "WRAP", "MIRROR"))
    for key, titles, bounds in (
        ("height_map", ("height_map", "heightfield", "terrain"), (0, 0.6)),
        ("image", ("image", "albedo_map", "texture", "color_map"), (0, 1)),
        ("efficiency_map", ("efficiency_map", "motor_map", "table"), (0.3, 0.95)),
    ):
        p.handle(key, titles, lambda name, b=bounds: texture_argument(name, flat, b, linear, address, normalized=True))
    p.handle("sdf_texture", ("sdf_texture", "sdf_tex", "distance_texture", "sdf"),
             lambda name: texture_argument(name, deep, (-0.3, 0.8), True, "CLAMP", normalized=True))  # fmt: skip
    p.constants({"PARTICLE_ACTIVE": 1})
    p.array("particle_x", VEC, (-1.1, 1), (count,), ("particle_q", "positions", "points", "x"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("shape_index", INT, (-1, 3), (count,), ("shape_index", "sdf_index"))
    p.array("radius", FLOAT, (0.02, 0.2), (count,), ("particle_radius", "radii"))
    p.array("uvs", _UV, (-0.2, 1.2), (count,), ("uvs", "tex_coords", "uv"))
    p.array("normals_in", VEC, (-1, 1), (count,), ("normals", "surface_normals"))
    p.array("intensity", FLOAT, (0, 1), (count,), ("intensity", "weights"))
    p.array("joint_qd", FLOAT, (-4, 5), (count,), ("joint_qd", "motor_speed", "dof_vel"))
    p.array("joint_tau", FLOAT, (-8, 10), (count,), ("joint_tau", "motor_torque", "actuator_force"))
    p.array("heat_in", FLOAT, (0, 1), (count,), ("heat", "motor_heat"))
    p.scalar("lower", VEC, (-1.2, -0.9), ("lower", "box_lower", "origin"))
    p.scalar("upper", VEC, (0.9, 1.2), ("upper", "box_upper"))
    p.scalar("center", VEC, (-0.2, 0.2), ("center", "shape_pos"))
    p.scalar("inv_size", VEC, (0.4, 0.6), ("inv_size", "inv_extent"))
    p.scalar("up", VEC, (0.1, 1), ("up", "up_axis"))
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
    p.output("particle_f", VEC, (count,), ("particle_f", "forces", "f"), (-0.5, 0.5))
    p.output("particle_x_out", VEC, (count,), ("particle_q_out", "x_out", "x_new"))
    p.output("normal", VEC, (count,), ("terrain_normal", "normals_out"))
    for key, titles in (
        ("contact_dist", ("contact_dist", "distances", "gap")), ("shade", ("shade", "pixels", "color_out")),
        ("power", ("power", "electric_power", "input_power")), ("heat", ("heat_out", "motor_heat_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, (count,), titles)
    p.output("in_contact", INT, (count,), ("in_contact", "contact_flags"), (0, 0))
    p.output("num_contacts", INT, (1,), ("contact_count", "num_contacts"), (0, 3))
    p.output("total", FLOAT, (1,), ("total", "sum_out"), (0, 1))
    p.guard_count(what)
    p.write(_AT_POINT[target])
    titles = {
        "texture_terrain": ("collide_heightfield", "terrain_contacts", "terrain_height", "project_to_terrain"),
        "texture_shade": ("shade_pixels", "sample_albedo", "apply_texture", "texture_lookup"),
        "texture_map": ("motor_power", "lookup_efficiency", "actuator_losses", "interpolate_motor_map"),
        "texture_sdf": ("sdf_texture_contacts", "sample_sdf_texture", "texture_sdf_distance", "collide_texture_sdf"),
    }[target]
    remark = {
        "texture_terrain": "Particles above a map of heights",
        "texture_shade": "A value of a picture for each pixel",
        "texture_map": "Losses of motors, by a table of their efficiency",
        "texture_sdf": "Distances to a shape from a texture of three dimensions",
    }[target]
    return p.done("queries", "textures", target, remark, titles)


RECIPES = (Recipe(name="textures", category="queries", targets=tuple(_AT_POINT), draw=_draw),)
