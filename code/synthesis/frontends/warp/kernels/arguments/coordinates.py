"""Arguments of the kernels of ``recipes/applications/coordinates.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def outputs(
    force: Array[float, worlds, n],  #: output, named actuator_force
    act_dot: Array[float, worlds, n],  #: output
    qfrc: Array[float, worlds, n * velocities],  #: -1..1, inout, named qfrc_actuator
    sensordata: Array[float, worlds, 3 * n],  #: -1..1, inout
    nefc: Array[int, worlds],  #: 0..2, inout
    jac: Array[float, worlds, n, n * velocities],  #: -1..1, inout, named efc_J
    aref: Array[float, worlds, n],  #: 0..1, inout, named efc_aref
    row_pos: Array[float, worlds, n],  #: 0..1, inout, named efc_pos
    row_vel: Array[float, worlds, n],  #: 0..1, inout, named efc_vel
    row_diag: Array[float, worlds, n],  #: 0..1, inout, named efc_D
    aref_of: Array[float, worlds, n],  #: 0..1, inout, named limit_aref
    row_of_pos: Array[float, worlds, n],  #: 0..1, inout, named limit_pos
    diag_of: Array[float, worlds, n],  #: 0..1, inout, named limit_D
    row_side: Array[float, worlds, n],  #: 0..1, inout, named limit_side limit_sign
    row_active: Array[int, worlds, n],  #: output, named limit_active
    long_out: Array[float, worlds, n * coordinates],  #: -1..1, inout, named qpos_out
): ...


def actuators(
    long_qpos: Array[float, worlds, n * coordinates],  #: -4..4, named qpos
    long_qvel: Array[float, worlds, n * velocities],  #: -1..1, named qvel
    jnt_qposadr: Array[int, n],  #: starts coordinates 0
    jnt_dofadr: Array[int, n],  #: starts velocities 0
    jnt_type: Array[int, n],  #: 0..3
    act_type: Array[int, n],  #: 0..2, named control_mode
    dyn_type: Array[int, n],  #: 0..2, named actuator_dyntype
    gain_type: Array[int, n],  #: 0..1, named actuator_gaintype
    bias_type: Array[int, n],  #: 0..1, named actuator_biastype
    gain_prm: Array[wp.vec3, n],  #: -2..2, named actuator_gainprm
    dyn_prm: Array[wp.vec3, n],  #: 0.2..1, named actuator_dynprm
    bias_prm: Array[wp.vec3, n],  #: -2..2, named actuator_biasprm
    force_range: Array[wp.vec2, n],  #: -3..3, named actuator_forcerange
    sensor_type: Array[int, n],  #: 0..5
    sensor_obj: Array[int, n],  #: 0..n - 1, named sensor_objid
    ref_obj: Array[int, n],  #: -n // 2..n - 1, named sensor_refid
    sensor_adr: Array[int, n],  #: starts 3 0
    trn_id: Array[int, n],  #: 0..n - 1, named actuator_trnid
    site_body: Array[int, n],  #: 0..n - 1, named site_bodyid
    body_root: Array[int, n],  #: 0..n - 1, named body_rootid
): ...


def limits(
    limited: Array[bool, n],  #: 0..1
    force_limited: Array[bool, n],  #: 0..1, named actuator_forcelimited
    time: Array[float, worlds],  #: 0..4
    xpos: Array[wp.vec3, worlds, n],  #: -1..1, named site_xpos
    subtree_com: Array[wp.vec3, worlds, n],  #: -1..1
    xmat: Array[wp.mat33, worlds, n],  #: -1..1, named site_xmat
    cvel: Array[wp.spatial_vector, worlds, n],  #: -1..1
    cacc: Array[wp.spatial_vector, worlds, n],  #: -1..1
    cfrc_int: Array[wp.spatial_vector, worlds, n],  #: -1..1
    dt: float,  #: dt_low..dt_high, named timestep dt
    no_load_speed: Array[float, n],  #: 1..1.5
    jnt_solimp: Array[wp.vec3, n],  #: 0.5..0.95
    jnt_solref: Array[wp.vec2, n],  #: 0.3..1.2
    inv_weight: Array[float, n * velocities],  #: 0.5..2, named dof_invweight0
    njmax: int,  #: n // 2..n
    nv: int,  #: is n * velocities
): ...


def controls(
    ctrl: Array[float, worlds, n],  #: -2..2
    act: Array[float, worlds, n],  #: -1..1
    force_in: Array[float, worlds, n],  #: -2..2, named actuator_force
    motor_velocity: Array[float, worlds, n],  #: -2..2, named actuator_velocity
    qfrc_in: Array[float, worlds, n * velocities],  #: -2..2, named qfrc_actuator
    bias_force: Array[float, worlds, n * velocities],  #: -1..1, named qfrc_bias
    ctrl_lower: Array[float, n],  #: -1.5..-0.5
    ctrl_upper: Array[float, n],  #: 0.5..1.5
    gear: Array[float, n],  #: 0.5..2, named actuator_gear
    stiffness: Array[float, n],  #: 1..10, named actuator_kp
    max_force: Array[float, n],  #: 1..6, named effort_limit
    stall_force: Array[float, n],  #: 4..8, named stall_torque
    lower: Array[float, n],  #: -1.5..-0.3, named jnt_lower
    upper: Array[float, n],  #: 0.3..1.5, named jnt_upper
    sensor_cutoff: Array[float, n],  #: -0.5..1
    margin_of: Array[float, n],  #: 0.05..0.6, named jnt_margin
    damping: Array[float, n],  #: 0.1..1, named actuator_kv
): ...
