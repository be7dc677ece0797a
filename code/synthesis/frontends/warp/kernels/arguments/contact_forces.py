"""Arguments of the kernels of ``recipes/applications/contact_forces.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def contacts(
    body0: Array[int, count],  #: -1..bodies - 1, named contact_body0 body_a contact_b0
    body1: Array[int, count],  #: -1..bodies - 1, named contact_body1 body_b contact_b1
    shape0: Array[int, count],  #: 0..shapes - 1, named contact_shape0 rigid_contact_shape0
    shape1: Array[int, count],  #: 0..shapes - 1, named contact_shape1 rigid_contact_shape1
    shape_body: Array[int, shapes],  #: -1..bodies - 1
    contact_count: Array[int, 1],  #: count // 2..count
    normals: Array[wp.vec3, count],  #: -1..1, named contact_normal normals contact_n
    depths: Array[float, count],  #: -0.3..0.2, named contact_dist separation gap
    margins: Array[float, count],  #: 0..0.1, named contact_margin contact_thickness
    points: Array[wp.vec3, count],  #: -1..1, named contact_point contact_pos points
    velocities: Array[wp.vec3, bodies],  #: -1..1, named body_v body_vel linear_velocity
    spins: Array[wp.vec3, bodies],  #: -1..1, named body_w body_omega angular_velocity
    positions: Array[wp.vec3, bodies],  #: -1..1, named body_com_world body_pos_com
    body_q: Array[wp.transform, bodies],  #: -0.7..0.7
    body_qd: Array[wp.spatial_vector, bodies],  #: -1..1
    body_com: Array[wp.vec3, bodies],  #: -0.3..0.3
): ...


def particles(
    particle_of: Array[int, count],  #: 0..particles - 1, named soft_contact_particle
    shape_of: Array[int, count],  #: 0..shapes - 1, named soft_contact_shape
    body_points: Array[wp.vec3, count],  #: -1..1, named soft_contact_body_pos
    surface_v: Array[wp.vec3, count],  #: -0.5..0.5, named soft_contact_body_vel
    particle_q: Array[wp.vec3, particles],  #: -1..1
    particle_qd: Array[wp.vec3, particles],  #: -1..1
    particle_flags: Array[int, particles],  #: 0..3
    radius: Array[float, particles],  #: 0.05..0.3, named particle_radius
    shape_ke: Array[float, shapes],  #: 10..100, named shape_material_ke
    shape_kd: Array[float, shapes],  #: 0.5..5, named shape_material_kd
    shape_mu: Array[float, shapes],  #: 0.2..1, named shape_material_mu
    ke: float,  #: 10..100, usually 100.0 1000.0 50.0
    kd: float,  #: 0.5..5, usually 0.5 1.0 10.0
    kf: float,  #: 1..10, usually 5.0 20.0
    mu: float,  #: 0.2..1, usually 0.5 0.8 0.3
    particle_f: Array[wp.vec3, particles],  #: -1..1, inout
    wrenches: Array[wp.spatial_vector, bodies],  #: -1..1, inout, named body_f body_wrench
    forces: Array[wp.vec3, bodies],  #: -1..1, inout, named body_force body_f
    torques: Array[wp.vec3, bodies],  #: -1..1, inout, named body_torque body_t
): ...
