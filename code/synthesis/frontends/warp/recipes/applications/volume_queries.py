"""Volumes: distances to a shape, densities, winds and labels in space, asked where particles, rays and cells are."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, FRAME, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import volume_argument

_AT_POINT: dict[str, tuple[tuple[str, str], ...]] = {
    "volume_contact": (
        (
            "eval_particle_sdf_contacts collide_particles_volume sdf_contact_forces",
            """
        {?0.3 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        LOOK
        d -= radius[tid]
        {if d >= margin:
            return
        ~ if d > margin:
            return}
        {n = safe_normalize(normal) ~ n = safe_normalize(normal) ~ n = wp.normalize(normal)}
        TURN
        v = particle_v[tid]
        vn = wp.dot(n, v)
        {# damping only where they approach
        ~}
        fn = ke * (margin - d) - kd * wp.min(vn, 0.0)
        {vt = v - n * vn
        f = n * fn - vt * kf ~
        # friction, as long as it slides no more than the cone lets it
        vt = v - n * vn
        f = n * fn - limit_length(vt * kf, mu * fn) ~
        vt = v - n * vn
        slip = wp.length(vt)
        f = n * fn
        if slip > 1.0e-4:
            f -= vt * (wp.min(kf * slip, mu * fn) / slip)}
        {wp.atomic_add(particle_f, tid, f) ~ particle_f[tid] += f}
        """,
        ),
        (
            "solve_particle_sdf_contacts project_particles push_out_particles",
            """
        {?0.3 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            particle_x_out[tid] = particle_x[tid]
            return}
        LOOK
        c = d - radius[tid]{ - margin ~}
        if c >= 0.0:
            particle_x_out[tid] = particle_x[tid]
            return
        {n = safe_normalize(normal) ~ n = safe_normalize(normal) ~ n = wp.normalize(normal)}
        TURN
        {dx = n * (-c) ~ dx = n * (-c)
        # friction takes back what it has slid in this step
        step = particle_x[tid] - x_prev[tid]
        slide = step - n * wp.dot(n, step)
        dx -= limit_length(slide, -mu * c)}
        {particle_x_out[tid] = particle_x[tid] + dx ~
        particle_x_out[tid] = particle_x[tid] + dx
        particle_v_out[tid] = particle_v[tid] + dx / dt}
        """,
        ),
        (
            "create_particle_sdf_contacts find_particle_contacts collide_particles_sdf",
            """
        {?0.3 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        LOOK
        {if d > radius[tid] + margin:
            return ~ if d - radius[tid] > margin:
            return}
        slot = wp.atomic_add(num_contacts, 0, 1)
        if slot >= contact_particle.shape[0]:
            return
        {n = safe_normalize(normal) ~ n = safe_normalize(normal) ~ n = wp.normalize(normal)}
        TURN
        contact_particle[slot] = tid
        contact_normal[slot] = n
        {contact_point[slot] = particle_x[tid] - n * d ~
        # the deepest point of the particle
        contact_point[slot] = particle_x[tid] - n * radius[tid]}
        {?0.5 contact_depth[slot] = radius[tid] - d}
        """,
        ),
        (
            "particle_sdf_distances sample_sdf query_sdf",
            """
        uvw = wp.volume_world_to_index(sdf, particle_x[tid])
        d = {wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float) ~ \
                wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)}
        contact_dist[tid] = d - radius[tid]
        {if d < margin + radius[tid]:
            in_contact[tid] = 1
            wp.atomic_add(num_contacts, 0, 1)
        else:
            in_contact[tid] = 0 ~
        if d < radius[tid]:
            wp.atomic_add(num_contacts, 0, 1)
            wp.atomic_max(deepest, 0, radius[tid] - d)}
        """,
        ),
    ),
    "volume_advect": (
        (
            "advect_particles advect_in_volume move_with_wind",
            """
        {?0.3 # particles that are gone
        if particle_life[tid] <= 0.0:
            return}
        pos = particle_x[tid]
        v0 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos), wp.Volume.LINEAR)
        {# second order: the wind half a step ahead
        mid = pos + v0 * (0.5 * dt)
        v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, mid), wp.Volume.LINEAR)
        step = v1 * dt ~
        {# Heun: the mean of both ends
        ~}
        ahead = pos + v0 * dt
        v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, ahead), wp.Volume.LINEAR)
        step = (v0 + v1) * (0.5 * dt) ~
        # third order, of Ralston
        v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos + v0 * (0.5 * dt)), wp.Volume.LINEAR)
        v2 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos + v1 * (0.75 * dt)), wp.Volume.LINEAR)
        step = (v0 * 2.0 + v1 * 3.0 + v2 * 4.0) * (dt / 9.0)}
        {?0.4 # what settles goes down meanwhile
        step += settling * dt}
        {particle_x_out[tid] = pos + step ~ {?0.6 particle_x_out[tid] = pos + step
        particle_life[tid] = particle_life[tid] - dt ~ particle_x_out[tid] = pos + step}}
        """,
        ),
        (
            "apply_wind_drag eval_wind_forces eval_aerodynamic_drag",
            """
        uvw = wp.volume_world_to_index(wind, particle_x[tid])
        u = {wp.volume_sample_v(wind, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(wind, uvw, wp.Volume.LINEAR, dtype=wp.vec3)}
        rel = u - particle_v[tid]
        {speed = wp.length(rel)
        {?0.5 if speed < min_speed:
            return}
        area = wp.pi * radius[tid] * radius[tid]
        particle_f[tid] += rel * (0.5 * air_density * drag * area * speed) ~
        # of Stokes, for what is small and slow
        particle_f[tid] += rel * (6.0 * wp.pi * viscosity * radius[tid]) ~
        # of Stokes, and with the square of the speed where it is fast
        speed = wp.length(rel)
        area = wp.pi * radius[tid] * radius[tid]
        f = rel * (6.0 * wp.pi * viscosity * radius[tid])
        if speed > min_speed:
            f += rel * (0.5 * air_density * drag * area * speed)
        wp.atomic_add(particle_f, tid, f)}
        """,
        ),
        (
            "relax_to_wind entrain_particles follow_wind",
            """
        {?0.3 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        uvw = wp.volume_world_to_index(wind, particle_x[tid])
        u = wp.volume_sample_v(wind, uvw, wp.Volume.LINEAR)
        v = particle_v[tid]
        {?0.5 v += gravity * dt}
        {# heavy particles follow later
        blend = 1.0 - wp.exp(-dt * drag / mass[tid]) ~ blend = 1.0 - wp.exp(-drag * dt) ~
        # taken at the end of the step
        blend = drag * dt / (mass[tid] + drag * dt)}
        v += (u - v) * blend
        particle_v_out[tid] = v
        {particle_x_out[tid] = particle_x[tid] + v * dt ~}
        """,
        ),
    ),
    "volume_march": (
        (
            "raymarch_sdf sphere_trace trace_sdf_volume",
            """
        start = ray_origin[tid]
        direction = wp.normalize(ray_dir[tid])
        t = float(0.0)
        {hit = int(0)
        for step in range(max_steps):
            {d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, start + direction * t), wp.Volume.LINEAR) ~
            uvw = wp.volume_world_to_index(sdf, start + direction * t)
            d = wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)}
            if d < hit_eps:
                hit = 1
                break
            t += wp.max(d, min_step)
            {if t > max_t:
                break
            ~}
        depth[tid] = t if hit == 1 else max_t
        {ray_hit[tid] = hit ~} ~
        while t < max_t:
            {d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, start + direction * t), wp.Volume.LINEAR) ~
            uvw = wp.volume_world_to_index(sdf, start + direction * t)
            d = wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)}
            if d < hit_eps:
                break
            t += wp.max(d, min_step)
        depth[tid] = wp.min(t, max_t)}
        """,
        ),
        (
            "march_smoke raymarch_density compute_transmittance",
            """
        start = ray_origin[tid]
        direction = wp.normalize(ray_dir[tid])
        {# light that is left behind the smoke
        ~}
        transmittance = float(1.0)
        {glow = float(0.0)
        for step in range(max_steps):
            uvw = wp.volume_world_to_index(smoke, start + direction * (min_step * (float(step) + 0.5)))
            rho = wp.max({wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)}, 0.0)
            absorbed = 1.0 - wp.exp(-sigma * rho * min_step)
            glow += transmittance * absorbed
            transmittance *= 1.0 - absorbed
        radiance[tid] = glow + transmittance * background ~
        depth_sum = float(0.0)
        for step in range(max_steps):
            p_i = start + direction * (min_step * (float(step) + 0.5))
            rho = wp.volume_sample_f(smoke, wp.volume_world_to_index(smoke, p_i), wp.Volume.LINEAR)
            if rho <= 0.0:
                continue
            depth_sum += rho * min_step
        {optical_depth[tid] = depth_sum ~ transmitted[tid] = wp.exp(-sigma * depth_sum)} ~
        for step in range(max_steps):
            p_i = start + direction * (min_step * (float(step) + 0.5))
            rho = wp.volume_sample_f(smoke, wp.volume_world_to_index(smoke, p_i), wp.Volume.LINEAR)
            transmittance *= wp.exp(-sigma * wp.max(rho, 0.0) * min_step)
        transmitted[tid] = transmittance}
        """,
        ),
    ),
    "volume_steps": (
        (
            "march_in_voxels trace_voxel_space march_index_space",
            """
        uvw = wp.volume_world_to_index(smoke, ray_origin[tid])
        {direction = wp.normalize(ray_dir[tid])
        delta = wp.volume_world_to_index_dir(smoke, direction * min_step) ~
        # the same step all along, in voxels
        delta = min_step * wp.volume_world_to_index_dir(smoke, wp.normalize(ray_dir[tid]))}
        {depth_sum = float(0.0)
        for step in range(max_steps):
            rho = {wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)}
            {if rho > 0.0:
                depth_sum += rho * min_step ~ depth_sum += wp.max(rho, 0.0) * min_step}
            uvw += delta
        {optical_depth[tid] = depth_sum ~ transmitted[tid] = wp.exp(-sigma * depth_sum)} ~
        transmittance = float(1.0)
        for step in range(max_steps):
            rho = wp.volume_sample_f(smoke, uvw, wp.Volume.LINEAR)
            transmittance *= wp.exp(-sigma * wp.max(rho, 0.0) * min_step)
            uvw += delta
        transmitted[tid] = transmittance}
        {?0.6 {# where it leaves
        ~}
        ray_end[tid] = wp.volume_index_to_world(smoke, uvw)}
        """,
        ),
    ),
    "volume_density": (
        (
            "sample_density sample_volume volume_density_at_particles",
            """
        uvw = wp.volume_world_to_index(smoke, particle_x[tid])
        {density[tid] = wp.volume_sample_f(smoke, uvw, {wp.Volume.LINEAR ~ wp.Volume.LINEAR ~ wp.Volume.CLOSEST}) ~
        density[tid] = wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float) ~
        value = wp.volume_sample(smoke, uvw, wp.Volume.LINEAR, dtype=float)
        {density[tid] = wp.max(value, 0.0) ~
        {# thin smoke is not seen
        ~}
        if value < threshold:
            density[tid] = 0.0
        else:
            density[tid] = wp.min(value, limit)}}
        """,
        ),
        (
            "filter_density average_density box_filter_volume",
            """
        uvw = wp.volume_world_to_index(smoke, particle_x[tid])
        ix = int(wp.floor(uvw[0]))
        iy = int(wp.floor(uvw[1]))
        iz = int(wp.floor(uvw[2]))
        {# a box filter over the corners of the cell
        ~}
        total = float(0.0)
        for di in range(2):
            for dj in range(2):
                for dk in range(2):
                    total += wp.volume_lookup_f(smoke, ix + di, iy + dj, iz + dk)
        density[tid] = 0.125 * total
        """,
        ),
        (
            "density_gradient volume_gradient central_differences",
            """
        uvw = wp.volume_world_to_index(smoke, particle_x[tid])
        ix = int(wp.floor(uvw[0]))
        iy = int(wp.floor(uvw[1]))
        iz = int(wp.floor(uvw[2]))
        gx = wp.volume_lookup_f(smoke, ix + 1, iy, iz) - wp.volume_lookup_f(smoke, ix - 1, iy, iz)
        gy = wp.volume_lookup_f(smoke, ix, iy + 1, iz) - wp.volume_lookup_f(smoke, ix, iy - 1, iz)
        gz = wp.volume_lookup_f(smoke, ix, iy, iz + 1) - wp.volume_lookup_f(smoke, ix, iy, iz - 1)
        gradient[tid] = {0.5 * inv_voxel * wp.vec3(gx, gy, gz) ~ wp.vec3(gx, gy, gz) * (0.5 * inv_voxel)}
        """,
        ),
    ),
    "volume_force": (
        (
            "eval_potential_force field_force volume_gradient_force",
            """
        {?0.3 if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
            return}
        uvw = wp.volume_world_to_index(potential, particle_x[tid])
        grad = wp.vec3()
        {value = wp.volume_sample_grad_f(potential, uvw, wp.Volume.LINEAR, grad) ~
        value = wp.volume_sample_grad(potential, uvw, wp.Volume.LINEAR, grad, dtype=float)}
        {# down the slope, which is per voxel
        ~}
        {particle_f[tid] -= grad * (mass[tid] * inv_voxel) ~
        {wp.atomic_add(particle_f, tid, -grad * (mass[tid] * inv_voxel)) ~ \
wp.atomic_sub(particle_f, tid, grad * (mass[tid] * inv_voxel))} ~
        wp.atomic_add(particle_f, tid, -mass[tid] * inv_voxel * grad)}
        {wp.atomic_add(total_energy, 0, mass[tid] * value) ~ energy[tid] = mass[tid] * value}
        """,
        ),
        (
            "obstacle_cost clearance_cost eval_obstacle_cost",
            """
        uvw = wp.volume_world_to_index(sdf, particle_x[tid])
        grad = wp.vec3()
        {d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, grad) - radius[tid] ~
        d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, grad)
        d -= radius[tid]}
        cost = float(0.0)
        slope = float(0.0)
        if d < 0.0:
            # inside, as steep as it gets
            cost = 0.5 * margin - d
            slope = -1.0
        elif d < margin:
            cost = 0.5 * (d - margin) * (d - margin) / margin
            slope = (d - margin) / margin
        {cost_out[tid] = weight * cost
        gradient[tid] = grad * (weight * slope * inv_voxel) ~
        wp.atomic_add(total_cost, 0, weight * cost)
        gradient[tid] = grad * (weight * slope * inv_voxel)}
        """,
        ),
        (
            "project_to_isosurface move_to_isosurface snap_points_to_surface",
            """
        pos = particle_x[tid]
        for step in range(iterations):
            grad = wp.vec3()
            value = wp.volume_sample_grad_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR, grad)
            {if wp.abs(value - iso) < hit_eps:
                break ~}
            {# along the slope, which is per voxel
            ~}
            slope = grad * inv_voxel
            steep = wp.length_sq(slope)
            if steep < 0.05:
                break
            pos -= limit_length(slope * ((value - iso) / steep), max_step)
        particle_x_out[tid] = pos
        {?0.5 {moved[tid] = wp.length(pos - particle_x[tid])}}
        """,
        ),
        (
            "sample_potential_gradient sample_field_gradient volume_value_and_gradient",
            """
        {?0.4 if particle_life[tid] <= 0.0:
            value_out[tid] = 0.0
            gradient[tid] = wp.vec3()
            return}
        uvw = wp.volume_world_to_index(potential, particle_x[tid])
        grad = wp.vec3()
        {value = wp.volume_sample_grad_f(potential, uvw, wp.Volume.LINEAR, grad) ~
        value = wp.volume_sample_grad(potential, uvw, wp.Volume.LINEAR, grad, dtype=float)}
        value_out[tid] = value
        {# per voxel there
        gradient[tid] = grad * inv_voxel ~
        slope = grad * inv_voxel
        {# no steeper than this
        gradient[tid] = limit_length(slope, max_slope) ~
        gradient[tid] = slope
        wp.atomic_max(steepest, 0, wp.length(slope))}}
        """,
        ),
    ),
    "volume_labels": (
        (
            "assign_materials label_particles region_of_particles",
            """
        LABEL
        {{# outside of all regions
        ~}
        if label {<= 0 ~ == EMPTY}:
            material[tid] = EMPTY
            return
        material[tid] = label
        {wp.atomic_add(label_count, label, 1) ~} ~
        material[tid] = label}
        """,
        ),
        (
            "region_masses sum_mass_by_label accumulate_label_mass",
            """
        LABEL
        {if label {<= 0 ~ == EMPTY}:
            return
        wp.atomic_add(label_mass, label, mass[tid])
        {wp.atomic_add(label_count, label, 1) ~} ~
        if label > 0:
            wp.atomic_add(label_mass, label, mass[tid])}
        """,
        ),
        (
            "stop_in_solid clamp_velocity_in_solids apply_solid_labels",
            """
        LABEL
        {if label == SOLID:
            particle_v_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        else:
            particle_v_out[tid] = particle_v[tid] ~
        particle_v_out[tid] = wp.vec3(0.0, 0.0, 0.0) if label == SOLID else particle_v[tid]}
        """,
        ),
    ),
}
_LABEL = """{uvw = wp.volume_world_to_index(labels, particle_x[tid])
        label = wp.volume_sample_i(labels, uvw) ~
        label = wp.volume_sample_i(labels, wp.volume_world_to_index(labels, particle_x[tid]))}"""
_LOOKS = (
    ("""uvw = wp.volume_world_to_index(sdf, particle_x[tid])""", ""),
    (
        """x_local = wp.transform_point(wp.transform_inverse(X_ws), particle_x[tid])
        uvw = wp.volume_world_to_index(sdf, x_local)""",
        "n = wp.transform_vector(X_ws, n)",
    ),
    (
        """uvw = wp.volume_world_to_index(sdf, wp.transform_point(wp.transform_inverse(X_ws), particle_x[tid]))""",
        "n = wp.quat_rotate(wp.transform_get_rotation(X_ws), n)",
    ),
)
"""Where a particle is in the volume, and how the normal comes back: the shape stands still, or has a pose."""
_GRADIENT = """
        normal = wp.vec3()
        {d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, normal) ~
        d = wp.volume_sample_grad(sdf, uvw, wp.Volume.LINEAR, normal, dtype=float)}"""
_AT_VOXEL: dict[str, tuple[tuple[str, str], ...]] = {
    "voxel_laplacian": (
        (
            "",
            """
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
        ),
    ),
    "voxel_occupied": (
        (
            "remove_islands filter_labels drop_small_regions",
            """
        label = {wp.volume_lookup_i(labels, i, j, k) ~ wp.volume_lookup(labels, i, j, k, dtype=int)}
        count = int(0)
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    if wp.volume_lookup_i(labels, i + di, j + dj, k + dk) == label:
                        count += 1
        {# too few around are of the same kind
        ~}
        {label_out[i, j, k] = label if count > least else EMPTY ~
        if count > least:
            label_out[i, j, k] = label
        else:
            label_out[i, j, k] = EMPTY}
        """,
        ),
        (
            "count_interface_faces interface_area_per_voxel count_boundary_faces",
            """
        label = wp.volume_lookup_i(labels, i, j, k)
        faces = int(0)
        for side in range(-1, 2, 2):
            if wp.volume_lookup_i(labels, i + side, j, k) != label:
                faces += 1
            if wp.volume_lookup_i(labels, i, j + side, k) != label:
                faces += 1
            if wp.volume_lookup_i(labels, i, j, k + side) != label:
                faces += 1
        boundary[i, j, k] = faces
        """,
        ),
        (
            "voxel_occupancy occupancy_from_labels",
            """
        label = {wp.volume_lookup_i(labels, i, j, k) ~ wp.volume_lookup(labels, i, j, k, dtype=int)}
        {if label != EMPTY:
            occupied[i, j, k] = 1
            wp.atomic_add(num_active, 0, 1)
        else:
            occupied[i, j, k] = 0 ~
        occupied[i, j, k] = 0 if label == EMPTY else 1}
        """,
        ),
    ),
    "voxel_resample": (
        (
            "resample_volume volume_to_grid bake_sdf",
            """
        CENTER
        {uvw = wp.volume_world_to_index(sdf, pos)
        field_out[i, j, k] = {wp.volume_sample_f(sdf, uvw, wp.Volume.LINEAR) ~ \
                wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float) ~ \
                wp.volume_sample(sdf, uvw, wp.Volume.LINEAR, dtype=float)} ~
        d = {wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR) ~ \
            wp.volume_sample(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR, dtype=float)}
        {field_out[i, j, k] = wp.clamp(d, -band, band) ~ field_out[i, j, k] = d - offset}}
        """,
        ),
        (
            "union_with_grid merge_sdf sdf_union",
            """
        CENTER
        d = {wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR) ~ \
            wp.volume_sample(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR, dtype=float)}
        field_out[i, j, k] = wp.min(field[i, j, k], d)
        """,
        ),
        (
            "carve_volume sdf_subtract subtract_volume",
            """
        CENTER
        d = wp.volume_sample_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR)
        field_out[i, j, k] = wp.max(field[i, j, k], {-d ~ -(d - offset)})
        """,
        ),
    ),
    "voxel_center": (
        (
            "sum_volume_mass density_center accumulate_center_of_mass",
            """
        rho = {wp.volume_lookup_f(smoke, i, j, k) ~ wp.volume_lookup(smoke, i, j, k, dtype=float)}
        {# air, or nearly
        ~}
        if rho < {threshold ~ 0.0}:
            return
        {pos = wp.volume_index_to_world(smoke, wp.vec3(float(i), float(j), float(k)))
        wp.atomic_add(mass_sum, 0, rho)
        wp.atomic_add(moment_sum, 0, pos * rho) ~
        voxel = wp.vec3(float(i), float(j), float(k))
        {wp.atomic_add(mass_sum, 0, rho)
        ~}
        wp.atomic_add(moment_sum, 0, rho * wp.volume_index_to_world(smoke, voxel))}
        {?0.4 wp.atomic_add(num_active, 0, 1)}
        """,
        ),
        (
            "bake_voxel_positions sample_points_from_density write_voxel_centers",
            """
        rho = {wp.volume_lookup_f(smoke, i, j, k) ~ wp.volume_lookup(smoke, i, j, k, dtype=float)}
        pos = wp.volume_index_to_world(smoke, wp.vec3(float(i), float(j), float(k)))
        {voxel_points[i, j, k] = wp.vec4(pos[0], pos[1], pos[2], rho) ~
        voxel_points[i, j, k] = wp.vec4(pos[0], pos[1], pos[2], wp.max(rho, 0.0))}
        {?0.4 if rho > threshold:
            wp.atomic_add(num_active, 0, 1)}
        """,
        ),
    ),
    "voxel_gradient": (
        (
            "volume_gradient compute_voxel_gradient sdf_gradient_per_voxel",
            """
        {dx = AT(i + 1, j, k) - AT(i - 1, j, k)
        dy = AT(i, j + 1, k) - AT(i, j - 1, k)
        dz = AT(i, j, k + 1) - AT(i, j, k - 1)
        diff = wp.vec3(dx, dy, dz) ~
        diff = wp.vec3(
            AT(i + 1, j, k) - AT(i - 1, j, k),
            AT(i, j + 1, k) - AT(i, j - 1, k),
            AT(i, j, k + 1) - AT(i, j, k - 1),
        )}
        {# a voxel's width along each axis
        ~}
        spacing = wp.volume_index_to_world_dir(potential, wp.vec3(1.0, 1.0, 1.0))
        {slope = 0.5 * wp.cw_div(diff, spacing) ~
        slope = wp.cw_div(diff, 2.0 * spacing)}
        {slope_out[i, j, k] = slope ~ slope_out[i, j, k] = limit_length(slope, max_slope)}
        {?0.4 wp.atomic_max(steepest, 0, wp.length(slope))}
        """,
        ),
    ),
    "voxel_divergence": (
        (
            "volume_divergence velocity_divergence compute_divergence",
            """
        {# components live on the faces of a voxel
        ~}
        {div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - wp.volume_lookup_v(wind, i, j, k)[0]
        div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - wp.volume_lookup_v(wind, i, j, k)[1]
        div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - wp.volume_lookup_v(wind, i, j, k)[2] ~
        here = wp.volume_lookup_v(wind, i, j, k)
        div = wp.volume_lookup_v(wind, i + 1, j, k)[0] - here[0]
        div += wp.volume_lookup_v(wind, i, j + 1, k)[1] - here[1]
        div += wp.volume_lookup_v(wind, i, j, k + 1)[2] - here[2]}
        div = div * inv_width
        field_out[i, j, k] = div
        {# how far the wind is from being free of divergence
        wp.atomic_max(largest, 0, wp.abs(div)) ~}
        """,
        ),
    ),
}
_OF_RAYS = ("volume_march", "volume_steps")
_CENTER = """{# centres of the cells
        pos = lower + wp.vec3(float(i) + 0.5, float(j) + 0.5, float(k) + 0.5) * width ~
        pos = lower + wp.vec3(float(i), float(j), float(k)) * width}"""

_LOOKED_UP = (r"wp.volume_lookup_f(potential, \1)", r"wp.volume_lookup(potential, \1, dtype=float)")
"""How a value of a voxel is asked for."""
_STENCILS = (
    ("center + alpha * (total - 6.0 * center)", ("diffuse_volume", "diffusion_step", "volume_diffusion")),
    ("(total - 6.0 * center) * inv_width * inv_width", ("volume_laplacian", "laplacian_of_volume")),
    ("{total / 6.0 ~ 0.5 * center + total / 12.0}", ("smooth_volume", "relax_volume")),
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
    thing = "ray" if target in _OF_RAYS else "particle"
    p = Program(stream, ("tid", "i", thing))
    _declare_volumes(p)
    count = p.threads
    reach = (-0.85, 0.8) if target == "volume_force" else (-1.3, 1.2)  # its slope is nothing but noise outside
    p.array("particle_x", VEC, reach, (count,), ("particle_q", "x", "positions", "points"))
    p.array("particle_v", VEC, (-1, 0.8), (count,), ("particle_qd", "v", "velocities"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("radius", FLOAT, (0.02, 0.2), (count,), ("particle_radius", "radius", "radii"))
    p.array("mass", FLOAT, (0.5, 2), (count,), ("particle_mass", "mass", "weights"))
    p.output("particle_life", FLOAT, (count,), ("lifetime", "particle_life"), (-0.2, 1))
    p.array("ray_origin", VEC, (-1.2, -0.4), (count,), ("ray_origins", "origins", "ray_starts"))
    p.array("ray_dir", VEC, (0.4, 1), (count,), ("ray_directions", "directions", "ray_dirs"))
    p.scalar("X_ws", FRAME, (-1, 1), ("X_ws", "shape_xform", "body_xform"))
    p.number("margin", (0.2, 0.4), ("margin", "contact_margin", "thickness"), ("0.25", "0.3"))
    p.array("x_prev", VEC, reach, (count,), ("particle_q_prev", "x_prev", "prev_positions"))
    p.number("mu", (0.2, 0.8), ("mu", "friction"), ("0.5", "0.4"))
    p.number("weight", (0.5, 3), ("obstacle_weight", "cost_weight"), ("1.0", "2.0"))
    p.number("iso", (0.05, 0.2), ("iso_value", "iso_level"), ("0.1",))
    p.number("max_step", (0.05, 0.2), ("max_step", "step_limit"), ("0.1",))
    p.number("air_density", (0.8, 1.4), ("air_density", "fluid_density"), ("1.2", "1.0"))
    p.number("viscosity", (0.1, 0.5), ("viscosity", "fluid_viscosity"), ("0.1", "0.2"))
    p.number("min_speed", (0.1, 0.5), ("min_speed",), ("0.2",))
    p.scalar("settling", VEC, (-0.4, -0.1), ("settling_velocity", "fall_velocity"))
    p.scalar("gravity", VEC, (-5, 1), ("gravity",))
    p.number("max_slope", (0.5, 3), ("max_slope", "gradient_limit"), ("1.0", "2.0"))
    p.output("steepest", FLOAT, (1,), ("max_slope_out", "steepest"), (0, 0.5))
    p.sizes(iterations=p.choices.choice((2, 3)))
    p.number("ke", (0.5, 3), ("ke", "contact_ke"), ("10.0", "100.0"))
    p.number("kf", (0.1, 0.8), ("kf", "contact_kf"), ("0.5",))
    p.number("sigma", (0.5, 2), ("sigma", "extinction"), ("2.0",))
    p.number("inv_voxel", (2, 5), ("inv_voxel_size", "inv_dx"), ("4.0", "5.0"))
    p.number("kd", (0.1, 0.8), ("kd", "contact_kd"), ("0.5", "0.1"))
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
    p.output("gradient", VEC, (count,), ("gradients", "grad_out"))
    p.output("ray_end", VEC, (count,), ("ray_end", "exit_point", "end_points"))
    for key, names in (
        ("contact_dist", ("distances", "contact_dist", "sdf_values")), ("depth", ("depth", "ray_dist", "t_hit")),
        ("radiance", ("radiance", "pixels")), ("energy", ("energy", "potential_energy")),
        ("transmitted", ("transmittance",)), ("optical_depth", ("optical_depth",)), ("value_out", ("values_out",)),
        ("density", ("density", "sampled")),
    ):  # fmt: skip
        p.output(key, FLOAT, (count,), names)
    p.output("in_contact", INT, (count,), ("in_contact", "contact_flags", "inside"))
    p.output("ray_hit", INT, (count,), ("hits", "ray_hit", "hit_mask"))
    p.output("material", INT, (count,), ("material_ids", "particle_label", "region"))
    p.output("num_contacts", INT, (1,), ("contact_count", "num_contacts"), (0, 3))
    p.output("deepest", FLOAT, (1,), ("max_penetration", "max_depth"), (0, 0.1))
    p.output("total_energy", FLOAT, (1,), ("total_energy", "energy_sum"), (-1, 1))
    p.output("total_cost", FLOAT, (1,), ("cost", "total_cost"), (0, 1))
    p.output("cost_out", FLOAT, (count,), ("costs", "cost_out"))
    p.output("moved", FLOAT, (count,), ("moved_dist", "displacement"))
    p.output("contact_particle", INT, (count // 2,), ("contact_particle", "soft_contact_particle"), (-1, 0))
    p.output("contact_normal", VEC, (count // 2,), ("contact_normal", "soft_contact_normal"), (-1, 1))
    p.output("contact_point", VEC, (count // 2,), ("contact_point", "contact_pos"), (-1, 1))
    p.output("contact_depth", FLOAT, (count // 2,), ("contact_depth", "penetration"), (0, 1))
    p.output("label_count", INT, (8,), ("label_count", "histogram"), (0, 3))
    p.output("label_mass", FLOAT, (8,), ("label_mass", "region_mass"), (0, 1))
    p.guard_count(thing)
    titles, text = p.choices.child("purpose").choice(_AT_POINT[target])
    found, turned = p.choices.choice(_LOOKS)
    text = text.replace("LABEL", _LABEL).replace("LOOK", found + _GRADIENT)
    text = text.replace("        TURN\n", f"        {turned}\n" if turned else "")
    p.write(text)
    remark = {
        "volume_contact": "Contacts of particles with a shape that is given by its distances",
        "volume_advect": "Particles in a wind that is sampled from a volume",
        "volume_march": "Rays through a volume",
        "volume_steps": "Rays through the voxels of a volume",
        "volume_density": "Values of a density volume at particles",
        "volume_force": "The slope of a potential where particles are",
        "volume_labels": "Regions of a labelled volume that particles are in",
    }[target]
    return p.done("queries", "volumes", target, remark, tuple(titles.split()))


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
    p.number("threshold", (0.05, 0.3), ("threshold", "min_density"), ("0.1", "0.05"))
    p.number("max_slope", (0.5, 3), ("max_slope", "gradient_limit"), ("1.0", "2.0"))
    p.scalar("least", INT, (3, 8), ("min_neighbors", "least"))
    p.output("field_out", FLOAT, sizes, ("field_out", "grid_out", "phi_out", "result"))
    p.output("label_out", INT, sizes, ("label_out", "labels_out"))
    p.output("boundary", INT, sizes, ("interface_faces", "num_boundary_faces"))
    p.output("occupied", INT, sizes, ("occupancy", "occupied"))
    p.output("num_active", INT, (1,), ("num_active", "active_count", "num_voxels"), (0, 3))
    p.output("largest", FLOAT, (1,), ("max_divergence", "residual"), (0, 0.1))
    p.output("steepest", FLOAT, (1,), ("max_slope_out", "steepest"), (0, 0.1))
    p.output("mass_sum", FLOAT, (1,), ("total_mass", "mass_sum"), (0, 1))
    p.output("moment_sum", VEC, (1,), ("first_moment", "weighted_center"), (-1, 1))
    p.output("slope_out", VEC, sizes, ("gradient_out", "grad_out", "gradients"))
    p.output("voxel_points", FOUR, sizes, ("voxel_points", "points_out"))
    stencil, laplacian = p.choices.choice(_STENCILS)
    titles, text = p.choices.child("purpose").choice(_AT_VOXEL[target])
    looked = p.choices.child("looked").choice(_LOOKED_UP)
    p.write(re.sub(r"\bAT\((.*?)\)", looked, text.replace("STENCIL", stencil).replace("CENTER", _CENTER)))
    named = laplacian if target == "voxel_laplacian" else tuple(titles.split())
    return p.done("queries", "volumes", target, "A thread for each voxel", named)


def _draw(stream: Stream, target: str) -> KernelSpec:
    """What a volume holds, at points or at its voxels."""
    return (_draw_at_points if target in _AT_POINT else _draw_at_voxels)(stream, target)


_WEIGHTS = {
    "volume_force": 2.5,
    "volume_labels": 2.5,
    "voxel_occupied": 1.2,
    "volume_contact": 2.5,
    "volume_steps": 1.5,
    "voxel_resample": 1.8,
    "voxel_center": 2.5,
    "voxel_gradient": 2.0,
    "voxel_divergence": 1.5,
}
RECIPES = (
    Recipe(name="volumes", category="queries", targets=(*_AT_POINT, *_AT_VOXEL), draw=_draw, target_weights=_WEIGHTS),
)
