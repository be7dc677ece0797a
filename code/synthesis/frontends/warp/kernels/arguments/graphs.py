"""Arguments of the kernels of ``recipes/applications/graphs.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def items(
    contact_pair: Array[wp.vec2i, contacts],  #: -1..bodies - 1, named contact_pair contact_bodies
    contact_body0: Array[int, contacts],  #: -1..bodies - 1, named contact_body0 body_a_of
    contact_body1: Array[int, contacts],  #: -1..bodies - 1, named contact_body1 body_b_of
    inv_mass: Array[float, bodies],  #: -0.5..1, named body_inv_mass inv_mass
    body_flags: Array[int, bodies],  #: 0..3
    contact_force: Array[float, contacts],  #: 0..2, named contact_force contact_impulse
    body_speed: Array[float, bodies],  #: 0..1, named body_speed max_speed
    rest_steps: Array[int, bodies],  #: 0..9, named rest_steps body_idle_steps
    dof_count: Array[int, bodies],  #: 0..3, named joint_dof_count dof_count
    contact_count: Array[int, single],  #: contacts // 2..contacts, named contact_count num_contacts ncon
): ...


def orders(
    root: Array[int, bodies],  #: 0..1, inout, named body_root parent island_root
    island_of: Array[int, bodies],  #: 0..1, inout, named body_island island_id
    island_size: Array[int, bodies],  #: 0..3, inout, named island_size island_count
    island_start: Array[int, bodies],  #: 0..3, inout, named island_start island_offset
    island_bodies: Array[int, bodies],  #: -1..0, inout, named island_bodies island_items
    island_asleep: Array[int, bodies],  #: 0..1, inout, named island_asleep island_sleeping
    used: Array[int, bodies],  #: 0..3, inout, named used_colors body_colors
    color_of: Array[int, contacts],  #: -1..0, inout, named color constraint_color
    color_count: Array[int, 8],  #: 0..3, inout, named color_count color_size
    color_start: Array[int, 9],  #: 0..3, inout, named color_start color_offsets
    cursor: Array[int, 8],  #: 0..3, inout, named fill_cursor cursor
    sorted_constraints: Array[int, contacts],  #: -1..0, inout, named sorted_constraints color_groups
    level_of: Array[int, bodies],  #: 0..1, inout, named joint_level level
    level_size: Array[int, bodies],  #: 0..3, inout, named level_size level_count
    level_start: Array[int, bodies + 1],  #: 0..3, inout, named level_start level_offsets
    level_joints: Array[int, bodies],  #: -1..0, inout, named level_joints joint_order
    slot_of: Array[int, bodies],  #: -1..0, inout, named joint_slot
    subtree_end: Array[int, bodies],  #: 0..3, inout
    num_children: Array[int, bodies],  #: 0..2, inout, named num_children child_count
    chain_dofs: Array[int, bodies],  #: 0..3, inout, named chain_dofs ancestor_dofs
    num_islands: Array[int, single],  #: 0..3, inout, named num_islands island_total
    num_left: Array[int, single],  #: 0..3, inout, named num_uncolored num_left
    num_colors: Array[int, single],  #: 0..3, inout
    num_levels: Array[int, single],  #: 0..3, inout, named num_levels level_total
    max_width: Array[int, single],  #: 0..3, inout, named max_level_size max_width
): ...


def limits(
    min_force: float,  #: 0.2..1, named min_force force_threshold
    sleep_speed: float,  #: 0.5..0.9, named sleep_speed sleep_threshold
    min_rest_steps: int,  #: 2..5, named min_rest_steps sleep_after
    max_contacts: int,  #: contacts // 2..contacts, named max_contacts contact_capacity
    num_bodies: int,  #: is bodies
    num_joints: int,  #: is bodies
    num_constraints: int,  #: is contacts
): ...


def colors(
    max_colors: int,  #: is colors
): ...
