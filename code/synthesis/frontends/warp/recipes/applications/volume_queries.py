"""Volumes of distances, densities, winds or labels, sampled at particles, along rays, or at cells."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import volume_argument

_BODIES = read_bodies("warp", "volume_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "volume_queries")

_AT_POINT: dict[str, tuple[tuple[str, str], ...]] = {
    "volume_contact": (
        (
            "eval_particle_sdf_contacts collide_particles_volume sdf_contact_forces",
            _BODIES["volume_contact.eval_particle_sdf_contacts"],
        ),
        (
            "solve_particle_sdf_contacts project_particles push_out_particles",
            _BODIES["volume_contact.solve_particle_sdf_contacts"],
        ),
        (
            "create_particle_sdf_contacts find_particle_contacts collide_particles_sdf",
            _BODIES["volume_contact.create_particle_sdf_contacts"],
        ),
        (
            "particle_sdf_distances sample_sdf query_sdf",
            _BODIES["volume_contact.particle_sdf_distances"],
        ),
    ),
    "volume_advect": (
        (
            "advect_particles advect_in_volume move_with_wind",
            _BODIES["volume_advect.advect_particles"],
        ),
        (
            "apply_wind_drag eval_wind_forces eval_aerodynamic_drag",
            _BODIES["volume_advect.apply_wind_drag"],
        ),
        (
            "relax_to_wind entrain_particles follow_wind",
            _BODIES["volume_advect.relax_to_wind"],
        ),
    ),
    "volume_march": (
        (
            "raymarch_sdf sphere_trace trace_sdf_volume",
            _BODIES["volume_march.raymarch_sdf"],
        ),
        (
            "march_smoke raymarch_density compute_transmittance",
            _BODIES["volume_march.march_smoke"],
        ),
    ),
    "volume_steps": (
        (
            "march_in_voxels trace_voxel_space march_index_space",
            _BODIES["volume_steps"],
        ),
    ),
    "volume_density": (
        (
            "sample_density sample_volume volume_density_at_particles",
            _BODIES["volume_density.sample_density"],
        ),
        (
            "filter_density average_density box_filter_volume",
            _BODIES["volume_density.filter_density"],
        ),
        (
            "density_gradient volume_gradient central_differences",
            _BODIES["volume_density.density_gradient"],
        ),
    ),
    "volume_force": (
        (
            "eval_potential_force field_force volume_gradient_force",
            _BODIES["volume_force.eval_potential_force"],
        ),
        (
            "obstacle_cost clearance_cost eval_obstacle_cost",
            _BODIES["volume_force.obstacle_cost"],
        ),
        (
            "project_to_isosurface move_to_isosurface snap_points_to_surface",
            _BODIES["volume_force.project_to_isosurface"],
        ),
        (
            "sample_potential_gradient sample_field_gradient volume_value_and_gradient",
            _BODIES["volume_force.sample_potential_gradient"],
        ),
    ),
    "volume_labels": (
        (
            "assign_materials label_particles region_of_particles",
            _BODIES["volume_labels.assign_materials"],
        ),
        (
            "region_masses sum_mass_by_label accumulate_label_mass",
            _BODIES["volume_labels.region_masses"],
        ),
        (
            "stop_in_solid clamp_velocity_in_solids apply_solid_labels",
            _BODIES["volume_labels.stop_in_solid"],
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
"""Lines that compute a particle's position in the volume, and lines that transform the normal back to the world.

The volume is fixed in the world in the first way, and has a pose in the others.
"""
_GRADIENT = """
        normal = wp.vec3()
        {d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, normal) ~
        d = wp.volume_sample_grad(sdf, uvw, wp.Volume.LINEAR, normal, dtype=float)}"""
_AT_VOXEL: dict[str, tuple[tuple[str, str], ...]] = {
    "voxel_laplacian": (
        (
            "",
            _BODIES["voxel_laplacian"],
        ),
    ),
    "voxel_occupied": (
        (
            "remove_islands filter_labels drop_small_regions",
            _BODIES["voxel_occupied.remove_islands"],
        ),
        (
            "count_interface_faces interface_area_per_voxel count_boundary_faces",
            _BODIES["voxel_occupied.count_interface_faces"],
        ),
        (
            "voxel_occupancy occupancy_from_labels",
            _BODIES["voxel_occupied.voxel_occupancy"],
        ),
    ),
    "voxel_resample": (
        (
            "resample_volume volume_to_grid bake_sdf",
            _BODIES["voxel_resample"],
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
            _BODIES["voxel_center.sum_volume_mass"],
        ),
        (
            "bake_voxel_positions sample_points_from_density write_voxel_centers",
            _BODIES["voxel_center.bake_voxel_positions"],
        ),
    ),
    "voxel_gradient": (
        (
            "volume_gradient compute_voxel_gradient sdf_gradient_per_voxel",
            _BODIES["voxel_gradient"],
        ),
    ),
    "voxel_divergence": (
        (
            "volume_divergence velocity_divergence compute_divergence",
            _BODIES["voxel_divergence"],
        ),
    ),
}
_OF_RAYS = ("volume_march", "volume_steps")
_CENTER = """{# centres of the cells
        pos = lower + wp.vec3(float(i) + 0.5, float(j) + 0.5, float(k) + 0.5) * width ~
        pos = lower + wp.vec3(float(i), float(j), float(k)) * width}"""

_LOOKED_UP = (r"wp.volume_lookup_f(potential, \1)", r"wp.volume_lookup(potential, \1, dtype=float)")
"""Replacement patterns that read the value of a voxel."""
_STENCILS = (
    ("center + alpha * (total - 6.0 * center)", ("diffuse_volume", "diffusion_step", "volume_diffusion")),
    ("(total - 6.0 * center) * inv_width * inv_width", ("volume_laplacian", "laplacian_of_volume")),
    ("{total / 6.0 ~ 0.5 * center + total / 12.0}", ("smooth_volume", "relax_volume")),
)
"""Expressions of a voxel's value ``center`` and the sum ``total`` of its six neighbours, with names of the kernel."""


def _declare_volumes(p: Program) -> None:
    """Declare the volumes that kernels may use: distances or densities, winds, labels."""
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
    """Draw a kernel that samples a volume at particles or along a ray."""
    thing = "ray" if target in _OF_RAYS else "particle"
    p = Program(stream, ("tid", "i", thing))
    _declare_volumes(p)
    count = p.threads
    reach = (-0.85, 0.8) if target == "volume_force" else (-1.3, 1.2)  # outside, the slope is only rounding errors
    declare(p, _ARGUMENTS["particles"], {"count": count})
    p.array("particle_x", VEC, reach, (count,), ("particle_q", "x", "positions", "points"))
    p.array("x_prev", VEC, reach, (count,), ("particle_q_prev", "x_prev", "prev_positions"))
    p.sizes(iterations=p.choices.choice((2, 3)))
    declare(p, _ARGUMENTS["forces"], {})
    p.sizes(max_steps=p.choices.choice((12, 16, 24, 32)))
    sizes = {"count": count}
    for part in ("sampled", "contacts"):
        declare(p, _ARGUMENTS[part], sizes)
    p.guard_count(thing)
    titles, text = p.choices.child("purpose").choice(_AT_POINT[target])
    found, turned = p.choices.choice(_LOOKS)
    text = text.replace("LABEL", _LABEL).replace("LOOK", found + _GRADIENT)
    text = text.replace("        TURN\n", f"        {turned}\n" if turned else "")
    p.write(text)
    remark = {
        "volume_contact": "Computes contacts of particles with a signed distance volume",
        "volume_advect": "Advects particles in a wind sampled from a volume",
        "volume_march": "Marches rays through a volume",
        "volume_steps": "Traverses the voxels of a volume along rays",
        "volume_density": "Samples a density volume at particles",
        "volume_force": "Computes the gradient of a potential volume at particles",
        "volume_labels": "Reads the region of a labelled volume at each particle",
    }[target]
    return p.done("queries", "volumes", target, remark, tuple(titles.split()))


def _draw_at_voxels(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that reads a volume at each voxel of a grid and around it."""
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
    return p.done("queries", "volumes", target, "Evaluates a volume at each voxel of a grid", named)


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that reads a volume, at points or at its voxels."""
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
