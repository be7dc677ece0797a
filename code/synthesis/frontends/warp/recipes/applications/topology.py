"""Topology of meshes in numbers: edges, triangles, tetrahedra by their vertices, and lists of what is adjacent."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, PAIR, TRIPLE, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_QUAD, _MAT, _MAT2 = Type("int32", (4,)), Type("float32", (3, 3)), Type("float32", (2, 2))
_ADJACENT = 6
"""Neighbours that a vertex has room for."""

_ELEMENT = {
    "cloth_grid": """
        {# corners of a cell, row by row
        row = tid // cells_x
        col = tid % cells_x ~
        row = tid // cells_x
        col = tid - row * cells_x}
        v0 = row * (cells_x + 1) + col
        v1 = v0 + 1
        v2 = v0 + {cells_x + 1 ~ (cells_x + 1)}
        v3 = v2 + 1
        PART
    """,
    "triangle_rest": """
        {tri = tri_indices[tid]
        i = tri[0]
        j = tri[1]
        k = tri[2] ~
        i = tri_indices[tid][0]
        j = tri_indices[tid][1]
        k = tri_indices[tid][2]}
        x0 = particle_q[i]
        e1 = particle_q[j] - x0
        e2 = particle_q[k] - x0
        normal = wp.cross(e1, e2)
        area = 0.5 * wp.length(normal)
        PART
    """,
    "tetrahedron_rest": """
        tet = tet_indices[tid]
        x0 = particle_q[tet[0]]
        {D = wp.matrix_from_cols(
            particle_q[tet[1]] - x0,
            particle_q[tet[2]] - x0,
            particle_q[tet[3]] - x0) ~
        x1 = particle_q[tet[1]]
        x2 = particle_q[tet[2]]
        x3 = particle_q[tet[3]]
        D = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0)}
        volume = wp.determinant(D) / 6.0
        PART
    """,
    "edge_adjacency": """
        edge = edge_list[tid]
        {v0 = edge[0]
        v1 = edge[1] ~ v0 = wp.min(edge[0], edge[1])
        v1 = wp.max(edge[0], edge[1])}
        EDGES
    """,
    "vertex_smooth": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        # nothing to average
        if num_adjacent == 0{ ~ or pinned[tid] == 1}:
            smoothed[tid] = particle_q[tid]
            return
        total = wp.vec3(0.0, 0.0, 0.0)
        {weight = float(0.0)
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            other_v = edge[1] if edge[0] == tid else edge[0]
            # short edges count for more
            w = 1.0 / (wp.length(particle_q[other_v] - particle_q[tid]) + spacing)
            total += w * (particle_q[other_v] - particle_q[tid])
            weight += w
        smoothed[tid] = particle_q[tid] + total * (strength / weight) ~
        for k in range({num_adjacent):
            edge = edge_list[adjacent_edges[start + k]] ~ start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]}
            other_v = edge[1] if edge[0] == tid else edge[0]
            total += particle_q[other_v] - particle_q[tid]
        {smoothed[tid] = particle_q[tid] + total * (strength / float(num_adjacent)) ~
        total = total / float(num_adjacent)
        smoothed[tid] = particle_q[tid] + strength * total}}
    """,
    "vertex_colors": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        # any neighbour of the same color
        color_of = vertex_color[tid]
        clash = int(0)
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            {other_v = edge[1] if edge[0] == tid else edge[0]
            if vertex_color[other_v] == color_of:
                clash = {1
                break ~ clash + 1} ~ for c in range(2):
                if edge[c] != tid and vertex_color[edge[c]] == color_of:
                    clash += 1}
        vertex_flag[tid] = clash
        {?0.5 if clash > 0:
            wp.atomic_add(num_changed, 0, 1)}
    """,
    "vertex_labels": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        # the smallest label around
        label = vertex_color[tid]
        {k = int(0)
        while k < num_adjacent:
            edge = edge_list[adjacent_edges[start + k]]
            label = wp.min(label, wp.min(vertex_color[edge[0]], vertex_color[edge[1]]))
            k += 1 ~
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            {if vertex_color[edge[0]] < label:
                label = vertex_color[edge[0]]
            if vertex_color[edge[1]] < label:
                label = vertex_color[edge[1]] ~ label = wp.min(label, vertex_color[edge[0]])
            label = wp.min(label, vertex_color[edge[1]])}}
        label_out[tid] = label
        {?0.7 if label != vertex_color[tid]:
            wp.atomic_add(num_changed, 0, 1)}
    """,
    "vertex_lengths": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        PART
    """,
    "vertex_triangles": """
        tri = tri_indices[tid]
        {?0.2 if {not tri_enabled[tid] ~ tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0]}:
            return}
        {# how many triangles each vertex has
        for c in range(3):
            wp.atomic_add(vertex_fill, tri[c], 1) ~
        for c in range(3):
            {v = tri[c]
            slot = wp.atomic_add(vertex_fill, v, 1)
            # as long as there is room in the list of the vertex
            if slot < max_adjacent:
                vertex_tris[v, slot] = tid ~
            slot = wp.atomic_add(vertex_fill, tri[c], 1)
            if slot >= vertex_tris.shape[1]:
                continue
            vertex_tris[tri[c], slot] = tid}}
    """,
    "face_keys": """
        tri = tri_indices[tid]
        {?0.2 # removed faces have no key
        if not tri_enabled[tid]:
            tri_sorted[tid] = wp.vec3i(-1, -1, -1)
            return}
        lowest = wp.min(tri[0], wp.min(tri[1], tri[2]))
        {# the same triangle whatever its first corner
        {if lowest == tri[1]:
            tri = wp.vec3i(tri[1], tri[2], tri[0])
        elif lowest == tri[2]:
            tri = wp.vec3i(tri[2], tri[0], tri[1])
        tri_sorted[tid] = tri ~
        if lowest == tri[0]:
            tri_sorted[tid] = tri
        elif lowest == tri[1]:
            tri_sorted[tid] = wp.vec3i(tri[1], tri[2], tri[0])
        else:
            tri_sorted[tid] = wp.vec3i(tri[2], tri[0], tri[1])} ~
        # the same triangle whichever way it is turned
        highest = wp.max(tri[0], wp.max(tri[1], tri[2]))
        {tri_sorted[tid] = wp.vec3i(lowest, tri[0] + tri[1] + tri[2] - lowest - highest, highest) ~
        middle = tri[0] + tri[1] + tri[2] - lowest - highest
        tri_sorted[tid] = wp.vec3i(lowest, middle, highest)}}
    """,
    "index_buffer": """
        tri = tri_indices[tid]
        {# corners of all meshes in one row
        ~}
        {if flip_winding:
            tri_flat[3 * tid + 0] = tri[0] + first_vertex
            tri_flat[3 * tid + 1] = tri[2] + first_vertex
            tri_flat[3 * tid + 2] = tri[1] + first_vertex
        else:
            tri_flat[3 * tid + 0] = tri[0] + first_vertex
            tri_flat[3 * tid + 1] = tri[1] + first_vertex
            tri_flat[3 * tid + 2] = tri[2] + first_vertex ~
        {# hidden faces collapse to a point
        ~}
        if not tri_enabled[tid]:
            for c in range(3):
                tri_flat[3 * tid + c] = tri[0] + first_vertex
            return
        for c in range(3):
            tri_flat[3 * tid + c] = tri[c] + first_vertex ~
        for c in range(3):
            tri_flat[3 * tid + c] = tri[c] + first_vertex}
    """,
    "face_edges": """
        tri = tri_indices[tid]
        {?0.2 # no edges of what is no triangle
        if {not tri_enabled[tid] ~ tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0]}:
            for c in range(3):
                tri_edges[3 * tid + c] = wp.vec2i(-1, -1)
            return}
        {# edges of the triangle, the smaller vertex first
        ~}
        for c in range(3):
            {a = tri[c]
            b = tri[(c + 1) % 3]
            {tri_edges[3 * tid + c] = wp.vec2i(wp.min(a, b), wp.max(a, b)) ~ if a < b:
                tri_edges[3 * tid + c] = wp.vec2i(a, b)
            else:
                tri_edges[3 * tid + c] = wp.vec2i(b, a)} ~
            # the edge across from the corner
            a = tri[(c + 1) % 3]
            b = tri[(c + 2) % 3]
            tri_edges[3 * tid + c] = wp.vec2i(wp.min(a, b), wp.max(a, b))}
    """,
    "bending_edges": """
        quad = edge_indices[tid]
        # an edge of the border has one triangle and does not bend
        if {quad[0] < 0 or quad[1] < 0 or quad[2] < 0 or quad[3] < 0 ~ \
                wp.min(wp.min(quad[0], quad[1]), wp.min(quad[2], quad[3])) < 0}:
            edge_angle[tid] = 0.0
            return
        {x1 = particle_q[quad[0]]
        x2 = particle_q[quad[1]]
        x3 = particle_q[quad[2]]
        x4 = particle_q[quad[3]] ~
        x3 = particle_q[quad[2]]
        x4 = particle_q[quad[3]]
        x1 = particle_q[quad[0]]
        x2 = particle_q[quad[1]]}
        n1 = wp.cross(x3 - x1, x4 - x1)
        n2 = wp.cross(x4 - x2, x3 - x2)
        {?0.7 if wp.length_sq(n1) < TINY or wp.length_sq(n2) < TINY:
            edge_angle[tid] = 0.0
            return}
        edge = x4 - x3
        {cos_angle = wp.dot(n1, n2) / wp.max(wp.length(n1) * wp.length(n2), TINY)
        {# sine and cosine of the angle
        ~}
        sin_angle = wp.dot(wp.cross(n1, n2), edge) / wp.max(wp.length(n1) * wp.length(n2) * wp.length(edge), TINY)
        edge_angle[tid] = wp.atan2(sin_angle, cos_angle) ~
        n1 = wp.normalize(n1)
        n2 = wp.normalize(n2)
        angle = wp.atan2(wp.dot(wp.cross(n1, n2), wp.normalize(edge)), wp.dot(n1, n2))
        {edge_angle[tid] = angle ~ edge_angle[tid] = angle
        wp.atomic_add(energy, 0, 0.5 * stiffness[tid] * (angle - rest_angle[tid]) * (angle - rest_angle[tid]))}}
    """,
}

_PARTS = {
    "cloth_grid": (
        (
            ("build_cloth_grid", "grid_triangles", "build_grid_mesh"),
            """
        {?0.4 v0 += first_vertex
        v1 += first_vertex
        v2 += first_vertex
        v3 += first_vertex}
        {# every second cell is cut the other way
        if (row + col) % 2 == 0:
            tris_out[2 * tid] = wp.vec3i(v0, v1, v3)
            tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)
        else:
            tris_out[2 * tid] = wp.vec3i(v0, v1, v2)
            tris_out[2 * tid + 1] = wp.vec3i(v1, v3, v2) ~
        if mirrored:
            tris_out[2 * tid + 0] = wp.vec3i(v0, v3, v1)
            tris_out[2 * tid + 1] = wp.vec3i(v0, v2, v3)
        else:
            tris_out[2 * tid + 0] = wp.vec3i(v0, v1, v3)
            tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2) ~
        tris_out[2 * tid] = wp.vec3i(v0, v1, v3)
        tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)}
        """,
            "The two triangles of each cell of a grid",
        ),
        (
            ("build_shear_springs", "add_shear_springs", "grid_shear_edges"),
            """
        {# along the diagonals
        ~}
        edges_out[2 * tid] = wp.vec2i(v0, v3)
        edges_out[2 * tid + 1] = wp.vec2i(v1, v2)
        {rest_out[2 * tid] = wp.length(particle_q[v3] - particle_q[v0])
        rest_out[2 * tid + 1] = wp.length(particle_q[v2] - particle_q[v1]) ~
        diagonal = wp.length(particle_q[v3] - particle_q[v0])
        rest_out[2 * tid] = diagonal * slack
        rest_out[2 * tid + 1] = wp.length(particle_q[v2] - particle_q[v1]) * slack}
        """,
            "Springs along the diagonals of each cell of a grid, and their lengths",
        ),
        (
            ("build_grid_quads", "grid_cells", "grid_quads"),
            """
        # around the cell
        quads_out[tid] = wp.vec4i(v0, v1, v3, v2)
        # cells of one colour share no vertex
        cell_color[tid] = (row % 2) * 2 + col % 2
        """,
            "The corners and the colour of each cell of a grid",
        ),
    ),
    "triangle_rest": (
        (
            ("compute_triangle_rest", "init_triangles", "compute_tri_poses"),
            """
        tri_area[tid] = area
        {# too thin to have a rest shape
        ~}
        if area < min_area:
            tri_pose[tid] = wp.mat22(0.0, 0.0, 0.0, 0.0)
            BAD
            return
        {# edges in the plane of the triangle
        ~}
        u = wp.normalize(e1)
        v = wp.normalize(wp.cross(normal, e1))
        {D = wp.mat22(wp.dot(u, e1), wp.dot(u, e2), 0.0, wp.dot(v, e2))
        tri_pose[tid] = wp.inverse(D) ~
        tri_pose[tid] = wp.inverse(wp.mat22(wp.dot(u, e1), wp.dot(u, e2), wp.dot(v, e1), wp.dot(v, e2)))}
        """,
            "Area and inverse rest shape of each triangle",
        ),
        (
            ("accumulate_vertex_area", "triangle_areas", "vertex_areas"),
            """
        tri_area[tid] = area
        {for c in range(3):
            wp.atomic_add(vertex_area, tri_indices[tid][c], area / 3.0) ~
        wp.atomic_add(vertex_area, i, area / 3.0)
        wp.atomic_add(vertex_area, j, area / 3.0)
        wp.atomic_add(vertex_area, k, area / 3.0) ~
        # what is nearest to each vertex; an obtuse corner has half of the triangle
        a = wp.dot(e1, e2)
        b = wp.dot(e1, e1) - a
        c = wp.dot(e2, e2) - a
        if a < 0.0:
            wp.atomic_add(vertex_area, i, 0.5 * area)
            wp.atomic_add(vertex_area, j, 0.25 * area)
            wp.atomic_add(vertex_area, k, 0.25 * area)
        elif b < 0.0 or c < 0.0:
            wp.atomic_add(vertex_area, i, 0.25 * area)
            wp.atomic_add(vertex_area, j, 0.5 * area if b < 0.0 else 0.25 * area)
            wp.atomic_add(vertex_area, k, 0.5 * area if c < 0.0 else 0.25 * area)
        elif area > min_area:
            share = 1.0 / (16.0 * area)
            wp.atomic_add(vertex_area, i, share * ((a + b) * c + (a + c) * b))
            wp.atomic_add(vertex_area, j, share * ((a + b) * c + (b + c) * a))
            wp.atomic_add(vertex_area, k, share * ((a + c) * b + (b + c) * a))}
        """,
            "Area of each triangle, and what its vertices have of it",
        ),
        (
            ("accumulate_cloth_mass", "lump_triangle_mass", "compute_vertex_mass"),
            """
        third = area * {density ~ tri_density[tid]} / 3.0
        wp.atomic_add(vertex_mass, i, third)
        wp.atomic_add(vertex_mass, j, third)
        wp.atomic_add(vertex_mass, k, third)
        """,
            "Mass of the vertices of a cloth, a third of each triangle",
        ),
    ),
    "tetrahedron_rest": (
        (
            ("compute_tet_rest", "init_tetrahedra", "compute_tet_poses"),
            """
        tet_volume[tid] = volume
        {{# flat or turned inside out
        ~}
        if volume <= min_volume:
            tet_pose[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            {wp.atomic_add(num_inverted, 0, 1)
            return ~ return}
        tet_pose[tid] = wp.inverse(D) ~
        if volume > min_volume:
            tet_pose[tid] = wp.inverse(D)
        else:
            tet_pose[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            {wp.atomic_add(num_inverted, 0, 1) ~}}
        """,
            "Volume and inverse rest shape of each tetrahedron",
        ),
        (
            ("lump_tet_mass", "accumulate_tet_mass", "compute_tet_vertex_mass"),
            """
        {for c in range(4):
            wp.atomic_add(vertex_mass, tet[c], wp.abs(volume) * density * 0.25) ~
        quarter = 0.25 * density * wp.abs(volume)
        for c in range(4):
            wp.atomic_add(vertex_mass, tet[c], quarter) ~
        # those turned inside out are counted, and have none
        if volume <= 0.0:
            wp.atomic_add(num_inverted, 0, 1)
            return
        for c in range(4):
            wp.atomic_add(vertex_mass, tet[c], 0.25 * density * volume)}
        {?0.4 tet_volume[tid] = wp.abs(volume)}
        """,
            "Mass of the vertices of a soft body, a quarter of each tetrahedron",
        ),
    ),
    "vertex_lengths": (
        (
            ("mean_edge_lengths", "vertex_edge_lengths", "local_edge_lengths"),
            """
        if num_adjacent == 0:
            mean_length[tid] = 0.0
            return
        total_length = float(0.0)
        {for k in range(num_adjacent):
            edge = edge_list[adjacent_edges[start + k]]
            total_length += wp.length(particle_q[edge[1]] - particle_q[edge[0]]) ~
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            total_length += wp.length(particle_q[edge[1]] - particle_q[edge[0]])}
        mean_length[tid] = total_length / float(num_adjacent)
        """,
            "Mean length of the edges at each vertex",
        ),
        (
            ("longest_vertex_edges", "vertex_radii", "max_edge_lengths"),
            """
        {longest = float(0.0)
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            longest = wp.max(longest, wp.length(particle_q[edge[1]] - particle_q[edge[0]])) ~
        longest = float(0.0)
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            length = wp.length(particle_q[edge[1]] - particle_q[edge[0]])
            if length > longest:
                longest = length}
        longest_edge[tid] = longest
        """,
            "Length of the longest edge at each vertex",
        ),
    ),
}
"""What is made of an element: what kernels are called that do it, their lines and what they do."""

_SUMMARIES = {
    "edge_adjacency": "What the edges of a mesh are between",
    "vertex_smooth": "Moves each vertex towards the mean of its neighbours",
    "vertex_colors": "Whether a neighbour of each vertex has the same colour",
    "vertex_labels": "Gives each vertex the smallest label around it",
    "vertex_triangles": "The triangles of each vertex",
    "face_keys": "Triangles with their corners in an order that is always the same",
    "index_buffer": "Corners of triangles, one behind the other",
    "face_edges": "The edges of each triangle",
    "bending_edges": "Angles between the two triangles of each edge",
}
_EDGES = (
    (("count_vertex_edges", "vertex_edge_counts"), """
        {wp.atomic_add(vertex_degree, v0, 1)
        wp.atomic_add(vertex_degree, v1, 1) ~
        for k in range(2):
            wp.atomic_add(vertex_degree, edge[k], 1)}
        {?0.5 {# a border edge has one triangle
        if edge_tris[tid][0] < 0 or edge_tris[tid][1] < 0:
            on_border[v0] = 1
            on_border[v1] = 1 ~
        # and how many of them are at the border
        if edge_tris[tid][1] < 0:
            wp.atomic_add(border_degree, v0, 1)
            wp.atomic_add(border_degree, v1, 1)}}
    """),
    (("classify_edges", "edge_kinds", "find_border_edges"), """
        # the two triangles of the edge; -1 beyond the border
        tris = edge_tris[tid]
        {if tris[0] >= 0 and tris[1] >= 0:
            edge_kind[tid] = EDGE_INNER
        elif tris[0] >= 0 or tris[1] >= 0:
            edge_kind[tid] = EDGE_BORDER
        else:
            edge_kind[tid] = EDGE_LOOSE
        ~
        edge_kind[tid] = EDGE_INNER
        if tris[0] < 0 and tris[1] < 0:
            edge_kind[tid] = EDGE_LOOSE
        elif tris[0] < 0 or tris[1] < 0:
            edge_kind[tid] = EDGE_BORDER
            on_border[v0] = 1
            on_border[v1] = 1
        ~
        count = int(0)
        for k in range(2):
            if tris[k] >= 0:
                count += 1
        edge_kind[tid] = count
        {?0.75 if count == 1:
            on_border[v0] = 1
            on_border[v1] = 1}}
    """),
    (("find_opposite_vertices", "edge_adjacency", "build_bending_quads"), """
        # the corner of each triangle that is not on the edge
        for k in range(2):
            opposite[tid, k] = -1
            t = edge_tris[tid][k]
            if t >= 0:
                for c in range(3):
                    v = tri_indices[t][c]
                    if v != v0 and v != v1:
                        opposite[tid, k] = v
    """),
    (("edge_lengths", "compute_edge_lengths", "update_edge_lengths"), """
        length = wp.length(particle_q[v1] - particle_q[v0])
        edge_length[tid] = length
        {?0.6 # for the mean at each vertex
        wp.atomic_add(length_sum, v0, length)
        wp.atomic_add(length_sum, v1, length)}
    """),
)  # fmt: skip
"""What is made of an edge: what kernels are called that do it, and their lines."""


def _draw_element(stream: Stream, target: str) -> KernelSpec:
    """An element of a mesh, a thread for each."""
    labels = target == "vertex_labels"
    vertex_names = ("tid", "v_index", "particle")
    names = {
        "cloth_grid": ("tid", "cell"), "triangle_rest": ("tid", "t", "tri_id"),
        "tetrahedron_rest": ("tid", "t", "tet_id"),
        "edge_adjacency": ("tid", "e", "edge_id"),
        **dict.fromkeys([each for each in _ELEMENT if each.startswith("vertex_")], vertex_names),
        **dict.fromkeys(("vertex_triangles", "face_keys", "index_buffer", "face_edges"), ("tid", "face")),
        "bending_edges": ("tid", "eid"),
    }  # fmt: skip
    p = Program(stream, names[target], launch=(stream.child("sizes").choice((32, 48, 64)),))
    count = p.threads
    vertices = 2 * count
    p.array("particle_q", VEC, (-1, 1), (vertices,), ("particle_q", "pos", "vertices", "x"))
    p.array("tri_indices", TRIPLE, (0, vertices - 1), (count,), ("tri_indices", "triangles", "faces"))
    p.array("tet_indices", _QUAD, (0, vertices - 1), (count,), ("tet_indices", "tets"))
    p.array("edge_indices", _QUAD, (-8, vertices - 1), (count,), ("edge_indices", "bending_edges"))
    p.array("edge_list", PAIR, (0, vertices - 1), (count,), ("edges", "edge_verts"))
    p.array("edge_tris", PAIR, (-20, count - 1), (count,), ("edge_tris", "edge_faces"))
    p.starts("vertex_start", count, _ADJACENT, 1, ("vertex_start", "adjacency_offsets", "v_adj_edges_offsets"))
    p.array("vertex_count", INT, (0, 5), (count,), ("vertex_edge_count", "vertex_valence"))
    p.array("adjacent_edges", INT, (0, count - 1), (count * _ADJACENT,), ("adjacent_edges", "v_adj_edges"))
    p.array(
        "vertex_color",
        INT,
        (0, 9),
        (vertices,),
        ("labels", "vertex_labels", "component") if labels else ("vertex_colors", "particle_colors"),
    )
    p.array("rest_angle", FLOAT, (-0.5, 0.5), (count,), ("rest_angle", "edge_rest_angle"))
    p.scalar("flip_winding", FLAG, (0, 1), ("flip_winding", "reverse"))
    p.number("spacing", (0.1, 0.5), ("spacing", "cell_size"), ("0.1",))
    p.number("strength", (0.2, 0.8), ("strength", "smoothing", "step"), ("0.5",))
    p.array("tri_density", FLOAT, (0.5, 2), (count,), ("tri_density", "face_density"))
    p.array("tri_enabled", FLAG, (0, 1), (count,), ("tri_active", "face_mask"))
    p.array("stiffness", FLOAT, (0.5, 2), (count,), ("edge_ke", "bending_stiffness"))
    p.scalar("mirrored", FLAG, (0, 1), ("mirrored", "flip_winding"))
    p.scalar("first_vertex", INT, (1, 50), ("first_vertex", "vertex_offset", "start_vertex"))
    p.scalar("max_adjacent", INT, (1, 2), ("max_adjacent", "capacity"))
    p.number("min_area", (0.1, 0.2), ("min_area", "area_eps"), ("0.1",))
    p.number("min_volume", (0.03, 0.07), ("min_volume", "volume_eps"), ("0.05",))
    p.number("density", (0.5, 2), ("density", "rho"), ("1.0", "2.0"))
    p.number("slack", (0.9, 1.1), ("slack", "rest_scale"), ("1.05", "0.95"))
    p.scalar("cells_x", INT, (8, 8), ("cells_x", "dim_x", "nx"))
    p.constants({"EDGE_LOOSE": 0, "EDGE_BORDER": 1, "EDGE_INNER": 2})
    p.output("tris_out", TRIPLE, (2 * count,), ("tri_indices_out", "triangles"))
    p.output("tri_sorted", TRIPLE, (count,), ("tri_keys", "sorted_faces"))
    p.output("tri_edges", PAIR, (3 * count,), ("tri_edges", "edge_keys"))
    p.output("edges_out", PAIR, (2 * count,), ("edge_indices_out", "edges_out"))
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
    p.array("pinned", INT, (0, 1), (count,), ("is_pinned", "vertex_fixed"))
    p.output("opposite", INT, (count, 2), ("edge_opposite", "bend_verts"))
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
    counted = {"cloth": "cell", "tetrahedron": "tet", "bending": "edge", "edge": "edge", "vertex": "vertex"}
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
    "vertex_lengths": 0.5,
    "face_keys": 0.5,
}
RECIPES = (
    Recipe(name="topology", category="topology", targets=tuple(_ELEMENT), draw=_draw_element, target_weights=_WEIGHTS),
)
