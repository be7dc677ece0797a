"""Arguments of the kernels of ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def states(
    qpos: Array[float, worlds, n],  #: -1..1, named qpos_in qpos
    qvel: Array[float, worlds, n],  #: -1..1, named qvel_in qvel
    efc_force: Array[float, worlds, n],  #: -1..1, named efc_force_in efc_force
    x_vec: Array[float, worlds, n],  #: -1..1, named vec_in qacc_in
    rhs: Array[float, worlds, n],  #: -1..1, named rhs_in qfrc_smooth_in
    qacc: Array[float, worlds, n],  #: -1..1, named qacc_in qacc
    qfrc_in: Array[float, worlds, n],  #: -1..1, named qfrc_applied_in
    efc_Ja: Array[float, worlds, n],  #: -1..1, named efc_Ja_in
    efc_pos: Array[float, worlds, n],  #: -1..1, named efc_pos_in
    contact_normal_force: Array[float, worlds, n],  #: -1..1, named contact_force_in
    efc_aref: Array[float, worlds, n],  #: -1..1, named efc_aref_in
    efc_Jaref: Array[float, worlds, n],  #: -1..1, named efc_Jaref_in ctx_Jaref_in
    ten_length_in: Array[float, worlds, n],  #: -1..1
    contact_dist: Array[float, worlds, n],  #: -1..1, named contact_dist_in
    contact_margin: Array[float, worlds, n],  #: -1..1, named contact_includemargin_in
    ten_J_in: Array[float, worlds, n * row],  #: -1..1
    M: Array[float, worlds, n * row],  #: -1..1, named M_in qM_in
): ...


def contacts(
    efc_D: Array[float, worlds, n],  #: 0.5..2, named efc_D_in
    frictionloss: Array[float, worlds, n],  #: 0.2..1, named efc_frictionloss_in
    efc_kb: Array[wp.vec2, worlds, n],  #: 0.5..2, named efc_KBIP_in efc_kb_in
    efc_J: Array[float, worlds, n, row],  #: -1..1, named efc_J_in
    efc_colind: Array[int, worlds, n, row],  #: 0..n - 1, named efc_J_colind_in
    xpos: Array[wp.vec3, worlds, n],  #: -1..1, named xpos_in
    site_xpos: Array[wp.vec3, worlds, n],  #: -1..1, named site_xpos_in
    contact_pos: Array[wp.vec3, worlds, n],  #: -1..1, named contact_pos_in
    subtree_com: Array[wp.vec3, worlds, n],  #: -1..1, named subtree_com_in
    xmat: Array[wp.mat33, worlds, n],  #: -1..1, named xmat_in
    contact_frame: Array[wp.mat33, worlds, n],  #: -1..1, named contact_frame_in
    site_xmat: Array[wp.mat33, worlds, n],  #: -1..1, named site_xmat_in
    xquat: Array[wp.quat, worlds, n],  #: -1..1, named xquat_in
    body_cvel: Array[wp.spatial_vector, worlds, n],  #: -1..1, named cvel_in
    cdof: Array[wp.spatial_vector, worlds, n],  #: -1..1, named cdof_in
    contact_geom: Array[wp.vec2i, worlds, n],  #: 0..n - 1, named contact_geom_in
    contact_dim: Array[int, worlds, n],  #: 1..3, named contact_dim_in
    efc_rownnz: Array[int, worlds, n],  #: 0..row - 1, named efc_J_rownnz_in
    efc_type: Array[int, worlds, n],  #: 0..2, named efc_type_in
    previous_state: Array[int, worlds, n],  #: 0..3, named efc_state_in previous_state
    tree_island: Array[int, worlds, n],  #: -1..islands - 1, named tree_island_in
    tree_awake: Array[int, worlds, n],  #: 0..1, named tree_awake_in
    eq_active: Array[bool, worlds, n],  #: 0..1, named eq_active_in eq_active
    efc_active: Array[bool, worlds, n],  #: 0..1, named efc_active_in
    skip: Array[bool, worlds],  #: 0..1, named skip ctx_done_in
    nefc_in: Array[int, worlds],  #: 1..n
    ncon: Array[int, worlds],  #: 1..n, named ncon_in nacon_in
): ...


def outputs(
    nefc: Array[int, worlds],  #: 0..1, inout, named nefc_out
    row_pos: Array[float, worlds, n * rows_each + 1],  #: output, named efc_pos_out
    row_vel: Array[float, worlds, n * rows_each + 1],  #: output, named efc_vel_out
    aref: Array[float, worlds, n * rows_each + 1],  #: output, named efc_aref_out
    connect_D: Array[float, worlds, n * rows_each + 1],  #: output, named efc_D_out
    row_diag: Array[float, worlds, n],  #: output, named efc_D_out
    row_invdiag: Array[float, worlds, n],  #: output, named efc_diagA_out
    row_force: Array[float, worlds, n],  #: output, named efc_force_out
    row_Jaref: Array[float, worlds, n],  #: output, named efc_Jaref_out
    ten_length: Array[float, worlds, n],  #: output, named ten_length_out
    ten_velocity: Array[float, worlds, n],  #: output, named ten_velocity_out
    ten_force: Array[float, worlds, n],  #: output, named ten_force_out
    act_length: Array[float, worlds, n],  #: output, named actuator_length_out
    act_velocity: Array[float, worlds, n],  #: output, named actuator_velocity_out
    row_product: Array[float, worlds, n],  #: output, named res_out mv_out
    qvel_out: Array[float, worlds, n],  #: output
    efc_kind: Array[int, worlds, n * rows_each + 1],  #: output, named efc_type_out
    efc_source: Array[int, worlds, n * rows_each + 1],  #: output, named efc_id_out
    njmax_in: int,  #: rows_each..3 * rows_each - 1, named njmax
    eq_J: Array[float, worlds, n * rows_each + 1, n],  #: 0..1, inout, named efc_J_out
    moment_out: Array[float, worlds, n * row],  #: output, named actuator_moment_out moment_out
    colind_out: Array[int, worlds, n * row],  #: output, named moment_colind_out
    nnz_out: Array[int, worlds, n],  #: output, named moment_rownnz_out
): ...


def sums(
    row_state: Array[int, worlds, n],  #: output, named efc_state_out
    qfrc: Array[float, worlds, n],  #: -1..1, inout, named qfrc_constraint_out qfrc_out
    res: Array[float, worlds, n],  #: -1..1, inout, named res_out mv_out
    con_J: Array[float, worlds, 3 * n, n],  #: output, named efc_J_out contact_J_out
    sensordata: Array[float, worlds, n * address],  #: -1..1, inout, named sensordata_out sensordata
    cost: Array[float, worlds],  #: 0..1, inout, named cost_out ctx_cost_out
    vMv: Array[float, worlds],  #: 0..1, inout, named quad_out vMv_out
    num_changed: Array[int, worlds],  #: 0..1, inout, named changed_out
    num_quadratic: Array[int, worlds],  #: 0..1, inout, named nactive_out
    nv_awake: Array[int, worlds],  #: 0..1, inout, named nv_awake_out
    moment_nnz: Array[int, worlds],  #: 0..1, inout, named moment_nnz_out
    dof_island: Array[int, worlds, n],  #: output, named dof_island_out
    dof_rank: Array[int, worlds, n],  #: output, named dof_islandrank_out
    island_nv: Array[int, worlds, islands],  #: 0..1, inout, named island_nv_out
    tree_speed: Array[float, worlds, n],  #: 0..0.2, inout, named tree_maxvel_out
    sleep_count: Array[int, worlds, n],  #: 0..4, inout, named sleep_count_out
): ...


def model(
    eq_obj1id: Array[int, n],  #: 0..n - 1
    eq_obj2id: Array[int, n],  #: -1..n - 1
    site_bodyid: Array[int, n],  #: 0..n - 1
    jnt_qposadr: Array[int, n],  #: 0..n - 1
    jnt_dofadr: Array[int, n],  #: 0..n - 1
    geom_bodyid: Array[int, n],  #: 0..n - 1
    sensor_objid: Array[int, n],  #: 0..n - 1
    sensor_refid: Array[int, n],  #: -1..n - 1
    body_rootid: Array[int, n],  #: 0..n - 1
    dof_bodyid: Array[int, n],  #: 0..n - 1
    body_treeid: Array[int, n],  #: 0..n - 1
    dof_treeid: Array[int, n],  #: 0..n - 1
    eq_body2id: Array[int, n],  #: 0..n - 1, named eq_obj2id
    dof_parentid: Array[int, 1 * n],  #: parents 1 n
    eq_type: Array[int, n],  #: 0..1
    is_site: Array[bool, n],  #: 0..1, named eq_is_site is_site
    wrap_type: Array[int, entries],  #: 0..2
    wrap_objid: Array[int, entries],  #: 0..n - 1
    sensor_type: Array[int, n],  #: 0..7
    sensor_datatype: Array[int, n],  #: 0..2
    sensor_dim: Array[int, n],  #: 1..3
    actuator_trntype: Array[int, n],  #: 0..2
    actuator_trnid: Array[wp.vec2i, n],  #: 0..n - 1
    isdofancestor: Array[int, n, n],  #: 0..1, named body_isdofancestor isdofancestor
    tendon_num: Array[int, n],  #: 0..row - 1
    ten_J_rownnz: Array[int, n],  #: 0..row - 1
    M_rownnz: Array[int, n],  #: 0..row - 1
    tendon_adr: Array[int, n],  #: starts row 1
    ten_J_rowadr: Array[int, n],  #: starts row 1
    M_rowadr: Array[int, n],  #: starts row 1
    moment_rowadr: Array[int, n],  #: starts row 1, named moment_rowadr actuator_moment_rowadr
    sensor_adr: Array[int, n],  #: starts address 0
    ten_J_colind: Array[int, entries],  #: 0..n - 1
    M_colind: Array[int, entries],  #: 0..n - 1
): ...


def weights(
    qpos0: Array[float, n],  #: -1..1
    tendon_length0: Array[float, n],  #: 0..1
    tendon_stiffness: Array[float, n],  #: 1..10
    tendon_damping: Array[float, n],  #: 0.1..1
    dof_length: Array[float, n],  #: 0.2..1
    dof_armature: Array[float, n],  #: 0.05..0.3
    actuator_gear: Array[float, n],  #: 0.5..2, named actuator_gear gear
    dof_M: Array[float, n],  #: 0.5..2, named dof_M0 qM_diag
    sensor_cutoff: Array[float, n],  #: -0.5..1
    wrap_divisor: Array[float, entries],  #: 1..3, named wrap_prm wrap_divisor
    wrap_prm: Array[float, entries],  #: -1..1
    eq_data: Array[float, n, 3],  #: -1..1
    eq_solref: Array[wp.vec2, n],  #: 0.5..2
    eq_solimp: Array[wp.vec3, n],  #: 0.5..0.95
    body_invweight: Array[float, n],  #: 0.2..1, named body_invweight0
    eq_anchor: Array[wp.vec3, n],  #: -1..1, named eq_anchor1
    eq_anchor2: Array[wp.vec3, n],  #: -1..1
    njmax: int,  #: 1..5, named njmax max_rows
    naconmax: int,  #: 3..6, named nconmax max_contacts
    regularization: float,  #: 0.1..0.5, usually 0.1 0.01, named regularization compliance
    wake_force: float,  #: 0.2..0.6, usually 0.5, named wake_force wake_threshold
    nv: int,  #: is n
): ...
