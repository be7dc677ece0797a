"""Topology of meshes: edges, triangles and tetrahedra by their vertices, and lists of neighbours."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, PAIR, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "topology", margin=8)

_QUAD, _MAT, _MAT2 = Type("int32", (4,)), Type("float32", (3, 3)), Type("float32", (2, 2))
_ADJACENT = 6
"""Maximum number of neighbours of a vertex."""
_ADJACENCY = (
    ("vertex_edge_start", "vertex_edge_count", "vertex_edges"),
    ("v_adj_edges_offsets", "v_adj_edges_count", "v_adj_edges"),
    ("adjacency_start", "adjacency_count", "adjacent_edges"),
    ("adjacent_edge_offsets", "adjacent_edge_count", "adjacent_edges"),
)
"""Names, each from one code base, of three arrays: offset of a vertex's edges, number of its edges, list of edges."""

_ELEMENT = {
    "cloth_grid": _BODIES["cloth_grid"],
    "triangle_rest": _BODIES["triangle_rest"],
    "tetrahedron_rest": _BODIES["tetrahedron_rest"],
    "edge_adjacency": _BODIES["edge_adjacency"],
    "vertex_smooth": _BODIES["vertex_smooth"],
    "vertex_colors": _BODIES["vertex_colors"],
    "vertex_labels": _BODIES["vertex_labels"],
    "vertex_lengths": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        PART
    """,
    "vertex_triangles": _BODIES["vertex_triangles"],
    "face_keys": _BODIES["face_keys"],
    "index_buffer": _BODIES["index_buffer"],
    "face_edges": _BODIES["face_edges"],
    "edge_flags": _BODIES["edge_flags"],
    "tet_faces": """
        tet = tet_indices[tid]
        PART
    """,
    "half_edges": _BODIES["half_edges"],
    "vertex_class": _BODIES["vertex_class"],
    "bending_edges": _BODIES["bending_edges"],
}

_PARTS = {
    "cloth_grid": (
        (
            ("build_cloth_grid", "grid_triangles", "build_grid_mesh"),
            _BODIES["cloth_grid_parts.cloth_grid_parts"],
            "Builds two triangles for each cell of a grid",
        ),
        (
            ("build_shear_springs", "add_shear_springs", "grid_shear_edges"),
            _BODIES["cloth_grid_parts.cloth_grid_parts_2"],
            "Builds diagonal springs for each cell of a grid",
        ),
        (
            ("build_grid_quads", "grid_cells", "grid_quads"),
            _BODIES["cloth_grid_parts.cloth_grid_parts_3"],
            "Builds quads with a colour for each cell of a grid",
        ),
    ),
    "triangle_rest": (
        (
            ("compute_triangle_rest", "init_triangles", "compute_tri_poses"),
            _BODIES["triangle_rest_parts.triangle_rest_parts"],
            "Computes the area and inverse rest shape of each triangle",
        ),
        (
            ("accumulate_vertex_area", "triangle_areas", "vertex_areas"),
            _BODIES["triangle_rest_parts.triangle_rest_parts_2"],
            "Computes triangle areas and accumulates vertex areas",
        ),
        (
            ("accumulate_cloth_mass", "lump_triangle_mass", "compute_vertex_mass"),
            _BODIES["triangle_rest_parts.triangle_rest_parts_3"],
            "Accumulates vertex masses of a cloth from its triangles",
        ),
    ),
    "tetrahedron_rest": (
        (
            ("compute_tet_rest", "init_tetrahedra", "compute_tet_poses"),
            _BODIES["tetrahedron_rest_parts.tetrahedron_rest_parts"],
            "Computes the volume and inverse rest shape of each tetrahedron",
        ),
        (
            ("lump_tet_mass", "accumulate_tet_mass", "compute_tet_vertex_mass"),
            _BODIES["tetrahedron_rest_parts.tetrahedron_rest_parts_2"],
            "Accumulates vertex masses of a soft body from its tetrahedra",
        ),
    ),
    "edge_flags": (
        (
            ("mark_remesh_edges", "choose_edge_operations", "classify_edge_lengths"),
            _BODIES["edge_flags_parts.edge_flags_parts"],
            "Marks edges to split or collapse by their length",
        ),
        (
            ("find_feature_edges", "mark_sharp_edges", "detect_creases"),
            _BODIES["edge_flags_parts.edge_flags_parts_2"],
            "Marks crease edges",
        ),
        (
            ("check_winding", "find_flipped_neighbors", "check_orientation"),
            _BODIES["edge_flags_parts.edge_flags_parts_3"],
            "Tests whether the two triangles of each edge have consistent winding",
        ),
        (
            ("mark_delaunay_flips", "find_edges_to_flip", "check_delaunay"),
            _BODIES["edge_flags_parts.edge_flags_parts_4"],
            "Marks edges to flip by the Delaunay criterion",
        ),
    ),
    "tet_faces": (
        (
            ("build_tet_faces", "list_tet_faces", "tet_face_keys"),
            _BODIES["tet_faces.tet_faces"],
            "Lists the four faces of each tetrahedron",
        ),
        (
            ("extract_tet_surface", "collect_surface_faces", "find_boundary_faces"),
            _BODIES["tet_faces.tet_faces_2"],
            "Extracts the boundary faces of tetrahedra",
        ),
        (
            ("list_tet_edges", "build_tet_edges", "tet_edge_keys"),
            _BODIES["tet_faces.tet_faces_3"],
            "Lists the six edges of each tetrahedron",
        ),
        (
            ("check_tet_quality", "measure_tet_quality", "find_bad_tets"),
            _BODIES["tet_faces.tet_faces_4"],
            "Measures the quality of each tetrahedron",
        ),
    ),
    "vertex_lengths": (
        (
            ("mean_edge_lengths", "vertex_edge_lengths", "local_edge_lengths"),
            _BODIES["vertex_lengths.vertex_lengths"],
            "Computes the mean edge length at each vertex",
        ),
        (
            ("longest_vertex_edges", "vertex_radii", "max_edge_lengths"),
            _BODIES["vertex_lengths.vertex_lengths_2"],
            "Computes the longest edge length at each vertex",
        ),
    ),
}
"""Kernels that process an element of a mesh, by target. Each has possible names, lines and a summary."""

_FUNCTIONS = (
    _BODIES["functions.edge_key"],
    _BODIES["functions.same_edge"],
    _BODIES["functions.other_end"],
    """
    def is_border_edge(tris: wp.vec2i) -> bool:
        {return tris[0] < 0 or tris[1] < 0 ~ return wp.min(tris[0], tris[1]) < 0}
    """,
    _BODIES["functions.is_degenerate"],
    _BODIES["functions.sorted_corners"],
    _BODIES["functions.first_corner"],
    """
    def rotated_to(tri: wp.vec3i, c: int) -> wp.vec3i:
        return wp.vec3i(tri[c], tri[(c + 1) % 3], tri[(c + 2) % 3])
    """,
    _BODIES["functions.opposite_corner"],
    _BODIES["functions.edge_direction"],
    _BODIES["functions.cotangent"],
)
"""Functions that kernels may call."""

_SUMMARIES = {
    "edge_adjacency": "Builds the edge adjacency of a mesh",
    "vertex_smooth": "Smooths vertices towards the mean of their neighbours",
    "vertex_colors": "Detects conflicts in a vertex colouring",
    "vertex_class": "Classifies vertices by adjacent creases and borders",
    "half_edges": "Finds the opposite half-edge of each half-edge",
    "vertex_labels": "Propagates the smallest label among neighbouring vertices",
    "vertex_triangles": "Lists the triangles of each vertex",
    "face_keys": "Sorts triangle corners into a canonical order",
    "index_buffer": "Writes triangle corners to an index buffer",
    "face_edges": "Lists the edges of each triangle",
    "bending_edges": "Computes dihedral angles between the two triangles of each edge",
}
_EDGES = (
    (("count_vertex_edges", "vertex_edge_counts"), _BODIES["edges.edges"]),
    (("classify_edges", "edge_kinds", "find_border_edges"), _BODIES["edges.edges_2"]),
    (("find_opposite_vertices", "edge_opposite_vertices", "find_edge_corners"), _BODIES["edges.edges_3"]),
    (("build_bending_quads", "build_hinges", "collect_bending_edges"), _BODIES["edges.edges_4"]),
    (("edge_lengths", "compute_edge_lengths", "update_edge_lengths"), _BODIES["edges.edges_5"]),
)  # fmt: skip
"""Kernels that process an edge. Each has possible names and lines."""


def _draw_element(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a mesh's elements, with one thread for each."""
    labels = target == "vertex_labels"
    vertex_names = ("tid", "v_index", "vertex")
    names = {
        "cloth_grid": ("tid", "cell"), "triangle_rest": ("tid", "t", "tri_id"),
        "tetrahedron_rest": ("tid", "t", "tet_id"),
        "edge_adjacency": ("tid", "e", "edge_id"),
        **dict.fromkeys([each for each in _ELEMENT if each.startswith("vertex_")], vertex_names),
        **dict.fromkeys(("vertex_triangles", "face_keys", "index_buffer", "face_edges"), ("tid", "face")),
        "bending_edges": ("tid", "eid"), "edge_flags": ("tid", "e", "edge_id"), "tet_faces": ("tid", "t", "tet_id"),
        "half_edges": ("tid", "i"),
    }  # fmt: skip
    p = Program(stream, names[target], launch=(stream.child("sizes").choice((32, 48, 64)),))
    count = p.threads
    vertices = 2 * count
    # edges join vertices of the launch, or few vertices if a triangle should contain both ends
    ends = {"vertex_class": count, "edge_flags": 6}.get(target, vertices)
    p.array("particle_q", VEC, (-1, 1), (vertices,), ("particle_q", "pos", "vertices", "x"))
    if target == "triangle_rest":
        p.corners("tri_indices", TRIPLE, 3, vertices, (count,), ("tri_indices", "triangles", "faces"))
    else:
        corners = ends if target == "edge_flags" else vertices
        p.array("tri_indices", TRIPLE, (0, corners - 1), (count,), ("tri_indices", "triangles", "faces"))
    p.corners("tet_indices", _QUAD, 4, vertices, (count,), ("tet_indices", "tets"))
    p.corners("edge_indices", _QUAD, 4, vertices, (count,), ("edge_indices", "bending_edges"), missing=2)
    p.array("edge_list", PAIR, (0, ends - 1), (count,), ("edges", "edge_verts"))
    p.array("edge_tris", PAIR, (-20, count - 1), (count,), ("edge_tris", "edge_faces"))
    offsets, valences, listed = p.choices.child("adjacency").choice(_ADJACENCY)
    p.starts("vertex_start", count, _ADJACENT, 1, (offsets,))
    p.array("vertex_count", INT, (0, 5), (count,), (valences,))
    p.array("adjacent_edges", INT, (0, count - 1), (count * _ADJACENT,), (listed,))
    p.array(
        "vertex_color",
        INT,
        (0, 9),
        (vertices,),
        ("labels", "vertex_labels", "component") if labels else ("vertex_colors", "particle_colors"),
    )
    p.array("rest_angle", FLOAT, (-0.5, 0.5), (count,), ("rest_angle", "edge_rest_angle"))
    p.scalar("flip_winding", FLAG, (0, 1), ("flip_winding", "reverse"))
    p.number("max_offset", (0.1, 0.5), ("max_offset", "max_move"), ("0.1",))
    p.array("cotan_in", FLOAT, (-0.3, 2), (count,), ("edge_cotan", "cotan_weight"))
    p.number("strength", (0.2, 0.8), ("strength", "smoothing", "step"), ("0.5",))
    p.array("tri_density", FLOAT, (0.5, 2), (count,), ("tri_density", "face_density"))
    p.array("tri_enabled", FLAG, (0, 1), (count,), ("tri_active", "face_mask"))
    p.array("stiffness", FLOAT, (0.5, 2), (count,), ("edge_ke", "bending_stiffness"))
    p.scalar("mirrored", FLAG, (0, 1), ("mirrored", "flip_winding"))
    p.scalar("first_vertex", INT, (1, 50), ("first_vertex", "vertex_offset", "start_vertex"))
    p.scalar("max_adjacent", INT, (1, 2), ("max_adjacent", "capacity"))
    p.number("min_area", (0.1, 0.2), ("min_area", "area_eps"), ("0.1",))
    p.number("min_volume", (0.03, 0.07), ("min_volume", "volume_eps"), ("0.05",))
    p.scalar("density", FLOAT, (0.5, 2), ("density", "rho"))
    p.number("slack", (0.9, 1.1), ("slack", "rest_scale"), ("1.05", "0.95"))
    p.scalar("cells_x", INT, (8, 8), ("cells_x", "dim_x", "nx"))
    p.constants({"EDGE_LOOSE": 0, "EDGE_BORDER": 1, "EDGE_INNER": 2})
    p.output("tris_out", TRIPLE, (2 * count,), ("tri_indices_out", "triangles"))
    p.output("tri_sorted", TRIPLE, (count,), ("tri_keys", "sorted_faces"))
    p.output("tri_edges", PAIR, (3 * count,), ("tri_edges", "edge_keys"))
    partly = (-1, 0) if target in ("edge_flags", "face_edges") else None
    p.output("edges_out", PAIR, (2 * count,), ("edge_indices_out", "edges_out"), partly)
    p.output("quads_out", _QUAD, (count,), ("quads", "cell_vertices"))
    p.output("tri_flat", INT, (6 * count if target == "cloth_grid" else 3 * count,), ("index_buffer", "indices_out"))
    for key, kind, size, pool in (
        ("rest_out", FLOAT, 2 * count, ("rest_length",)), ("tri_area", FLOAT, count, ("tri_areas", "areas")),
        ("edge_length", FLOAT, count, ("edge_length", "rest_length")), ("edge_angle", FLOAT, count, ("edge_angles",)),
        ("tet_volume", FLOAT, count, ("tet_volumes", "rest_volume")), ("smoothed", VEC, count, ("smoothed", "pos_out")),
        ("tri_pose", _MAT2, count, ("tri_poses", "rest_pose")), ("tet_pose", _MAT, count, ("tet_poses", "tet_rest")),
        ("cell_color", INT, count, ("cell_color",)), ("mean_length", FLOAT, count, ("mean_length", "mean_edge")),
        ("longest_edge", FLOAT, count, ("longest_edge",)), ("on_border", INT, vertices, ("on_border", "is_boundary")),
        ("edge_kind", INT, count, ("edge_kind", "edge_type")),
        ("vertex_flag", INT, count, ("conflicts", "color_clash")), ("label_out", INT, count, ("labels_out",)),
    ):  # fmt: skip
        p.output(key, kind, (size,), pool)
    p.output("vertex_tris", INT, (vertices, 2), ("vertex_tris", "vertex_faces"), (-1, 0))
    p.output("border_degree", INT, (vertices,), ("border_degree", "border_edge_count"), (0, 1))
    for each in _FUNCTIONS:
        p.function(each)
    p.array("border_flag", INT, (0, 1), (vertices,), ("on_border", "is_boundary"))
    p.array("edge_locked", INT, (0, 1), (count,), ("edge_locked", "is_constrained"))
    p.array("edge_cos", FLOAT, (-1, 1), (count,), ("edge_cos", "dihedral_cos"))
    p.array("face_normal", VEC, (-1, 1), (count,), ("face_normals", "tri_normals"))
    p.array("face_group", INT, (0, 2), (count,), ("face_group", "face_material"))
    p.array("tet_group", INT, (0, 2), (count,), ("tet_material", "tet_group"))
    p.array("tet_neighbors", INT, (-count, count - 1), (count, 4), ("tet_neighbors", "tet_adjacency"))
    p.array("half_keys", PAIR, (0, 2), (count,), ("sorted_edges", "sorted_keys"))
    p.places("half_order", count, 1, ("half_edge_ids", "sort_order"))
    p.sizes(num_half=count)
    p.number("max_length", (1.2, 1.6), ("max_length", "split_length"), ("1.5",))
    p.number("min_length", (0.6, 1), ("min_length", "collapse_length"), ("0.75",))
    p.number("crease_cos", (-0.4, 0.6), ("crease_cos", "sharp_cos"), ("0.25", "0.2"))
    p.number("min_quality", (0.1, 0.3), ("min_quality", "quality_limit"), ("0.2", "0.1"))
    p.constants({"EDGE_KEEP": 0, "EDGE_SPLIT": 1, "EDGE_COLLAPSE": 2, "EDGE_FLIP": 3})
    p.constants({"VERTEX_SMOOTH": 0, "VERTEX_CREASE": 1, "VERTEX_CORNER": 2, "VERTEX_BORDER": 3})
    for key, kind, size, pool in (
        ("edge_op", INT, count, ("edge_operation", "edge_op")),
        ("edge_sharp", INT, count, ("edge_sharp", "is_feature")),
        ("winding_bad", INT, count, ("winding_error", "is_flipped")), ("vertex_kind", INT, count, ("vertex_kind",)),
        ("edge_weight", FLOAT, count, ("cotan_weight",)), ("face_keys", TRIPLE, 4 * count, ("face_keys",)),
        ("tet_tris", TRIPLE, 4 * count, ("tet_tris", "faces_out")), ("face_tet", INT, 4 * count, ("face_tet",)),
        ("tet_edges", PAIR, 6 * count, ("tet_edges", "edge_keys")), ("rest_out6", FLOAT, 6 * count, ("rest_length",)),
        ("tet_quality", FLOAT, count, ("tet_quality", "quality")), ("twin_out", INT, count, ("twin", "opposite_half")),
    ):  # fmt: skip
        p.output(key, kind, (size,), pool)
    p.output("border_out", INT, (count,), ("is_border_half",), (-1, 0))
    p.output("surface_tris", TRIPLE, (count,), ("surface_tris", "surface_faces"), (-1, 0))
    p.output("surface_tet", INT, (count,), ("surface_tet",), (-1, 0))
    p.output("bad_tets", INT, (count // 2,), ("bad_tets",), (-1, 0))
    for key, size, pool in (
        ("num_splits", 1, ("num_splits", "split_count")), ("num_collapses", 1, ("num_collapses",)),
        ("num_sharp_edges", 1, ("num_sharp",)), ("sharp_degree", vertices, ("sharp_degree", "crease_count")),
        ("edge_fill", 1, ("num_edges", "edge_count")),
        ("face_fill", 1, ("num_faces", "face_count")), ("bad_fill", 1, ("num_bad_tets",)),
        ("num_changes", 1, ("num_flips", "flip_count")),
    ):  # fmt: skip
        p.output(key, INT, (size,), pool, (0, 1))
    p.array("pinned", INT, (0, 1), (count,), ("is_pinned", "vertex_fixed"))
    p.output("opposite", PAIR, (count,), ("edge_opposite", "opposite_verts"), element="wp.vec2i")
    p.output("hinges", _QUAD, (count,), ("bend_indices", "hinge_verts"), element="wp.vec4i")
    p.output("length_sum", FLOAT, (vertices,), ("length_sum", "incident_length"), (0, 1))
    for key, pool in (("vertex_area", ("vertex_area", "particle_area")), ("vertex_mass", ("particle_mass", "mass"))):
        p.output(key, FLOAT, (vertices,), pool, (0, 1))
    for key, pool in (("energy", ("bending_energy",)),):
        p.output(key, FLOAT, (1,), pool, (0, 1))
    p.output("vertex_degree", INT, (vertices,), ("vertex_degree", "edge_count"), (0, 1))
    p.output("vertex_fill", INT, (vertices,), ("vertex_fill", "tri_count"), (0, 1))
    for key, pool in (
        ("num_inverted", ("num_inverted",)),
        ("num_changed", ("num_changed", "changed") if labels else ("num_conflicts", "clashes")),
        ("num_bad", ("num_degenerate", "num_bad")),
    ):
        p.output(key, INT, (1,), pool, (0, 1))
    counted = {
        "cloth": "cell", "tetrahedron": "tet", "tet": "tet", "half": "half_edge", "bending": "edge", "edge": "edge",
        "vertex": "vertex",
    }  # fmt: skip
    faces = target in ("vertex_triangles", "triangle_rest", "face_keys", "index_buffer", "face_edges")
    p.guard_count("tri" if faces else counted[target.partition("_")[0]])
    bad = "            wp.atomic_add(num_bad, 0, 1)\n" if p.maybe(0.4) else ""
    edge_titles, edges = p.choices.choice(_EDGES)
    part_titles, part, summary = p.choices.choice(_PARTS.get(target, (((), "\n", _SUMMARIES.get(target, "")),)))
    text = _ELEMENT[target].replace("        EDGES\n", edges[1:].rstrip(" "))
    text = text.replace("        PART\n", part[1:].rstrip(" "))
    p.write(text.replace("            BAD\n", bad))
    titles = {
        "cloth_grid": part_titles,
        "triangle_rest": part_titles,
        "tetrahedron_rest": part_titles,
        "edge_adjacency": edge_titles,
        "edge_flags": part_titles,
        "tet_faces": part_titles,
        "half_edges": ("find_twins", "pair_half_edges", "link_half_edges"),
        "vertex_class": ("classify_vertices", "find_corner_vertices", "mark_crease_vertices"),
        "vertex_smooth": ("smooth_vertices", "laplacian_smooth", "relax_mesh"),
        "vertex_colors": ("find_conflicts", "check_coloring", "count_color_clashes"),
        "vertex_labels": ("propagate_labels", "spread_labels", "label_components"),
        "vertex_lengths": part_titles,
        "vertex_triangles": ("count_vertex_triangles", "build_vertex_triangles", "vertex_face_adjacency"),
        "face_keys": ("canonical_faces", "build_face_keys", "sort_face_corners"),
        "index_buffer": ("build_index_buffer", "append_indices", "offset_indices"),
        "face_edges": ("build_face_edges", "list_triangle_edges", "extract_edges"),
        "bending_edges": ("bending_angles", "compute_edge_angles", "hinge_angles"),
    }[target]
    return p.done("topology", "topology", target, summary, titles, (
        "One thread per element.", "-1 is no triangle." if target == "edge_adjacency" else "",
    ))  # fmt: skip


_WEIGHTS = {
    "index_buffer": 0.3,
    "vertex_colors": 0.3,
    "vertex_labels": 0.3,
    "face_edges": 0.3,
    "vertex_triangles": 0.5,
    "half_edges": 0.5,
    "vertex_lengths": 0.5,
    "face_keys": 0.5,
}
RECIPES = (
    Recipe(name="topology", category="topology", targets=tuple(_ELEMENT), draw=_draw_element, target_weights=_WEIGHTS),
)
