"""Topology of meshes in numbers: edges, triangles, tetrahedra by their vertices, and lists of what is adjacent."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, PAIR, TRIPLE, VEC, Program

_QUAD, _MAT, _MAT2 = Type("int32", (4,)), Type("float32", (3, 3)), Type("float32", (2, 2))
_ADJACENT = 6
"""Neighbours that a vertex has room for."""
_ADJACENCY = (
    ("vertex_edge_start", "vertex_edge_count", "vertex_edges"),
    ("v_adj_edges_offsets", "v_adj_edges_count", "v_adj_edges"),
    ("adjacency_start", "adjacency_count", "adjacent_edges"),
    ("adjacent_edge_offsets", "adjacent_edge_count", "adjacent_edges"),
)
"""Where the edges of each vertex begin, how many there are, and the list of them: each author names them alike."""

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
        e1 = particle_q[tet[1]] - x0
        e2 = particle_q[tet[2]] - x0
        e3 = particle_q[tet[3]] - x0
        D = wp.matrix_from_cols(e1, e2, e3)}
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
            other_v = {other_end(edge, tid) ~ edge[1] if edge[0] == tid else edge[0]}
            {# short edges count for more
            w = 1.0 / wp.max(wp.length(particle_q[other_v] - particle_q[tid]), {TINY ~ 1.0e-6})
            total += w * (particle_q[other_v] - particle_q[tid]) ~
            dx = particle_q[other_v] - particle_q[tid]
            # short edges count for more
            w = 1.0 / wp.max(wp.length(dx), {TINY ~ 1.0e-6})
            total += w * dx}
            weight += w
        smoothed[tid] = particle_q[tid] + total * (strength / weight) ~
        {# weights of edges by the angles opposite to them
        ~}
        weight = float(0.0)
        for k in range(start, start + num_adjacent):
            e = adjacent_edges[k]
            other_v = {other_end(edge_list[e], tid) ~ edge_list[e][1] if edge_list[e][0] == tid else edge_list[e][0]}
            total += cotan_in[e] * (particle_q[other_v] - particle_q[tid])
            weight += cotan_in[e]
        {if weight > 0.0:
            smoothed[tid] = particle_q[tid] + total * (strength / weight)
        else:
            smoothed[tid] = particle_q[tid] ~
        smoothed[tid] = particle_q[tid]
        if weight > 0.0:
            smoothed[tid] += total * (strength / weight)} ~
        for k in range({num_adjacent):
            edge = edge_list[adjacent_edges[start + k]] ~ start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]}
            other_v = {other_end(edge, tid) ~ edge[1] if edge[0] == tid else edge[0]}
            total += particle_q[other_v] - particle_q[tid]
        {?0.3 # no farther than a step may move it
        offset = limit_length(strength * total / float(num_adjacent), max_offset)
        smoothed[tid] = particle_q[tid] + offset ~
        {smoothed[tid] = particle_q[tid] + total * (strength / float(num_adjacent)) ~
        total = total / float(num_adjacent)
        smoothed[tid] = particle_q[tid] + strength * total}} ~
        num_used = int(0)
        for k in range(start, start + num_adjacent):
            e = adjacent_edges[k]
            other_v = other_end(edge_list[e], tid)
            {if border_flag[tid] == 1:
                # the border follows the border alone
                if is_border_edge(edge_tris[e]):
                    total += particle_q[other_v] - particle_q[tid]
                    num_used += 1
            else:
                total += particle_q[other_v] - particle_q[tid]
                num_used += 1 ~
            if border_flag[tid] == 1 and not is_border_edge(edge_tris[e]):
                continue
            total += particle_q[other_v] - particle_q[tid]
            num_used += 1}
        {if num_used > 0:
            smoothed[tid] = particle_q[tid] + total * (strength / float(num_used))
        else:
            smoothed[tid] = particle_q[tid] ~
        smoothed[tid] = particle_q[tid] + total * (strength / float(wp.max(num_used, 1)))}}
    """,
    "vertex_colors": """
        start = vertex_start[tid]
        num_adjacent = vertex_count[tid]
        # any neighbour of the same color
        color_of = vertex_color[tid]
        clash = int(0)
        for k in range(start, start + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            {other_v = {other_end(edge, tid) ~ edge[1] if edge[0] == tid else edge[0]}
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
        {?0.25 if {not tri_enabled[tid] ~ tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0] ~ \
                is_degenerate(tri) ~ not tri_enabled[tid] or is_degenerate(tri)}:
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
        {?0.3 {if is_degenerate(tri):
            tri_sorted[tid] = wp.vec3i(-1, -1, -1)
            {wp.atomic_add(num_bad, 0, 1) ~}
            return ~}
        tri_sorted[tid] = {sorted_corners(tri[0], tri[1], tri[2]) ~ rotated_to(tri, first_corner(tri)) ~ \
                rotated_to(tri, first_corner(tri))} ~
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
        tri_sorted[tid] = wp.vec3i(lowest, middle, highest)}}}
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
        if {not tri_enabled[tid] ~ tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0] ~ \
                is_degenerate(tri) ~ not tri_enabled[tid] or is_degenerate(tri)}:
            for c in range(3):
                tri_edges[3 * tid + c] = wp.vec2i(-1, -1)
            return}
        {# edges of the triangle, the smaller vertex first
        ~}
        for c in range(3):
            {a = tri[c]
            b = tri[(c + 1) % 3]
            {tri_edges[3 * tid + c] = {edge_key(a, b) ~ wp.vec2i(wp.min(a, b), wp.max(a, b))} ~ if a < b:
                tri_edges[3 * tid + c] = wp.vec2i(a, b)
            else:
                tri_edges[3 * tid + c] = wp.vec2i(b, a)} ~
            # the edge across from the corner
            a = tri[(c + 1) % 3]
            b = tri[(c + 2) % 3]
            tri_edges[3 * tid + c] = {edge_key(a, b) ~ wp.vec2i(wp.min(a, b), wp.max(a, b))}
        ~
            {# only half of the edges, as the other triangle has the rest
            ~}
            a = tri[c]
            b = tri[(c + 1) % 3]
            if a < b:
                slot = wp.atomic_add(edge_fill, 0, 1)
                if slot < edges_out.shape[0]:
                    edges_out[slot] = wp.vec2i(a, b)}
    """,
    "edge_flags": """
        {v0 = edge_list[tid][0]
        v1 = edge_list[tid][1] ~ edge = edge_list[tid]
        v0 = edge[0]
        v1 = edge[1]}
        tris = edge_tris[tid]
        PART
    """,
    "tet_faces": """
        tet = tet_indices[tid]
        PART
    """,
    "half_edges": """
        {# equal keys stand beside each other: both sides of an edge
        ~}
        half = half_order[tid]
        {twin = int(-1)
        if tid > 0 and same_edge(half_keys[tid - 1], half_keys[tid]):
            twin = half_order[tid - 1]
        elif tid + 1 < num_half and same_edge(half_keys[tid], half_keys[tid + 1]):
            twin = half_order[tid + 1]
        twin_out[half] = twin
        {?0.5 if twin < 0:
            {border_out[half] = 1
            wp.atomic_add(num_bad, 0, 1) ~ wp.atomic_add(num_bad, 0, 1)}} ~
        twin_out[half] = -1
        if tid > 0:
            if same_edge(half_keys[tid - 1], half_keys[tid]):
                twin_out[half] = half_order[tid - 1]
                return
        if tid + 1 < num_half:
            if same_edge(half_keys[tid], half_keys[tid + 1]):
                twin_out[half] = half_order[tid + 1]
                {?0.5 # counted once
                wp.atomic_add(edge_fill, 0, 1)}}
    """,
    "vertex_class": """
        start = vertex_start[tid]
        {num_sharp = int(0)
        num_border = int(0)
        for k in range(start, start + vertex_count[tid]):
            e = adjacent_edges[k]
            if is_border_edge(edge_tris[e]):
                num_border += 1
            elif edge_cos[e] < crease_cos:
                num_sharp += 1
        {if num_border > 0:
            vertex_kind[tid] = VERTEX_BORDER
            {# where a crease meets the border
            if num_sharp > 0{ or num_border > 2 ~}:
                vertex_kind[tid] = VERTEX_CORNER ~}
        elif num_sharp == 0:
            vertex_kind[tid] = VERTEX_SMOOTH
        elif num_sharp <= 2:
            vertex_kind[tid] = VERTEX_CREASE
        else:
            vertex_kind[tid] = VERTEX_CORNER ~
        vertex_kind[tid] = VERTEX_SMOOTH
        if num_sharp > 2 or (num_sharp > 0 and num_border > 0):
            vertex_kind[tid] = VERTEX_CORNER
        elif num_border > 0:
            vertex_kind[tid] = VERTEX_BORDER
        elif num_sharp > 0:
            vertex_kind[tid] = VERTEX_CREASE} ~
        crossing = int(0)
        for k in range(start, start + vertex_count[tid]):
            {if edge_cos[adjacent_edges[k]] >= crease_cos:
                continue
            other_v = other_end(edge_list[adjacent_edges[k]], tid)
            if pinned[other_v] == 0:
                crossing += 1 ~
            if edge_cos[adjacent_edges[k]] < crease_cos:
                crossing += 1}
        {if crossing > 2:
            vertex_kind[tid] = VERTEX_CORNER
        elif crossing > 0 or pinned[tid] == 1:
            vertex_kind[tid] = VERTEX_CREASE
        else:
            vertex_kind[tid] = VERTEX_SMOOTH ~
        if crossing == 0 and pinned[tid] != 1:
            vertex_kind[tid] = VERTEX_SMOOTH
            return
        vertex_kind[tid] = VERTEX_CREASE if crossing <= 2 else VERTEX_CORNER}}
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
        {?0.7 if wp.length_sq(n1) < 1.0e-12 or wp.length_sq(n2) < 1.0e-12:
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
        elif area > 0.0:
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
        # those flat or turned inside out are counted, and have none
        if volume < min_volume:
            wp.atomic_add(num_inverted, 0, 1)
            return
        for c in range(4):
            wp.atomic_add(vertex_mass, tet[c], 0.25 * density * volume)}
        {?0.4 tet_volume[tid] = wp.abs(volume)}
        """,
            "Mass of the vertices of a soft body, a quarter of each tetrahedron",
        ),
    ),
    "edge_flags": (
        (
            ("mark_remesh_edges", "choose_edge_operations", "classify_edge_lengths"),
            """
        length = wp.length(particle_q[v1] - particle_q[v0])
        {edge_op[tid] = EDGE_KEEP
        if length > max_length:
            edge_op[tid] = EDGE_SPLIT
            {wp.atomic_add(num_splits, 0, 1) ~}
        elif length < min_length:
            {# the border and what is pinned stay
            ~}
            {if not is_border_edge(tris) and border_flag[v0] == 0 and border_flag[v1] == 0:
                edge_op[tid] = EDGE_COLLAPSE ~
            if border_flag[v0] == 0 or border_flag[v1] == 0:
                edge_op[tid] = EDGE_COLLAPSE
                wp.atomic_add(num_collapses, 0, 1)} ~
        if length > max_length:
            {if edge_locked[tid] == 0:
                edge_op[tid] = EDGE_SPLIT
            else:
                edge_op[tid] = EDGE_KEEP ~
            edge_op[tid] = EDGE_SPLIT
            wp.atomic_add(num_splits, 0, 1)}
        elif length < min_length and not is_border_edge(tris):
            edge_op[tid] = EDGE_COLLAPSE
        else:
            edge_op[tid] = EDGE_KEEP}
        """,
            "What remeshing does with each edge, by its length",
        ),
        (
            ("find_feature_edges", "mark_sharp_edges", "detect_creases"),
            """
        {sharp = bool(False)
        if tris[0] < 0 or tris[1] < 0:
            {# the border
            ~}
            sharp = True
        elif face_group[tris[0]] != face_group[tris[1]]:
            sharp = True
        else:
            sharp = wp.dot(face_normal[tris[0]], face_normal[tris[1]]) < crease_cos ~
        sharp = {is_border_edge(tris) ~ is_border_edge(tris) or edge_locked[tid] == 1}
        if not sharp:
            {cos_angle = wp.dot(face_normal[tris[0]], face_normal[tris[1]])
            sharp = cos_angle < crease_cos or face_group[tris[0]] != face_group[tris[1]] ~
            sharp = wp.dot(face_normal[tris[0]], face_normal[tris[1]]) < crease_cos}}
        {edge_sharp[tid] = 1 if sharp else 0
        {if sharp:
            wp.atomic_add(sharp_degree, v0, 1)
            wp.atomic_add(sharp_degree, v1, 1) ~} ~
        if sharp:
            slot = wp.atomic_add(edge_fill, 0, 1)
            if slot < edges_out.shape[0]:
                edges_out[slot] = {wp.vec2i(v0, v1) ~ edge_key(v0, v1)} ~
        if sharp:
            edge_sharp[tid] = 1
            {wp.atomic_add(num_sharp_edges, 0, 1) ~}
        else:
            edge_sharp[tid] = 0}
        """,
            "Edges at which the surface has a crease",
        ),
        (
            ("check_winding", "find_flipped_neighbors", "check_orientation"),
            """
        {if is_border_edge(tris):
            {winding_bad[tid] = 0
            ~}
            return ~ if tris[0] < 0 or tris[1] < 0:
            return}
        {# both go the same way along it: one of them is turned around
        ~}
        side_a = edge_direction(tri_indices[tris[0]], v0, v1)
        side_b = edge_direction(tri_indices[tris[1]], v0, v1)
        {if side_a != 0 and side_a == side_b:
            winding_bad[tid] = 1
            wp.atomic_add(num_bad, 0, 1)
        else:
            winding_bad[tid] = 0 ~
        winding_bad[tid] = 1 if side_a == side_b and side_a != 0 else 0 ~
        if side_a == 0 or side_b == 0:
            # it is no edge of a triangle that it is said to have
            winding_bad[tid] = -1
        elif side_a == side_b:
            winding_bad[tid] = 1
        else:
            winding_bad[tid] = 0}
        """,
            "Whether the two triangles of each edge are turned alike",
        ),
        (
            ("mark_delaunay_flips", "find_edges_to_flip", "check_delaunay"),
            """
        edge_op[tid] = EDGE_KEEP
        if {is_border_edge(tris) ~ tris[0] < 0 or tris[1] < 0 ~ is_border_edge(tris) or edge_locked[tid] == 1}:
            return
        a = opposite_corner(tri_indices[tris[0]], v0, v1)
        b = opposite_corner(tri_indices[tris[1]], v0, v1)
        {if a == b:
            return
        ~}
        {cot_sum = cotangent(particle_q[v0] - particle_q[a], particle_q[v1] - particle_q[a])
        cot_sum += cotangent(particle_q[v0] - particle_q[b], particle_q[v1] - particle_q[b])
        {if cot_sum < 0.0:
            {# the two angles across from it come to more than half a turn
            ~}
            edge_op[tid] = EDGE_FLIP
            {wp.atomic_add(num_changes, 0, 1) ~} ~
        edge_weight[tid] = 0.5 * cot_sum
        if cot_sum < 0.0:
            edge_op[tid] = EDGE_FLIP} ~
        new_length = wp.length(particle_q[b] - particle_q[a])
        if new_length < wp.length(particle_q[v1] - particle_q[v0]):
            {if wp.dot(face_normal[tris[0]], face_normal[tris[1]]) > crease_cos:
                edge_op[tid] = EDGE_FLIP ~ edge_op[tid] = EDGE_FLIP}}
        """,
            "Edges that are better flipped",
        ),
    ),
    "tet_faces": (
        (
            ("build_tet_faces", "list_tet_faces", "tet_face_keys"),
            """
        for side in range(4):
            {a = tet[(side + 1) % 4]
            b = tet[(side + 2) % 4]
            c = tet[(side + 3) % 4] ~
            # across from one corner
            a = tet[(side + 1) % 4]
            b = tet[(side + 2) % 4]
            c = tet[(side + 3) % 4]}
            {face_keys[4 * tid + side] = sorted_corners(a, b, c)
            {face_tet[4 * tid + side] = tid ~} ~
            {# every second one is turned, so that all look outwards
            ~}
            if side % 2 == 0:
                tet_tris[4 * tid + side] = wp.vec3i(a, b, c)
            else:
                tet_tris[4 * tid + side] = wp.vec3i(a, c, b)
            {face_keys[4 * tid + side] = sorted_corners(a, b, c) ~}}
        """,
            "The four faces of each tetrahedron",
        ),
        (
            ("extract_tet_surface", "collect_surface_faces", "find_boundary_faces"),
            """
        for side in range(4):
            {if tet_neighbors[tid, side] >= 0:
                continue ~ if tet_neighbors[tid, side] >= 0 and tet_group[tet_neighbors[tid, side]] == tet_group[tid]:
                # inside one material
                continue}
            slot = wp.atomic_add(face_fill, 0, 1)
            if slot < surface_tris.shape[0]:
                {a = tet[(side + 1) % 4]
                b = tet[(side + 2) % 4]
                c = tet[(side + 3) % 4]
                {if side % 2 == 0:
                    surface_tris[slot] = wp.vec3i(a, b, c)
                else:
                    surface_tris[slot] = wp.vec3i(a, c, b) ~ surface_tris[slot] = wp.vec3i(a, b, c)} ~
                surface_tris[slot] = wp.vec3i(tet[(side + 1) % 4], tet[(side + 2) % 4], tet[(side + 3) % 4])}
                {surface_tet[slot] = tid ~}
        """,
            "Faces of tetrahedra that no other one shares",
        ),
        (
            ("list_tet_edges", "build_tet_edges", "tet_edge_keys"),
            """
        num = int(0)
        for a in range(3):
            for b in range(a + 1, 4):
                {tet_edges[6 * tid + num] = edge_key(tet[a], tet[b]) ~
                tet_edges[6 * tid + num] = edge_key(tet[a], tet[b])
                rest_out6[6 * tid + num] = wp.length(particle_q[tet[b]] - particle_q[tet[a]])}
                num += 1
        """,
            "The six edges of each tetrahedron",
        ),
        (
            ("check_tet_quality", "measure_tet_quality", "find_bad_tets"),
            """
        x0 = particle_q[tet[0]]
        volume = wp.dot(wp.cross(particle_q[tet[1]] - x0, particle_q[tet[2]] - x0), particle_q[tet[3]] - x0) / 6.0
        longest = float(0.0)
        for a in range(3):
            for b in range(a + 1, 4):
                longest = wp.max(longest, wp.length(particle_q[tet[b]] - particle_q[tet[a]]))
        {# 1 for one with edges all alike
        ~}
        quality = 6.0 * wp.sqrt(2.0) * volume / wp.max(longest * longest * longest, TINY)
        tet_quality[tid] = quality
        {if volume <= 0.0:
            wp.atomic_add(num_inverted, 0, 1)
        elif quality < min_quality:
            wp.atomic_add(num_bad, 0, 1) ~
        if volume < min_volume or quality < min_quality:
            slot = wp.atomic_add(bad_fill, 0, 1)
            if slot < bad_tets.shape[0]:
                bad_tets[slot] = tid}
        """,
            "How well shaped each tetrahedron is",
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

_FUNCTIONS = (
    """
    def edge_key(a: int, b: int) -> wp.vec2i:
        {return wp.vec2i(wp.min(a, b), wp.max(a, b)) ~ if a < b:
            return wp.vec2i(a, b)
        return wp.vec2i(b, a)}
    """,
    """
    def same_edge(a: wp.vec2i, b: wp.vec2i) -> bool:
        {return a[0] == b[0] and a[1] == b[1] ~ if a[0] != b[0]:
            return False
        return a[1] == b[1]}
    """,
    """
    def other_end(edge: wp.vec2i, v: int) -> int:
        {if edge[0] == v:
            return edge[1]
        return edge[0] ~ return edge[1] if edge[0] == v else edge[0]}
    """,
    """
    def is_border_edge(tris: wp.vec2i) -> bool:
        {return tris[0] < 0 or tris[1] < 0 ~ return wp.min(tris[0], tris[1]) < 0}
    """,
    """
    def is_degenerate(tri: wp.vec3i) -> bool:
        {return tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0] ~
        if tri[0] == tri[1] or tri[1] == tri[2]:
            return True
        return tri[2] == tri[0]}
    """,
    """
    def sorted_corners(a: int, b: int, c: int) -> wp.vec3i:
        lowest = {wp.min(a, wp.min(b, c)) ~ wp.min(wp.min(a, b), c)}
        highest = {wp.max(a, wp.max(b, c)) ~ wp.max(wp.max(a, b), c)}
        {return wp.vec3i(lowest, a + b + c - lowest - highest, highest) ~
        middle = a + b + c - lowest - highest
        return wp.vec3i(lowest, middle, highest)}
    """,
    """
    def first_corner(tri: wp.vec3i) -> int:
        {if tri[1] < tri[0] and tri[1] < tri[2]:
            return 1
        if tri[2] < tri[0] and tri[2] < tri[1]:
            return 2
        return 0 ~
        corner = int(0)
        for c in range(1, 3):
            if tri[c] < tri[corner]:
                corner = c
        return corner}
    """,
    """
    def rotated_to(tri: wp.vec3i, c: int) -> wp.vec3i:
        return wp.vec3i(tri[c], tri[(c + 1) % 3], tri[(c + 2) % 3])
    """,
    """
    def opposite_corner(tri: wp.vec3i, a: int, b: int) -> int:
        {for c in range(3):
            if tri[c] != a and tri[c] != b:
                return tri[c]
        return tri[0] ~
        if tri[0] != a and tri[0] != b:
            return tri[0]
        if tri[1] != a and tri[1] != b:
            return tri[1]
        return tri[2]}
    """,
    """
    def edge_direction(tri: wp.vec3i, a: int, b: int) -> int:
        for c in range(3):
            {if tri[c] == a and tri[(c + 1) % 3] == b:
                return 1
            if tri[c] == b and tri[(c + 1) % 3] == a:
                return -1 ~
            after = tri[(c + 1) % 3]
            if tri[c] == a and after == b:
                return 1
            if tri[c] == b and after == a:
                return -1}
        return 0
    """,
    """
    def cotangent(u: wp.vec3, v: wp.vec3) -> float:
        {return wp.dot(u, v) / wp.max(wp.length(wp.cross(u, v)), 1.0e-6) ~
        sine = wp.length(wp.cross(u, v))
        if sine < 1.0e-6:
            return 0.0
        return wp.dot(u, v) / sine}
    """,
)
"""Functions that lines call."""

_SUMMARIES = {
    "edge_adjacency": "What the edges of a mesh are between",
    "vertex_smooth": "Moves each vertex towards the mean of its neighbours",
    "vertex_colors": "Whether a neighbour of each vertex has the same colour",
    "vertex_class": "Where creases and the border meet each vertex",
    "half_edges": "The other half of each edge",
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
    (("find_opposite_vertices", "edge_opposite_vertices", "find_edge_corners"), """
        {# the corner of each triangle that is not on the edge; none beyond the border
        ~}
        {corners = wp.vec2i(-1, -1)
        for k in range(2):
            t = edge_tris[tid][k]
            if t >= 0:
                {for c in range(3):
                    v = tri_indices[t][c]
                    if v != v0 and v != v1:
                        corners[k] = v ~
                corners[k] = opposite_corner(tri_indices[t], v0, v1)}
        opposite[tid] = corners ~
        tris = edge_tris[tid]
        left = int(-1)
        right = int(-1)
        if tris[0] >= 0:
            left = opposite_corner(tri_indices[tris[0]], v0, v1)
        if tris[1] >= 0:
            right = opposite_corner(tri_indices[tris[1]], v0, v1)
        opposite[tid] = wp.vec2i(left, right)}
    """),
    (("build_bending_quads", "build_hinges", "collect_bending_edges"), """
        tris = edge_tris[tid]
        {# an edge of the border does not bend
        if tris[0] < 0 or tris[1] < 0:
            hinges[tid] = wp.vec4i(-1, -1, v0, v1)
            return
        left = opposite_corner(tri_indices[tris[0]], v0, v1)
        right = opposite_corner(tri_indices[tris[1]], v0, v1)
        hinges[tid] = wp.vec4i(left, right, v0, v1) ~
        # an edge of the border does not bend
        if tris[0] >= 0 and tris[1] >= 0:
            left = opposite_corner(tri_indices[tris[0]], v0, v1)
            right = opposite_corner(tri_indices[tris[1]], v0, v1)
            hinges[tid] = wp.vec4i(left, right, v0, v1)
            {wp.atomic_add(edge_fill, 0, 1) ~}
        else:
            hinges[tid] = wp.vec4i(-1, -1, v0, v1)}
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
    # ends that are vertices of the launch, and few of them where a triangle is to have both
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
