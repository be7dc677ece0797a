"""Arguments of the kernels of ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def limits(
    limit_ke: Array[float, dofs],  #: 5..20, named joint_limit_ke
    limit_kd: Array[float, dofs],  #: 0.1..1, named joint_limit_kd
    effort_limit: Array[float, dofs],  #: -0.5..2, named joint_effort_limit max_torque
    velocity_limit: Array[float, dofs],  #: -0.3..1, named joint_velocity_limit max_velocity
    target_qd: Array[float, dofs],  #: -1..1, named joint_target_qd joint_target_vel
    joint_qdd: Array[float, dofs],  #: -1..1, named joint_qdd joint_acc
    drive_mode: Array[int, dofs],  #: 0..2, named drive_mode joint_dof_mode
    unlimited: Array[bool, count],  #: 0..1, named joint_continuous is_continuous
    damping: float,  #: 0.1..1, usually 0.1 0.5, named joint_damping damping
    cone_cos: float,  #: 0.3..0.8, usually 0.5, named cone_cos swing_limit_cos
    slop: float,  #: 0.01..0.1, usually 0.01 0.05, named limit_slop limit_margin
    soft_limits: bool,  #: 0..1, named soft_limits allow_overshoot
    dt: float,  #: 0.05..0.2
    joint_f_out: Array[float, dofs],  #: -1..1, inout, named joint_tau joint_f_out
    limit_active: Array[int, dofs],  #: -1..0, inout, named limit_active limit_state
    num_at_limit: Array[int, 1],  #: 0..1, inout, named num_at_limit limit_count
    num_saturated: Array[int, 1],  #: 0..1, inout
    worst: Array[float, 1],  #: 0..0.1, inout, named max_violation worst_excess
    limit_lower: Array[float, dofs],  #: -0.8..-0.2, named joint_limit_lower
    limit_upper: Array[float, dofs],  #: 0.2..0.8, named joint_limit_upper
): ...


def coordinate_counts(
    coord_count: Array[int, count],  #: output
    dof_count: Array[int, count],  #: output
    articulation_of: Array[int, count],  #: -2..7, named joint_articulation
    articulation_dofs: Array[int, 8],  #: 0..1, inout, named articulation_dof_count articulation_num_dofs
    articulation_coords: Array[int, 8],  #: 0..1, inout, named articulation_coord_count
    total_dofs: Array[int, 1],  #: 0..1, inout, named total_dof_count num_dofs
    total_coords: Array[int, 1],  #: 0..1, inout, named total_coord_count num_coords
): ...


def joints(
    joint_type: Array[int, count],  #: 0..5
    joint_parent: Array[int, count],  #: -1..count - 1
    joint_child: Array[int, count],  #: 0..count - 1
    joint_world: Array[int, count],  #: 0..7
    joint_enabled: Array[bool, count],  #: 0..1
    world_mask: Array[bool, 8],  #: 0..1
    dof_dim: Array[int, count, 2],  #: 0..3, named joint_dof_dim
    num_dofs: Array[int, count],  #: 0..most_dofs, named joint_qd_count
    num_coords: Array[int, count],  #: 0..coordinates, named joint_q_count
    joint_q_start: Array[int, count],  #: starts coordinates 0
    joint_qd_start: Array[int, count],  #: starts most_dofs 0
    joint_X_p: Array[wp.transform, count],  #: -1..1
    joint_X_c: Array[wp.transform, count],  #: -1..1
    body_q: Array[wp.transform, count],  #: -1..1
    body_qd: Array[wp.spatial_vector, count],  #: -1..1
    body_com: Array[wp.vec3, count],  #: -0.5..0.5
    joint_axis: Array[wp.vec3, dofs],  #: -1..1
    joint_q_in: Array[float, coords],  #: -1..1
    default_q: Array[float, coords],  #: -1..1, named default_q joint_q_init q_rest
    default_qd: Array[float, dofs],  #: -1..1, named default_qd joint_qd_init
    joint_qd: Array[float, dofs],  #: -1..1
    joint_f: Array[float, dofs],  #: -1..1, named joint_f joint_act
    target_q: Array[float, dofs],  #: -1..1, named joint_target_q joint_target_pos targets
    target_ke: Array[float, dofs],  #: 1..10, named joint_target_ke
    target_kd: Array[float, dofs],  #: 0.1..1, named joint_target_kd
    origin: wp.vec3,  #: -1..1, named origin ref_point
    attach_ke: float,  #: 1..10, usually 10.0 2.0, named joint_attach_ke attach_ke stiffness
    attach_kd: float,  #: 0.1..1, usually 0.5 1.0, named joint_attach_kd attach_kd damping
): ...


def joint_outputs(
    frame_out: Array[wp.transform, count],  #: output, named joint_frame
    error_out: Array[wp.vec3, count],  #: output, named joint_pos_error anchor_error
    rotation_out: Array[wp.vec3, count],  #: output, named joint_rot_error rot_error
    joint_q: Array[float, coords],  #: -1..1, inout
    joint_qd_out: Array[float, dofs],  #: -1..1, inout
    joint_S: Array[wp.spatial_vector, dofs],  #: -1..1, inout, named joint_S_s
    body_f: Array[wp.spatial_vector, count],  #: -1..1, inout
    body_v: Array[wp.spatial_vector, count],  #: -1..1, inout, named body_v_s
    body_a: Array[wp.spatial_vector, count],  #: -1..1, inout, named body_a_s
): ...
