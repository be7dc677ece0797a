"""Arguments of the kernels of ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def sampled(
    particle_f: Array[wp.vec3, count],  #: -0.5..0.5, inout, named particle_f forces f
    particle_x_out: Array[wp.vec3, count],  #: output, named particle_q_out x_out x_new corrected
    particle_v_out: Array[wp.vec3, count],  #: output, named particle_qd_out v_out v_new
    gradient: Array[wp.vec3, count],  #: output, named gradients grad_out
    ray_end: Array[wp.vec3, count],  #: output, named ray_end exit_point end_points
    contact_dist: Array[float, count],  #: output, named distances contact_dist sdf_values
    depth: Array[float, count],  #: output, named depth ray_dist t_hit
    radiance: Array[float, count],  #: output, named radiance pixels
    energy: Array[float, count],  #: output, named energy potential_energy
    transmitted: Array[float, count],  #: output, named transmittance
    optical_depth: Array[float, count],  #: output
    value_out: Array[float, count],  #: output, named values_out
    density: Array[float, count],  #: output, named density sampled
): ...


def contacts(
    in_contact: Array[int, count],  #: output, named in_contact contact_flags inside
    ray_hit: Array[int, count],  #: output, named hits ray_hit hit_mask
    material: Array[int, count],  #: output, named material_ids particle_label region
    num_contacts: Array[int, 1],  #: 0..3, inout, named contact_count num_contacts
    deepest: Array[float, 1],  #: 0..0.1, inout, named max_penetration max_depth
    total_energy: Array[float, 1],  #: -1..1, inout, named total_energy energy_sum
    total_cost: Array[float, 1],  #: 0..1, inout, named cost total_cost
    cost_out: Array[float, count],  #: output, named costs cost_out
    moved: Array[float, count],  #: output, named moved_dist displacement
    contact_particle: Array[int, count // 2],  #: -1..0, inout, named contact_particle soft_contact_particle
    contact_normal: Array[wp.vec3, count // 2],  #: -1..1, inout, named contact_normal soft_contact_normal
    contact_point: Array[wp.vec3, count // 2],  #: -1..1, inout, named contact_point contact_pos
    contact_depth: Array[float, count // 2],  #: 0..1, inout, named contact_depth penetration
    label_count: Array[int, 8],  #: 0..3, inout, named label_count histogram
    label_mass: Array[float, 8],  #: 0..1, inout, named label_mass region_mass
): ...


def forces(
    ke: float,  #: 0.5..3, usually 10.0 100.0, named ke contact_ke
    kf: float,  #: 0.1..0.8, usually 0.5, named kf contact_kf
    sigma: float,  #: 0.5..2, usually 2.0, named sigma extinction
    inv_voxel: float,  #: 2..5, usually 4.0 5.0, named inv_voxel_size inv_dx
    kd: float,  #: 0.1..0.8, usually 0.5 0.1, named kd contact_kd
    drag: float,  #: 0.2..1.5, usually 0.5 1.0, named drag drag_coefficient coupling
    dt: float,  #: 0.05..0.2, usually 0.1 0.05, named dt time_step
    hit_eps: float,  #: 0.02..0.1, usually 0.05 0.01, named hit_eps tolerance surface_eps
    min_step: float,  #: 0.05..0.12, usually 0.05 0.1, named min_step step_size ds
    max_t: float,  #: 1.2..2, usually 2.0 1.5, named max_t max_dist far
    limit: float,  #: 0.2..0.5, usually 0.5 0.3, named max_density limit
    threshold: float,  #: 0.05..0.3, usually 0.1 0.25, named threshold iso_value level
    background: float,  #: 0.5..1, usually 0.8 0.5, named background ambient
): ...


def particles(
    particle_v: Array[wp.vec3, count],  #: -1..0.8, named particle_qd v velocities
    particle_flags: Array[int, count],  #: 0..3, named particle_flags flags
    radius: Array[float, count],  #: 0.02..0.2, named particle_radius radius radii
    mass: Array[float, count],  #: 0.5..2, named particle_mass mass weights
    particle_life: Array[float, count],  #: -0.2..1, inout, named lifetime particle_life
    ray_origin: Array[wp.vec3, count],  #: -1.2..-0.4, named ray_origins origins ray_starts
    ray_dir: Array[wp.vec3, count],  #: 0.4..1, named ray_directions directions ray_dirs
    X_ws: wp.transform,  #: -1..1, named X_ws shape_xform body_xform
    margin: float,  #: 0.2..0.4, usually 0.25 0.3, named margin contact_margin thickness
    mu: float,  #: 0.2..0.8, usually 0.5 0.4, named mu friction
    weight: float,  #: 0.5..3, usually 1.0 2.0, named obstacle_weight cost_weight
    iso: float,  #: 0.05..0.2, usually 0.1, named iso_value iso_level
    max_step: float,  #: 0.05..0.2, usually 0.1, named max_step step_limit
    air_density: float,  #: 0.8..1.4, usually 1.2 1.0, named air_density fluid_density
    viscosity: float,  #: 0.1..0.5, usually 0.1 0.2, named viscosity fluid_viscosity
    min_speed: float,  #: 0.1..0.5, usually 0.2
    settling: wp.vec3,  #: -0.4..-0.1, named settling_velocity fall_velocity
    gravity: wp.vec3,  #: -5..1
    max_slope: float,  #: 0.5..3, usually 1.0 2.0, named max_slope gradient_limit
    steepest: Array[float, 1],  #: 0..0.5, inout, named max_slope_out steepest
): ...
