"""Arguments of the kernels of ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def outputs(
    spring: Array[float, worlds, dofs],  #: output, named qfrc_spring
    force_sum: Array[wp.spatial_vector, worlds, bodies],  #: -1..1, inout, named cfrc_int
    mass_sum: Array[float, worlds, bodies],  #: 0..1, inout, named subtree_mass
    moment_sum: Array[wp.vec3, worlds, bodies],  #: -1..1, inout
    mover: Array[int, worlds, bodies],  #: output, named movable_parent moving_ancestor
    pos_out: Array[wp.vec3, worlds, bodies],  #: output, named xpos_out
    quat_out: Array[wp.quat, worlds, bodies],  #: output, named xquat_out
    mat_out: Array[wp.mat33, worlds, bodies],  #: output, named xmat_out
    com_out: Array[wp.vec3, worlds, bodies],  #: output, named xipos_out
    anchor_out: Array[wp.vec3, worlds, joints],  #: 0..1, inout, named xanchor_out
    axis_out: Array[wp.vec3, worlds, joints],  #: 0..1, inout, named xaxis_out
    vel_out: Array[wp.spatial_vector, worlds, bodies],  #: output, named cvel_out
    cdof_dot: Array[wp.spatial_vector, worlds, dofs],  #: 0..1, inout, named cdof_dot_out
    force_out: Array[wp.spatial_vector, worlds, bodies],  #: output, named cfrc_ext_out
    torque: Array[float, worlds, bodies],  #: output, named qfrc_gravcomp
    torque_sum: Array[float, worlds, bodies],  #: -1..1, inout, named qfrc_passive
): ...


def bodies(
    parent_of: Array[int, bodies],  #: 0..parent_of_high, named body_parentid
    root_of: Array[int, bodies],  #: 0..bodies - 1, named body_rootid
    jnt_num: Array[int, bodies],  #: 0..most_joints, named body_jntnum
    jnt_adr: Array[int, bodies],  #: starts most_joints 0, named body_jntadr
    jnt_qposadr: Array[int, joints],  #: starts coordinates 0
    dof_num: Array[int, bodies],  #: 0..3, named body_dofnum
    dof_adr: Array[int, bodies],  #: starts most_dofs 0, named body_dofadr
    jnt_type: Array[int, joints],  #: 0..3
    jnt_kind: Array[int, bodies],  #: 2..3, named jnt_type
    ancestor: Array[int, bodies, bodies],  #: 0..1, named is_ancestor
    subtree_end: Array[int, bodies],  #: bodies // 2..bodies
    sleeping: Array[int, worlds, bodies],  #: 0..1, named body_asleep
    world_active: Array[bool, worlds],  #: 0..1, named world_active world_mask
    mocap_of: Array[int, bodies],  #: -3..1, named body_mocapid
    mocap_pos: Array[wp.vec3, worlds, 2],  #: -1..1
    mocap_quat: Array[wp.quat, worlds, 2],  #: -1..1
    xpos_last: Array[wp.vec3, worlds, bodies],  #: -1..1, named xpos_prev
    xquat_last: Array[wp.quat, worlds, bodies],  #: -1..1, named xquat_prev
    ignores_gravity: Array[bool, bodies],  #: 0..1, named body_nogravity gravity_disabled
    has_load: Array[bool, bodies],  #: 0..1, named body_loaded has_xfrc
    is_welded: Array[bool, bodies],  #: 0..1, named body_welded is_fixed
    counts: Array[bool, bodies],  #: 0..1, named body_counted body_included
    nodes: Array[int, 1 * bodies],  #: parents 1 bodies, named body_parentid parent_id
    stiffness: Array[float, bodies],  #: -0.5..4, named jnt_stiffness
    damping: Array[float, bodies],  #: 0.1..1, named jnt_damping
    spring_ref: Array[float, joints * coordinates],  #: -1..1, named qpos_spring
    dead_band: float,  #: 0.2..0.8, usually 0.5, named dead_band spring_slack
): ...


def cameras(
    min_mass: float,  #: 0.4..1, usually 0.5, named min_mass mass_threshold
    cam_mode: Array[int, bodies],  #: 0..4
    cam_body: Array[int, bodies],  #: 0..bodies - 1, named cam_bodyid
    cam_target: Array[int, bodies],  #: -2..bodies - 1, named cam_targetbodyid
    cam_pos: Array[wp.vec3, bodies],  #: -1..1
    cam_quat: Array[wp.quat, bodies],  #: -1..1
    cinert: Array[wp.spatial_matrix, worlds, bodies],  #: -1..1
    cacc: Array[wp.spatial_vector, worlds, bodies],  #: -1..1
): ...


def poses(
    jnt_axis: Array[wp.vec3, joints],  #: -1..1
    jnt_pos: Array[wp.vec3, joints],  #: -0.5..0.5
    body_pos: Array[wp.vec3, bodies],  #: -1..1
    body_ipos: Array[wp.vec3, bodies],  #: -0.5..0.5
    body_quat: Array[wp.quat, bodies],  #: -1..1
    xquat: Array[wp.quat, worlds, bodies],  #: -1..1, named xquat_in
    xpos: Array[wp.vec3, worlds, bodies],  #: -1..1, named xpos_in
    xipos: Array[wp.vec3, worlds, bodies],  #: -1..1
    xanchor: Array[wp.vec3, worlds, bodies],  #: -1..1
    xaxis: Array[wp.vec3, worlds, bodies],  #: -1..1
    com: Array[wp.vec3, worlds, bodies],  #: -1..1, named subtree_com
    subtree_com: Array[wp.vec3, worlds, bodies],  #: -1..1
    com_vel_in: Array[wp.vec3, worlds, bodies],  #: -1..1, named com_vel
    ang_vel_in: Array[wp.vec3, worlds, bodies],  #: -1..1, named ang_vel
    mass: Array[float, bodies],  #: 0.2..2, named body_mass
    subtree_mass: Array[float, bodies],  #: 0.5..4, named body_subtreemass
    gravcomp: Array[float, bodies],  #: -0.3..1, named body_gravcomp
    half_height: Array[float, bodies],  #: 0.2..0.8, named body_half_height
    ball_radius: Array[float, bodies],  #: 0.2..0.8, named body_radius
    qpos: Array[float, worlds, joints * coordinates],  #: -2..2
    qvel: Array[float, worlds, dofs],  #: -1..1
): ...


def forces(
    cvel: Array[wp.spatial_vector, worlds, bodies],  #: -1..1, named cvel_in
    xfrc: Array[wp.spatial_vector, worlds, bodies],  #: -1..1, named xfrc_applied
    cfrc_body: Array[wp.spatial_vector, worlds, bodies],  #: -1..1
    cfrc_ext: Array[wp.spatial_vector, worlds, bodies],  #: -1..1
    cdof: Array[wp.spatial_vector, worlds, dofs],  #: -1..1
    gravity: Array[wp.vec3, worlds],  #: -10..10, named gravity opt_gravity
    wind: wp.vec3,  #: -1..1
    max_torque: float,  #: 1..4, usually 2.0 4.0, named max_torque torque_limit
    drag: float,  #: 0.1..1, usually 0.1 0.5, named drag linear_drag
    spin_drag: float,  #: 0.05..0.5, usually 0.05 0.1, named angular_drag spin_drag
    water_level: float,  #: -0.5..0.5, usually 0.0 0.2, named water_level fluid_level
    water_density: float,  #: 0.5..2, usually 1.0, named fluid_density water_density
    volume: Array[float, bodies],  #: 0.1..1, named body_volume
    num_bodies: int,  #: is bodies
): ...
