"""Volumes: distances to a shape, densities, winds and labels in space, asked where particles, rays and cells are."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FRAME, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import volume_argument
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_AT_POINT = {
    "volume_contact": """
        {?0.5 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        {x_local = wp.transform_point(wp.transform_inverse(X_ws), particle_x[tid])
        uvw = wp.volume_world_to_index(sdf, x_local) ~
        uvw = wp.volume_world_to_index(sdf, particle_x[tid])}
        {normal = wp.vec3()
        {d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, normal) ~
        d = wp.volume_sample_grad(sdf, uvw, wp.Volume.LINEAR, normal, dtype=float)}
        {?0.5 # the gradient is per voxel
        normal = wp.volume_index_to_world_dir(sdf, normal)}
        {if d >= margin:
            return ~ if d > margin + radius[tid]:
            return
        d -= radius[tid]}
        n = wp.normalize(normal)
        {*
            {fn = ke * wp.min(d - margin, 0.0)
            {vn = wp.dot(n, particle_v[tid])
            fn = fn + kd * wp.min(vn, 0.0) ~}
            wp.atomic_sub(particle_f, tid, n * fn) ~
            {vn = wp.dot(particle_v[tid], n)
            vt = particle_v[tid] - n * vn
            particle_f[tid] -= n * ke * d + vt * kd ~ particle_f[tid] -= n * (ke * d)}}
        ~
            particle_x_out[tid] = particle_x[tid] + n * (margin - d)
        ~
            contact_dist[tid] = d
        ~
            wp.atomic_add(num_contacts, 0, 1)
        } ~
        d = {wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR) ~ wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)}
        {* {contact_dist[tid] = d - radius[tid] ~ contact_dist[tid] = wp.max(d, 0.0) ~ contact_dist[tid] = d} ~
            {# inside or near
            if d < margin:
                wp.atomic_add(num_contacts, 0, 1)
                {?0.5 in_contact[tid] = 1}
            else:
                in_contact[tid] = 0 ~ in_contact[tid] = 1 if d < margin else 0}
        }}
    """,
    "volume_advect": """
        {?0.4 if particle_life[tid] <= 0.0:
            return}
        {pos = particle_x[tid]
        v0 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos), wp.Volume.LINEAR)
        {# second order: the wind half a step ahead
        mid = pos + v0 * (0.5 * dt)
        v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, mid), wp.Volume.LINEAR)
        particle_x_out[tid] = pos + v1 * dt ~ particle_x_out[tid] = pos + v0 * dt} ~
        uvw = wp.volume_world_to_index(wind, particle_x[tid])
        u = {wp.volume_sample_v(wind, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(wind, uvw, wp.Volume.LINEAR, dtype=wp.vec3) ~ \
                wp.volume_sample_v(wind, uvw, wp.Volume.CLOSEST)}
        {# drag towards the wind
        particle_f[tid] += (u - particle_v[tid]) * drag ~
        rel = u - particle_v[tid]
        particle_f[tid] += rel * (drag * wp.length(rel)) ~
        particle_v_out[tid] = particle_v[tid] + (u - particle_v[tid]) * {(drag * dt) ~ wp.min(drag * dt, 1.0)}}}
        {?0.4 life_out[tid] = wp.max(particle_life[tid] - dt, 0.0)}
    """,
    "volume_march": """
        pos = ray_origin[tid]
        direction = {wp.normalize(ray_dir[tid]) ~ ray_dir[tid]}
        {# sphere tracing
        t = float(0.0)
        {hit = int(0)
        for step in range(max_steps):
            d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos + direction * t), wp.Volume.LINEAR)
            if d < {hit_eps ~ hit_eps * 0.5}:
                hit = 1
                break
            t += {wp.max(d, min_step) ~ wp.max(0.5 * d, min_step)}
            {?0.5 if t > max_t:
                break}
        {* depth[tid] = {t if hit == 1 else max_t ~ t} ~ ray_hit[tid] = hit} ~
        while t < max_t:
            d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos + direction * t), wp.Volume.LINEAR)
            if d < hit_eps:
                break
            t += wp.max(d, min_step)
        depth[tid] = {wp.min(t, max_t) ~ t}} ~
        # light that is left behind the smoke
        transmittance = float(1.0)
        {glow = float(0.0)
        for step in range(max_steps):
            uvw = wp.volume_world_to_index(smoke, pos)
            rho = wp.max(wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR), 0.0)
            glow += transmittance * rho * min_step
            transmittance *= wp.exp(-rho * min_step)
            pos += direction * min_step
        {* depth[tid] = glow ~ radiance[tid] = transmittance} ~
        for step in range(max_steps):
            p_i = pos + direction * (min_step * (float(step) + 0.5))
            uvw = wp.volume_world_to_index(smoke, p_i)
            rho = wp.volume_sample_f(smoke, uvw, {wp.Volume.LINEAR ~ wp.Volume.CLOSEST})
            if rho <= 0.0:
                continue
            transmittance *= 1.0 - rho * min_step
            {?0.4 if transmittance < 0.1:
                break}
        radiance[tid] = {transmittance ~ background * transmittance}}}
    """,
    "volume_density": """
        {pos = particle_x[tid] ~ pos = wp.transform_point(X_ws, particle_x[tid])}
        uvw = wp.volume_world_to_index(smoke, pos)
        {ix = int(wp.floor(uvw[0]))
        iy = int(wp.floor(uvw[1]))
        iz = int(wp.floor(uvw[2]))
        {# a box filter over the corners of the cell
        total = float(0.0)
        for di in range(2):
            for dj in range(2):
                for dk in range(2):
                    total += wp.volume_lookup_f(smoke, ix + di, iy + dj, iz + dk)
        density[tid] = 0.125 * total ~
        lowest = wp.volume_lookup_f(smoke, ix, iy, iz)
        for corner in range(1, 8):
            value = wp.volume_lookup_f(smoke, ix + (corner & 1), iy + ((corner >> 1) & 1), iz + (corner >> 2))
            lowest = wp.min(lowest, value)
        density[tid] = {lowest ~ wp.max(lowest, 0.0)} ~
        gx = wp.volume_lookup_f(smoke, ix + 1, iy, iz) - wp.volume_lookup_f(smoke, ix - 1, iy, iz)
        gy = wp.volume_lookup_f(smoke, ix, iy + 1, iz) - wp.volume_lookup_f(smoke, ix, iy - 1, iz)
        gz = wp.volume_lookup_f(smoke, ix, iy, iz + 1) - wp.volume_lookup_f(smoke, ix, iy, iz - 1)
        gradient[tid] = 0.5 * wp.vec3(gx, gy, gz)} ~
        value = {wp.volume_sample_f(smoke, uvw, {wp.Volume.LINEAR ~ wp.Volume.CLOSEST}) ~ \
                wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)}
        density[tid] = {value * mass[tid] ~ wp.clamp(value, 0.0, limit) ~ wp.where(value > threshold, value, 0.0)}
        {?0.4 if value > threshold:
            wp.atomic_add(total_mass, 0, mass[tid])}}
    """,
    "volume_force": """
        uvw = wp.volume_world_to_index(potential, particle_x[tid])
        grad = wp.vec3()
        {value = wp.volume_sample_grad_f(potential, uvw, wp.Volume.LINEAR, grad) ~
        value = wp.volume_sample_grad(potential, uvw, wp.Volume.LINEAR, grad, dtype=float)}
        {grad = wp.volume_index_to_world_dir(potential, grad) ~}
        {# down the slope of the potential
        particle_f[tid] -= grad * mass[tid]
        energy[tid] = {value * mass[tid] ~ value} ~
        {if value < threshold:
            return ~ if value <= 0.0:
            return}
        particle_f[tid] -= wp.normalize(grad) * (ke * value) ~
        gradient[tid] = grad
        energy[tid] = {value ~ 0.5 * value * value}}
    """,
    "volume_labels": """
        {uvw = wp.volume_world_to_index(labels, particle_x[tid])
        {label = wp.volume_sample_i(labels, uvw) ~
        label = wp.volume_lookup_i(labels, int(uvw[0]), int(uvw[1]), int(uvw[2])) ~
        label = wp.volume_lookup(labels, int(uvw[0]), int(uvw[1]), int(uvw[2]), dtype=int)} ~
        label = wp.volume_sample_i(labels, wp.volume_world_to_index(labels, particle_x[tid]))}
        {if label {<= 0 ~ == EMPTY}:
            {material[tid] = EMPTY
            return ~ return}}
        {* material[tid] = label ~
            wp.atomic_add(label_count, label, 1)
        ~
            wp.atomic_add(label_mass, label, mass[tid])
        ~
            {if label == SOLID:
                particle_v_out[tid] = wp.vec3(0.0, 0.0, 0.0)
            else:
                particle_v_out[tid] = {particle_v[tid] * 0.5 ~ particle_v[tid]}}
        }
    """,
}
_AT_VOXEL = {
    "voxel_laplacian": """
        center = wp.volume_lookup_f(smoke, i, j, k)
        {total = wp.volume_lookup_f(smoke, i - 1, j, k) + wp.volume_lookup_f(smoke, i + 1, j, k)
        total += wp.volume_lookup_f(smoke, i, j - 1, k) + wp.volume_lookup_f(smoke, i, j + 1, k)
        total += wp.volume_lookup_f(smoke, i, j, k - 1) + wp.volume_lookup_f(smoke, i, j, k + 1) ~
        total = float(0.0)
        for side in range(-1, 2, 2):
            total += wp.volume_lookup_f(smoke, i + side, j, k)
            total += wp.volume_lookup_f(smoke, i, j + side, k)
            total += wp.volume_lookup_f(smoke, i, j, k + side)}
        field_out[i, j, k] = STENCIL
    """,
    "voxel_occupied": """
        {label = wp.volume_lookup_i(labels, i, j, k) ~ label = wp.volume_lookup(labels, i, j, k, dtype=int)}
        {count = int(0)
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    {if wp.volume_lookup_i(labels, i + di, j + dj, k + dk) == label:
                        count += 1 ~
                    other = wp.volume_lookup_i(labels, i + di, j + dj, k + dk)
                    if other != EMPTY and other != label:
                        count += 1}
        label_out[i, j, k] = {count ~ label if count > least else EMPTY ~ label if count > least else 0} ~
        {if label != EMPTY and label != SOLID:
            wp.atomic_add(num_active, 0, 1) ~
        if label == SOLID:
            wp.atomic_add(num_active, {0 ~ 0}, 1)}
        label_out[i, j, k] = {1 if label > 0 else 0 ~ label}}
    """,
    "voxel_resample": """
        {# centres of the cells of a finer grid
        pos = lower + wp.vec3(float(i) + 0.5, float(j) + 0.5, float(k) + 0.5) * width ~
        pos = lower + wp.vec3(float(i), float(j), float(k)) * width}
        {uvw = wp.volume_world_to_index(sdf, pos)
        field_out[i, j, k] = {wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)} ~
        d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR)
        {field_out[i, j, k] = {wp.min(field[i, j, k], d) ~ wp.max(field[i, j, k], -d) ~ d - offset} ~
        if wp.abs(d) < band:
            field_out[i, j, k] = d
        else:
            field_out[i, j, k] = {wp.sign(d) * band ~ band}}}
    """,
    "voxel_divergence": """
        {div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - wp.volume_lookup_v(wind, i, j, k)[0]
        div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - wp.volume_lookup_v(wind, i, j, k)[1]
        div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - wp.volume_lookup_v(wind, i, j, k)[2] ~
        here = wp.volume_lookup_v(wind, i, j, k)
        div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - here[0]
        div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - here[1]
        div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - here[2]}
        {* field_out[i, j, k] = {div * inv_width ~ div} ~
            # how far the wind is from being free of divergence
            wp.atomic_max(largest, 0, wp.abs(div))
        }
    """,
}

_STENCILS = (
    ("center + alpha * (total - 6.0 * center)", ("diffuse_volume", "diffusion_step", "volume_diffusion")),
    ("(total - 6.0 * center) * inv_width * inv_width", ("volume_laplacian", "laplacian_of_volume")),
    ("{total / 6.0 ~ 0.5 * center + total / 12.0}", ("smooth_volume", "average_neighbors")),
)
"""What is made of a voxel and the sum of the six around it, and what kernels that do it are called."""


def _declare_volumes(p: Program) -> None:
    """Volumes that lines may name: distances or densities, winds, labels."""
    choices, counts = p.choices.child("voxels"), (10, 11, 12)
    sizes = choices.choice(counts), choices.choice(counts), choices.choice(counts)
    p.handle("sdf", ("sdf", "volume", "sdf_volume", "volume_id", "sdf_id"),
             lambda name: volume_argument(name, "volume_f", sizes, 1.2, (-0.4, 0.8), 0.6))  # fmt: skip
    p.handle("smoke", ("density_volume", "smoke", "volume", "density_grid", "fog"),
             lambda name: volume_argument(name, "volume_f", sizes, 1.2, (-0.2, 1.0), 0))  # fmt: skip
    p.handle("potential", ("potential", "field", "volume", "phi"),
             lambda name: volume_argument(name, "volume_f", sizes, 1.2, (-0.5, 0.8), 0))  # fmt: skip
    p.handle("wind", ("velocity_volume", "wind", "velocity_field", "flow"),
             lambda name: volume_argument(name, "volume_v", sizes, 1.2, (-1.0, 0.8), 0.1))  # fmt: skip
    p.handle("labels", ("labels", "label_volume", "material_volume", "segmentation"),
             lambda name: volume_argument(name, "volume_i", sizes, 1.2, (0, 5), 0))  # fmt: skip
    p.constants({"PARTICLE_ACTIVE": 1})
    p.constants({"EMPTY": 0, "SOLID": 3})


def _draw_at_points(stream: Stream, target: str) -> KernelSpec:
    """What a volume holds where a particle is or a ray passes."""
    p = Program(stream, ("tid", "i", "particle", "ray") if target == "volume_march" else ("tid", "i", "particle"))
    _declare_volumes(p)
    count = p.threads
    reach = (-0.85, 0.8) if target == "volume_force" else (-1.3, 1.2)  # its slope is nothing but noise outside
    p.array("particle_x", VEC, reach, (count,), ("particle_q", "x", "positions", "points"))
    p.array("particle_v", VEC, (-1, 0.8), (count,), ("particle_qd", "v", "velocities"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("radius", FLOAT, (0.02, 0.2), (count,), ("particle_radius", "radius", "radii"))
    p.array("mass", FLOAT, (0.5, 2), (count,), ("particle_mass", "mass", "weights"))
    p.array("particle_life", FLOAT, (-0.2, 1), (count,), ("lifetime", "particle_life", "age"))
    p.array("ray_origin", VEC, (-1.2, -0.4), (count,), ("ray_origins", "origins", "ray_starts"))
    p.array("ray_dir", VEC, (0.4, 1), (count,), ("ray_directions", "directions", "ray_dirs"))
    p.scalar("X_ws", FRAME, (-1, 1), ("X_ws", "shape_xform", "body_xform"))
    p.number("margin", (0.2, 0.4), ("margin", "contact_margin", "thickness"), ("0.25", "0.3"))
    p.number("ke", (0.5, 3), ("ke", "stiffness", "contact_ke"), ("10.0", "100.0"))
    p.number("kd", (0.1, 0.8), ("kd", "damping", "contact_kd"), ("0.5", "0.1"))
    p.number("drag", (0.2, 1.5), ("drag", "drag_coefficient", "coupling"), ("0.5", "1.0"))
    p.number("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1", "0.05"))
    p.number("hit_eps", (0.02, 0.1), ("hit_eps", "tolerance", "surface_eps"), ("0.05", "0.01"))
    p.number("min_step", (0.05, 0.12), ("min_step", "step_size", "ds"), ("0.05", "0.1"))
    p.number("max_t", (1.2, 2), ("max_t", "max_dist", "far"), ("2.0", "1.5"))
    p.number("limit", (0.2, 0.5), ("max_density", "limit"), ("0.5", "0.3"))
    p.number("threshold", (0.05, 0.3), ("threshold", "iso_value", "level"), ("0.1", "0.25"))
    p.number("background", (0.5, 1), ("background", "ambient"), ("0.8", "0.5"))
    p.sizes(max_steps=p.choices.choice((12, 16, 24, 32)))
    p.output("particle_f", VEC, (count,), ("particle_f", "forces", "f"), (-0.5, 0.5))
    p.output("particle_x_out", VEC, (count,), ("particle_q_out", "x_out", "x_new", "corrected"))
    p.output("particle_v_out", VEC, (count,), ("particle_qd_out", "v_out", "v_new"))
    p.output("life_out", FLOAT, (count,), ("lifetime_out", "life_out", "age_out"))
    p.output("gradient", VEC, (count,), ("gradients", "normals", "grad_out"))
    for key, names in (
        ("contact_dist", ("distances", "contact_dist", "sdf_values")), ("depth", ("depth", "ray_dist", "t_hit")),
        ("radiance", ("transmittance", "radiance", "pixels")), ("energy", ("energy", "potential")),
        ("density", ("density", "sampled", "values_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, (count,), names)
    p.output("in_contact", INT, (count,), ("in_contact", "contact_flags", "inside"))
    p.output("ray_hit", INT, (count,), ("hits", "ray_hit", "hit_mask"))
    p.output("material", INT, (count,), ("material_ids", "particle_label", "region"))
    p.output("num_contacts", INT, (1,), ("contact_count", "num_contacts"), (0, 3))
    p.output("total_mass", FLOAT, (1,), ("total_mass", "mass_sum"), (0, 1))
    p.output("label_count", INT, (8,), ("label_count", "histogram"), (0, 3))
    p.output("label_mass", FLOAT, (8,), ("label_mass", "region_mass"), (0, 1))
    p.guard_count("ray" if target == "volume_march" else "particle")
    p.write(_AT_POINT[target])
    titles = {
        "volume_contact": ("collide_particles_volume", "sdf_contact", "eval_particle_sdf_contacts", "volume_contacts"),
        "volume_advect": ("advect_particles", "apply_wind", "advect_in_volume", "sample_wind"),
        "volume_march": ("raymarch_volume", "render_volume", "march_rays", "trace_volume"),
        "volume_density": ("sample_density", "sample_volume", "gather_from_volume", "volume_density_at_particles"),
        "volume_force": ("eval_potential_force", "field_force", "volume_gradient_force", "sample_gradient"),
        "volume_labels": ("label_particles", "assign_materials", "classify_points", "region_of_particles"),
    }[target]
    remark = {
        "volume_contact": "Contacts of particles with a shape that is given by its distances",
        "volume_advect": "Particles in a wind that is sampled from a volume",
        "volume_march": "Rays through a volume",
        "volume_density": "Values of a density volume at particles",
        "volume_force": "Forces down the slope of a potential",
        "volume_labels": "Regions of a labelled volume that particles are in",
    }[target]
    return p.done("queries", "volumes", target, remark, titles)


def _draw_at_voxels(stream: Stream, target: str) -> KernelSpec:
    """What a volume holds at each voxel of a grid and around it."""
    sizes = stream.child("cells").choice(((6, 6, 8), (8, 8, 8), (4, 8, 10), (9, 6, 5)))
    p = Program(stream, ("i", "ix", "x"), ("j", "iy", "y"), ("k", "iz", "z"), launch=sizes)
    _declare_volumes(p)
    p.array("field", FLOAT, (-0.5, 0.8), sizes, ("field", "sdf_grid", "phi", "values"))
    p.scalar("lower", VEC, (-1, -0.6), ("lower", "grid_lower", "origin"))
    p.number("width", (0.1, 0.25), ("width", "cell_size", "dx", "voxel_size"), ("0.2", "0.1"))
    p.number("inv_width", (2, 5), ("inv_dx", "inv_width"), ("4.0", "2.0"))
    p.number("alpha", (0.05, 0.15), ("alpha", "diffusion", "rate"), ("0.1", "0.05"))
    p.number("band", (0.2, 0.4), ("band", "narrow_band", "truncation"), ("0.3", "0.25"))
    p.number("offset", (0.05, 0.2), ("offset", "thickness"), ("0.1",))
    p.scalar("least", INT, (3, 8), ("min_neighbors", "least"))
    p.output("field_out", FLOAT, sizes, ("field_out", "grid_out", "phi_out", "result"))
    p.output("label_out", INT, sizes, ("label_out", "occupancy", "mask_out"))
    p.output("num_active", INT, (1,), ("num_active", "active_count", "num_voxels"), (0, 3))
    p.output("largest", FLOAT, (1,), ("max_divergence", "residual"), (0, 0.1))
    stencil, laplacian = p.choices.choice(_STENCILS)
    p.write(_AT_VOXEL[target].replace("STENCIL", stencil))
    titles = {
        "voxel_laplacian": laplacian,
        "voxel_occupied": ("classify_voxels", "count_occupied", "filter_labels", "voxel_occupancy"),
        "voxel_resample": ("resample_volume", "volume_to_grid", "copy_volume_to_dense", "bake_sdf"),
        "voxel_divergence": ("volume_divergence", "velocity_divergence", "compute_divergence"),
    }[target]
    return p.done("queries", "volumes", target, "A thread for each voxel", titles)


def _draw(stream: Stream, target: str) -> KernelSpec:
    """What a volume holds, at points or at its voxels."""
    return (_draw_at_points if target in _AT_POINT else _draw_at_voxels)(stream, target)


_WEIGHTS = {
    "volume_force": 2.5,
    "volume_labels": 2.5,
    "voxel_occupied": 1.2,
    "volume_contact": 2.5,
    "voxel_divergence": 0.5,
}
RECIPES = (
    Recipe(name="volumes", category="queries", targets=(*_AT_POINT, *_AT_VOXEL), draw=_draw, target_weights=_WEIGHTS),
)
