"""Arguments of the kernels of ``recipes/applications/meshes.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def triangles(
    group: Array[int, threads],  #: -1..2
    active: Array[int, threads],  #: 0..1, named face_active active enabled
    density: Array[float, 3],  #: 0.5..2
    thickness: Array[float, threads],  #: 0.1..1, named thickness face_thickness
    default_density: float,  #: 0.5..2, usually 0.5 2.0, named default_density density
    drag: float,  #: 0.2..1, usually 0.5, named drag_coefficient air_drag
    load: Array[float, threads],  #: -1..1, named pressure face_load load
    wind: wp.vec3,  #: -2..2, named wind wind_velocity air_velocity
    wanted: int,  #: -1..2
    vertex: Array[wp.vec3, count],  #: -1..1, inout
    mass: Array[float, count],  #: 0..1, inout, named vertex_mass node_mass lumped_mass
    bad: Array[int, 1],  #: 0..2, inout, named num_degenerate bad_faces error_count
    kind: Array[int, threads],  #: output, named face_kind facing face_state
    grazing: float,  #: 0.1..0.4, usually 0.1, named grazing edge_cosine
    view: wp.vec3,  #: -2..2, named view_dir light_dir
    eye: wp.vec3,  #: -2..2, named eye camera_pos
    num_front: Array[int, 1],  #: 0..1, inout, named num_front front_count
    min_area: float,  #: 0.5..1.2, usually 0.5 0.25, named min_area area_eps
): ...


def edges(
    pairs: Array[wp.vec2i, edges],  #: 0..count - 1, named edges edge_vertices
    table: Array[int, edges, 2],  #: 0..count - 1, named edges edge_indices
    owner: Array[int, edges],  #: 0..count - 1, named owner face_owner
    neighbor: Array[int, edges],  #: -2..count - 1, named neighbor face_neighbor
    opposite: Array[int, edges, 2],  #: opposite_low..count - 1, named edge_opposite opposite_vertices
    first_face: Array[int, edges],  #: 0..count - 1, named edge_face0 left_face
    second_face: Array[int, edges],  #: -2..count - 1, named edge_face1 right_face
    fixed: Array[int, count],  #: 0..1, named fixed pinned is_fixed
    face_group: Array[int, count],  #: 0..2, named face_group face_material
    u: Array[float, count],  #: -2..2, named velocity u
    face_diffusivity: Array[float, edges],  #: 0.2..2, named face_diffusivity face_conductivity
    w: Array[float, edges],  #: 0.2..2, named conductance edge_weight
    conductivity: Array[float, count],  #: 0.5..2, named conductivity diffusivity
    area: Array[float, edges],  #: 0.2..1.5, named face_area
    face_flow: Array[float, edges],  #: -1..1, named face_flux volume_flux
    rest: Array[float, edges],  #: 0.5..2, named rest_length edge_rest_length
    inv_mass: Array[float, count],  #: 0.2..1, named inv_mass particle_inv_mass
    size_field: Array[float, count],  #: 0.5..2.5
    x: Array[wp.vec3, count],  #: -2..2, named points vertices
    v: Array[wp.vec3, count],  #: -2..2, named particle_qd v
    face_normal: Array[wp.vec3, count],  #: -1..1, named face_normal face_normals
    normal: Array[wp.vec3, edges],  #: -1..1, named face_normal
    stream: wp.vec3,  #: -1..1, named flow_velocity wind
): ...


def edge_numbers(
    outside: float,  #: -1..1, usually 0.0, named u_boundary ambient
    blend: float,  #: 0.2..0.8, usually 0.5, named blend central_share
    ke: float,  #: 0.5..2, usually 0.5 2.0, named ke stiffness
    kd: float,  #: 0.1..1, usually 0.5, named kd damping
    ke_hard: float,  #: 2..5, usually 4.0, named ke_hard limit_ke
    soft_range: float,  #: 0.2..1, usually 0.5, named soft_range strain_limit
    dt: float,  #: 0.2..0.5, usually 0.25
    max_stretch: float,  #: 1.2..2.5, usually 1.5 2.0, named max_stretch tear_ratio
    compliance: float,  #: 0.01..0.1, usually 0.05
    relaxation: float,  #: 0.3..0.9, usually 0.5
    min_length: float,  #: 0.1..0.3, usually 0.1
    min_area: float,  #: 0.1..0.4, usually 0.1
    crease_cos: float,  #: -0.5..0.6, usually 0.25, named crease_cos cos_threshold
    target_length: float,  #: 1..3, usually 2.0
    max_ratio: float,  #: 1.2..1.6, usually 1.33
    min_ratio: float,  #: 0.6..0.9, usually 0.8
): ...


def edge_outputs(
    out: Array[float, count],  #: -1..1, inout, named laplacian residual
    f: Array[wp.vec3, count],  #: -1..1, inout, named particle_f forces
    delta: Array[wp.vec3, count],  #: -0.5..0.5, inout, named delta particle_deltas
    sums: Array[wp.vec3, count],  #: -1..1, inout, named neighbor_sum laplacian
    lam: Array[float, edges],  #: -0.5..0.5, inout, named edge_lambda multipliers
    edge_weight: Array[float, edges],  #: output, named edge_weight cotan_weight
    weight_sum: Array[float, count],  #: 0.1..1, inout
    length_sum: Array[float, count],  #: 0..1, inout
    longest: Array[float, count],  #: 0..1, inout, named max_edge_length
    degree: Array[int, count],  #: 0..2, inout, named valence degree
    border: Array[int, count],  #: 0..1, inout, named is_border on_border
    torn: Array[int, edges],  #: 0..1, inout, named edge_torn torn
    edge_kind: Array[int, edges],  #: output, named edge_type edge_kind
    energy: Array[float, 1],  #: 0..1, inout
    total_length: Array[float, 1],  #: 0..1, inout
    max_speed: Array[float, 1],  #: 0..1, inout
    num_torn: Array[int, 1],  #: 0..2, inout
    num_border: Array[int, 1],  #: 0..2, inout
    num_split: Array[int, 1],  #: 0..2, inout
    num_collapse: Array[int, 1],  #: 0..2, inout
): ...
