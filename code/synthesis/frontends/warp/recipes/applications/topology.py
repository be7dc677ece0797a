"""Topology of meshes: edges, triangles and tetrahedra by their vertices, and lists of neighbours."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import PAIR, TRIPLE, Program

_BODIES = read_bodies("warp", "topology", margin=8)
_ARGUMENTS = read_arguments("warp", "topology")

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


_THREADS = {
    "cloth_grid": ("tid", "cell"), "triangle_rest": ("tid", "t", "tri_id"),
    "tetrahedron_rest": ("tid", "t", "tet_id"),
    "edge_adjacency": ("tid", "e", "edge_id"),
    **dict.fromkeys([each for each in _ELEMENT if each.startswith("vertex_")], ("tid", "v_index", "vertex")),
    **dict.fromkeys(("vertex_triangles", "face_keys", "index_buffer", "face_edges"), ("tid", "face")),
    "bending_edges": ("tid", "eid"), "edge_flags": ("tid", "e", "edge_id"), "tet_faces": ("tid", "t", "tet_id"),
    "half_edges": ("tid", "i"),
}  # fmt: skip
"""Names of the thread index, by target."""
_TITLES = {
    "half_edges": ("find_twins", "pair_half_edges", "link_half_edges"),
    "vertex_class": ("classify_vertices", "find_corner_vertices", "mark_crease_vertices"),
    "vertex_smooth": ("smooth_vertices", "laplacian_smooth", "relax_mesh"),
    "vertex_colors": ("find_conflicts", "check_coloring", "count_color_clashes"),
    "vertex_labels": ("propagate_labels", "spread_labels", "label_components"),
    "vertex_triangles": ("count_vertex_triangles", "build_vertex_triangles", "vertex_face_adjacency"),
    "face_keys": ("canonical_faces", "build_face_keys", "sort_face_corners"),
    "index_buffer": ("build_index_buffer", "append_indices", "offset_indices"),
    "face_edges": ("build_face_edges", "list_triangle_edges", "extract_edges"),
    "bending_edges": ("bending_angles", "compute_edge_angles", "hinge_angles"),
}
"""Names of kernels without alternatives, by target."""


def _draw_element(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a mesh's elements, with one thread for each."""
    labels = target == "vertex_labels"
    p = Program(stream, _THREADS[target], launch=(stream.child("sizes").choice((32, 48, 64)),))
    count = p.threads
    vertices = 2 * count
    # edges join vertices of the launch, or few vertices if a triangle should contain both ends
    ends = {"vertex_class": count, "edge_flags": 6}.get(target, vertices)
    offsets, valences, listed = p.choices.child("adjacency").choice(_ADJACENCY)
    partly = (-1, 0) if target in ("edge_flags", "face_edges") else None
    sizes = {
        "vertices": vertices,
        "count": count,
        "ends": ends,
        "adjacent": _ADJACENT,
        "tri_flat_size": 6 * count if target == "cloth_grid" else 3 * count,
    }
    called = {
        "vertex_start": (offsets,),
        "vertex_count": (valences,),
        "adjacent_edges": (listed,),
        "vertex_color": ("labels", "vertex_labels", "component") if labels else ("vertex_colors", "particle_colors"),
        "num_changed": ("num_changed", "changed") if labels else ("num_conflicts", "clashes"),
    }
    for part in ("mesh", "options", "mesh_outputs", "flags", "flag_outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    if target == "triangle_rest":
        p.corners("tri_indices", TRIPLE, 3, vertices, (count,), ("tri_indices", "triangles", "faces"))
    else:
        corners = ends if target == "edge_flags" else vertices
        p.array("tri_indices", TRIPLE, (0, corners - 1), (count,), ("tri_indices", "triangles", "faces"))
    p.constants({"EDGE_LOOSE": 0, "EDGE_BORDER": 1, "EDGE_INNER": 2})
    p.output("edges_out", PAIR, (2 * count,), ("edge_indices_out", "edges_out"), partly)
    for each in _FUNCTIONS:
        p.function(each)
    p.constants({"EDGE_KEEP": 0, "EDGE_SPLIT": 1, "EDGE_COLLAPSE": 2, "EDGE_FLIP": 3})
    p.constants({"VERTEX_SMOOTH": 0, "VERTEX_CREASE": 1, "VERTEX_CORNER": 2, "VERTEX_BORDER": 3})
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
    titles = _TITLES.get(target, edge_titles if target == "edge_adjacency" else part_titles)
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
