"""Arguments of the kernels of ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def mesh(
    particle_q: Array[wp.vec3, vertices],  #: -1..1, named particle_q pos vertices x
    tet_indices: Array[wp.vec4i, count],  #: corners 4 vertices, named tet_indices tets
    edge_indices: Array[wp.vec4i, count],  #: corners 4 vertices, missing 2, named edge_indices bending_edges
    edge_list: Array[wp.vec2i, count],  #: 0..ends - 1, named edges edge_verts
    edge_tris: Array[wp.vec2i, count],  #: -20..count - 1, named edge_tris edge_faces
    vertex_start: Array[int, count],  #: starts adjacent 1
    vertex_count: Array[int, count],  #: 0..5
    adjacent_edges: Array[int, count * adjacent],  #: 0..count - 1
    vertex_color: Array[int, vertices],  #: 0..9, named vertex_colors particle_colors
): ...


def options(
    rest_angle: Array[float, count],  #: -0.5..0.5, named rest_angle edge_rest_angle
    flip_winding: bool,  #: 0..1, named flip_winding reverse
    max_offset: float,  #: 0.1..0.5, usually 0.1, named max_offset max_move
    cotan_in: Array[float, count],  #: -0.3..2, named edge_cotan cotan_weight
    strength: float,  #: 0.2..0.8, usually 0.5, named strength smoothing step
    tri_density: Array[float, count],  #: 0.5..2, named tri_density face_density
    tri_enabled: Array[bool, count],  #: 0..1, named tri_active face_mask
    stiffness: Array[float, count],  #: 0.5..2, named edge_ke bending_stiffness
    mirrored: bool,  #: 0..1, named mirrored flip_winding
    first_vertex: int,  #: 1..50, named first_vertex vertex_offset start_vertex
    max_adjacent: int,  #: 1..2, named max_adjacent capacity
    min_area: float,  #: 0.1..0.2, usually 0.1, named min_area area_eps
    min_volume: float,  #: 0.03..0.07, usually 0.05, named min_volume volume_eps
    density: float,  #: 0.5..2, named density rho
    slack: float,  #: 0.9..1.1, usually 1.05 0.95, named slack rest_scale
    cells_x: int,  #: 8..8, named cells_x dim_x nx
): ...


def mesh_outputs(
    tris_out: Array[wp.vec3i, 2 * count],  #: output, named tri_indices_out triangles
    tri_sorted: Array[wp.vec3i, count],  #: output, named tri_keys sorted_faces
    tri_edges: Array[wp.vec2i, 3 * count],  #: output, named tri_edges edge_keys
    quads_out: Array[wp.vec4i, count],  #: output, named quads cell_vertices
    tri_flat: Array[int, tri_flat_size],  #: output, named index_buffer indices_out
    rest_out: Array[float, 2 * count],  #: output, named rest_length
    tri_area: Array[float, count],  #: output, named tri_areas areas
    edge_length: Array[float, count],  #: output, named edge_length rest_length
    edge_angle: Array[float, count],  #: output, named edge_angles
    tet_volume: Array[float, count],  #: output, named tet_volumes rest_volume
    smoothed: Array[wp.vec3, count],  #: output, named smoothed pos_out
    tri_pose: Array[wp.mat22, count],  #: output, named tri_poses rest_pose
    tet_pose: Array[wp.mat33, count],  #: output, named tet_poses tet_rest
    cell_color: Array[int, count],  #: output
    mean_length: Array[float, count],  #: output, named mean_length mean_edge
    longest_edge: Array[float, count],  #: output
    on_border: Array[int, vertices],  #: output, named on_border is_boundary
    edge_kind: Array[int, count],  #: output, named edge_kind edge_type
    vertex_flag: Array[int, count],  #: output, named conflicts color_clash
    label_out: Array[int, count],  #: output, named labels_out
    vertex_tris: Array[int, vertices, 2],  #: -1..0, inout, named vertex_tris vertex_faces
    border_degree: Array[int, vertices],  #: 0..1, inout, named border_degree border_edge_count
): ...


def flags(
    border_flag: Array[int, vertices],  #: 0..1, named on_border is_boundary
    edge_locked: Array[int, count],  #: 0..1, named edge_locked is_constrained
    edge_cos: Array[float, count],  #: -1..1, named edge_cos dihedral_cos
    face_normal: Array[wp.vec3, count],  #: -1..1, named face_normals tri_normals
    face_group: Array[int, count],  #: 0..2, named face_group face_material
    tet_group: Array[int, count],  #: 0..2, named tet_material tet_group
    tet_neighbors: Array[int, count, 4],  #: -count..count - 1, named tet_neighbors tet_adjacency
    half_keys: Array[wp.vec2i, count],  #: 0..2, named sorted_edges sorted_keys
    half_order: Array[int, count],  #: distinct 1, named half_edge_ids sort_order
    num_half: int,  #: is count
    max_length: float,  #: 1.2..1.6, usually 1.5, named max_length split_length
    min_length: float,  #: 0.6..1, usually 0.75, named min_length collapse_length
    crease_cos: float,  #: -0.4..0.6, usually 0.25 0.2, named crease_cos sharp_cos
    min_quality: float,  #: 0.1..0.3, usually 0.2 0.1, named min_quality quality_limit
): ...


def flag_outputs(
    edge_op: Array[int, count],  #: output, named edge_operation edge_op
    edge_sharp: Array[int, count],  #: output, named edge_sharp is_feature
    winding_bad: Array[int, count],  #: output, named winding_error is_flipped
    vertex_kind: Array[int, count],  #: output
    edge_weight: Array[float, count],  #: output, named cotan_weight
    face_keys: Array[wp.vec3i, 4 * count],  #: output
    tet_tris: Array[wp.vec3i, 4 * count],  #: output, named tet_tris faces_out
    face_tet: Array[int, 4 * count],  #: output
    tet_edges: Array[wp.vec2i, 6 * count],  #: output, named tet_edges edge_keys
    rest_out6: Array[float, 6 * count],  #: output, named rest_length
    tet_quality: Array[float, count],  #: output, named tet_quality quality
    twin_out: Array[int, count],  #: output, named twin opposite_half
    border_out: Array[int, count],  #: -1..0, inout, named is_border_half
    surface_tris: Array[wp.vec3i, count],  #: -1..0, inout, named surface_tris surface_faces
    surface_tet: Array[int, count],  #: -1..0, inout
    bad_tets: Array[int, count // 2],  #: -1..0, inout
    num_splits: Array[int, 1],  #: 0..1, inout, named num_splits split_count
    num_collapses: Array[int, 1],  #: 0..1, inout
    num_sharp_edges: Array[int, 1],  #: 0..1, inout, named num_sharp
    sharp_degree: Array[int, vertices],  #: 0..1, inout, named sharp_degree crease_count
    edge_fill: Array[int, 1],  #: 0..1, inout, named num_edges edge_count
    face_fill: Array[int, 1],  #: 0..1, inout, named num_faces face_count
    bad_fill: Array[int, 1],  #: 0..1, inout, named num_bad_tets
    num_changes: Array[int, 1],  #: 0..1, inout, named num_flips flip_count
    pinned: Array[int, count],  #: 0..1, named is_pinned vertex_fixed
    opposite: Array[wp.vec2i, count],  #: output, named edge_opposite opposite_verts
    hinges: Array[wp.vec4i, count],  #: output, named bend_indices hinge_verts
    length_sum: Array[float, vertices],  #: 0..1, inout, named length_sum incident_length
    vertex_area: Array[float, vertices],  #: 0..1, inout, named vertex_area particle_area
    vertex_mass: Array[float, vertices],  #: 0..1, inout, named particle_mass mass
    energy: Array[float, 1],  #: 0..1, inout, named bending_energy
    vertex_degree: Array[int, vertices],  #: 0..1, inout, named vertex_degree edge_count
    vertex_fill: Array[int, vertices],  #: 0..1, inout, named vertex_fill tri_count
    num_inverted: Array[int, 1],  #: 0..1, inout
    num_changed: Array[int, 1],  #: 0..1, inout, named num_conflicts clashes
    num_bad: Array[int, 1],  #: 0..1, inout, named num_degenerate num_bad
): ...
