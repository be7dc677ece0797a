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
        {* # every second cell is cut the other way
            {if (row + col) % 2 == 0:
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
                tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)}
        ~
            {edges_out[tid] = wp.vec2i(v0 + first_vertex, v1 + first_vertex) ~
            edges_out[tid] = wp.vec2i(v0, v1) if col < cells_x - 1 else wp.vec2i(v0, v2)}
        ~
            for k in range(3):
                tri_list[tid, k] = {v0 if k == 0 else v0 + cells_x + k ~ first_vertex + v0 + k}
        ~
            quads_out[tid] = wp.vec4i(v0, v1, v2, v3)
        ~
            rest_out[tid] = wp.length(particle_q[v1] - particle_q[v0])
        }
    """,
    "triangle_rest": """
        {tri = tri_indices[tid]
        i = tri[0]
        j = tri[1]
        k = tri[2] ~
        i = tri_indices[tid][0]
        j = tri_indices[tid][1]
        k = tri_indices[tid][2]}
        {?0.5 if i == j or j == k{ or k == i ~}:
            return}
        x0 = particle_q[i]
        e1 = particle_q[j] - x0
        e2 = particle_q[k] - x0
        normal = wp.cross(e1, e2)
        area = 0.5 * wp.length(normal)
        {if area < TINY:
            return ~}
        {* tri_area[tid] = area ~
            {for c in range(3):
                wp.atomic_add(vertex_area, tri_indices[tid][c], area / 3.0) ~
            wp.atomic_add(vertex_area, i, area / 3.0)
            wp.atomic_add(vertex_area, j, area / 3.0)
            wp.atomic_add(vertex_area, k, area / 3.0)}
        ~
            # edges in the plane of the triangle
            u = e1 / wp.max(wp.length(e1), 0.5)
            v = wp.cross(normal, u) / wp.max(wp.length(normal), 0.5)
            D = wp.mat22(wp.dot(u, e1), wp.dot(u, e2), 0.0, wp.dot(v, e2))
            tri_pose[tid] = {D ~ wp.transpose(D)}
        ~
            tri_center[tid] = (x0 + particle_q[j] + particle_q[k]) / 3.0
        ~
            {tri_winding[tid] = 1 if normal[2] > 0.0 else -1 ~
            tri_winding[tid] = 0
            if wp.dot(normal, up) > 0.0:
                tri_winding[tid] = 1}
        }
    """,
    "tetrahedron_rest": """
        tet = tet_indices[tid]
        {?0.5 # a lost vertex takes the element with it
        if tet[0] < 0{ or tet[3] < 0 ~}:
            {tet_active[tid] = 0
            return ~ return}}
        x0 = particle_q[wp.max(tet[0], 0)]
        {D = wp.matrix_from_cols(
            particle_q[wp.max(tet[1], 0)] - x0,
            particle_q[wp.max(tet[2], 0)] - x0,
            particle_q[wp.max(tet[3], 0)] - x0) ~
        x1 = particle_q[wp.max(tet[1], 0)]
        x2 = particle_q[wp.max(tet[2], 0)]
        x3 = particle_q[wp.max(tet[3], 0)]
        D = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0)}
        volume = wp.determinant(D) / 6.0
        {* tet_volume[tid] = wp.max(volume, min_volume) ~
            {if volume <= min_volume:
                wp.atomic_add(num_inverted, 0, 1)
                {tet_active[tid] = 0
            else:
                tet_active[tid] = 1 ~} ~ tet_active[tid] = 1 if volume > min_volume else 0}
        ~
            tet_pose[tid] = {D ~ wp.transpose(D)}
        ~
            for c in range(4):
                v = wp.max(tet[c], 0)
                wp.atomic_add(vertex_mass, v, wp.max(volume, min_volume) * density * 0.25)
        ~
            tet_surface[tid] = wp.vec3i(tet[0], tet[2], tet[1]) if volume > min_volume else wp.vec3i(tet[0], \
                    tet[1], tet[2])
        }
    """,
    "edge_adjacency": """
        edge = edge_list[tid]
        {v0 = edge[0]
        v1 = edge[1] ~ v0 = wp.min(edge[0], edge[1])
        v1 = wp.max(edge[0], edge[1])}
        {?0.5 if v0 == v1{ or not edge_active[tid] ~}:
            return}
        {* {wp.atomic_add(vertex_degree, v0, 1)
            wp.atomic_add(vertex_degree, v1, 1) ~
            for k in range(2):
                wp.atomic_add(vertex_degree, edge[k], 1)}
        ~
            # the two triangles of the edge; -1 beyond the border
            tris = edge_tris[tid]
            {if tris[0] >= 0 and tris[1] >= 0:
                edge_kind[tid] = {EDGE_INNER ~ 2}
            elif tris[0] >= 0 or tris[1] >= 0:
                edge_kind[tid] = EDGE_BORDER
            else:
                edge_kind[tid] = EDGE_LOOSE ~
            count = int(0)
            for k in range(2):
                if tris[k] >= 0:
                    count += 1
            edge_kind[tid] = count}
        ~
            # opposite vertices
            for k in range(2):
                t = edge_tris[tid][k]
                if t >= 0:
                    for c in range(3):
                        v = tri_indices[t][c]
                        if v != v0 and v != v1:
                            opposite[tid, k] = v
        ~
            edge_length[tid] = wp.length(particle_q[v1] - particle_q[v0])
        ~
            edge_sorted[tid] = wp.vec2i(wp.min(v0, v1), wp.max(v0, v1))
        }
    """,
    "vertex_neighbors": """
        begin = vertex_start[tid]
        num_adjacent = {vertex_count[tid] ~ wp.min(vertex_count[tid], 4)}
        {?0.5 if num_adjacent == 0:
            {vertex_flag[tid] = 0
            return ~ return}}
        {total = wp.vec3(0.0, 0.0, 0.0)
        for k in range(num_adjacent):
            edge = edge_list[adjacent_edges[begin + k]]
            other_v = {edge[0] + edge[1] - tid ~ edge[1] if edge[0] == tid else edge[0]}
            total += particle_q[wp.clamp(other_v, 0, {num_vertices - 1 ~ particle_q.shape[0] - 1})] - particle_q[tid]
        {smoothed[tid] = particle_q[tid] + total * (0.5 / float(wp.max(num_adjacent, 1))) ~ smoothed[tid] = total / \
                float(wp.max(num_adjacent, 1))} ~
        # any neighbour of another color
        color_of = vertex_color[tid]
        clash = int(0)
        for k in range(begin, begin + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            {for c in range(2):
                if edge[c] != tid and vertex_color[edge[c]] == color_of:
                    clash = 1 ~
            if edge[0] != tid and vertex_color[edge[0]] == color_of:
                clash = {1 ~ clash + 1}}
        vertex_flag[tid] = clash ~
        # the smallest label around
        label = vertex_color[tid]
        {k = int(0)
        while k < num_adjacent:
            edge = edge_list[adjacent_edges[begin + k]]
            label = wp.min(label, wp.min(vertex_color[edge[0]], vertex_color[edge[1]]))
            k += 1 ~
        for k in range(begin, begin + num_adjacent):
            edge = edge_list[adjacent_edges[k]]
            if vertex_color[edge[0]] < label:
                label = vertex_color[edge[0]]
            if vertex_color[edge[1]] < label:
                label = vertex_color[edge[1]]}
        label_out[tid] = label
        {?0.5 if label != vertex_color[tid]:
            wp.atomic_add(num_changed, 0, 1)}}
    """,
    "fill_adjacency": """
        tri = tri_indices[tid]
        {?0.4 if {not tri_enabled[tid] ~ tri[0] == tri[1]}:
            return}
        {# each corner gets the triangle in its list
        for c in range(3):
            v = tri[c]
            slot = wp.atomic_add(vertex_fill, v, 1)
            if slot < max_adjacent:
                slot_used[v, slot] = 1 ~
        for c in range(3):
            {v = tri[c]
            wp.atomic_add(vertex_fill, v, 1) ~ wp.atomic_add(vertex_fill, tri[c], {1 ~ 2})}}
        {* {lowest = wp.min(tri[0], wp.min(tri[1], tri[2]))
            # the same triangle whatever its first corner
            if lowest == tri[1]:
                tri = wp.vec3i(tri[1], tri[2], tri[0])
            elif lowest == tri[2]:
                tri = wp.vec3i(tri[2], tri[0], tri[1])
            tri_sorted[tid] = tri ~
            tri_sorted[tid] = wp.vec3i(tri_indices[tid][0], tri_indices[tid][2], tri_indices[tid][1])}
        ~
            color_of = vertex_color[tri_indices[tid][0]]
            {for c in range(1, 3):
                color_of = wp.max(color_of, vertex_color[tri_indices[tid][c]]) ~}
            wp.atomic_add(color_count, color_of, 1)
            tri_color[tid] = color_of
        ~
            tri_flat[3 * tid + 0] = tri_indices[tid][0] + first_vertex
            tri_flat[3 * tid + 1] = tri_indices[tid][1] + first_vertex
            tri_flat[3 * tid + 2] = tri_indices[tid][2] + first_vertex
        }
    """,
    "bending_edges": """
        quad = edge_indices[tid]
        {?0.6 # borders have one triangle, they do not bend
        if quad[0] >= quad[1]:
            {edge_angle[tid] = 0.0
            return ~ return}}
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
        {?0.5 if wp.length_sq(n1) < TINY or wp.length_sq(n2) < TINY:
            return}
        {cos_angle = wp.dot(n1, n2) / wp.max(wp.length(n1) * wp.length(n2), 0.5)
        edge_angle[tid] = {cos_angle ~ 1.0 - cos_angle} ~
        edge = x4 - x3
        edge_angle[tid] = wp.atan2(wp.dot(wp.cross(n1, n2), edge), wp.dot(n1, n2) + 2.0)
        {edge_length[tid] = wp.length(edge) ~}}
        {?0.5 f = {n1 + n2 ~ n1 * 0.5 + n2 * 0.5} * stiffness[tid]
        for c in range(2, 4):
            wp.atomic_add(vertex_force, quad[c], {f ~ -f})}
    """,
}


def _draw_element(stream: Stream, target: str) -> KernelSpec:
    """An element of a mesh, a thread for each."""
    names = {
        "cloth_grid": ("tid", "cell"), "triangle_rest": ("tid", "t", "tri_id"),
        "tetrahedron_rest": ("tid", "t", "tet_id"),
        "edge_adjacency": ("tid", "e", "edge_id"), "vertex_neighbors": ("tid", "v_index", "particle"),
        "fill_adjacency": ("tid", "face"), "bending_edges": ("tid", "eid"),
    }  # fmt: skip
    p = Program(stream, names[target], launch=(stream.child("sizes").choice((32, 48, 64)),))
    count = p.threads
    vertices = 2 * count
    p.array("particle_q", VEC, (-1, 1), (vertices,), ("particle_q", "pos", "vertices", "x"))
    p.array("tri_indices", TRIPLE, (0, vertices - 1), (count,), ("tri_indices", "triangles", "faces"))
    p.array("tet_indices", _QUAD, (-8, vertices - 1), (count,), ("tet_indices", "tets"))
    p.array("edge_indices", _QUAD, (0, vertices - 1), (count,), ("edge_indices", "bending_edges"))
    p.array("edge_list", PAIR, (0, vertices - 1), (count,), ("edges", "edge_verts", "spring_indices"))
    p.array("edge_tris", PAIR, (-20, count - 1), (count,), ("edge_tris", "edge_faces"))
    p.starts("vertex_start", count, _ADJACENT, 1, ("vertex_start", "adjacency_offsets", "v_adj_edges_offsets"))
    p.array("vertex_count", INT, (0, 5), (count,), ("vertex_degree", "num_adjacent"))
    p.array("adjacent_edges", INT, (0, count - 1), (count * _ADJACENT,), ("adjacent_edges", "v_adj_edges"))
    p.array("vertex_color", INT, (0, 9), (vertices,), ("vertex_colors", "particle_colors", "labels"))
    p.array("edge_active", FLAG, (0, 1), (count,), ("edge_active", "edge_mask"))
    p.array("tri_enabled", FLAG, (0, 1), (count,), ("tri_active", "face_mask"))
    p.array("stiffness", FLOAT, (0.5, 2), (count,), ("edge_ke", "bending_stiffness"))
    p.scalar("mirrored", FLAG, (0, 1), ("mirrored", "flip_winding"))
    p.scalar("first_vertex", INT, (1, 50), ("first_vertex", "vertex_offset", "start_vertex"))
    p.scalar("max_adjacent", INT, (1, 2), ("max_adjacent", "capacity"))
    p.scalar("up", VEC, (-1, 1), ("up", "up_vector"))
    p.number("min_volume", (0.03, 0.07), ("min_volume", "volume_eps"), ("0.05",))
    p.number("density", (0.5, 2), ("density", "rho"), ("1.0", "2.0"))
    p.sizes(cells_x=8, num_vertices=vertices)
    p.constants({"EDGE_LOOSE": 0, "EDGE_BORDER": 1, "EDGE_INNER": 2})
    p.output("tris_out", TRIPLE, (2 * count,), ("tri_indices_out", "triangles"))
    p.output("tri_sorted", TRIPLE, (count,), ("tri_keys", "sorted_faces"))
    p.output("tet_surface", TRIPLE, (count,), ("surface_tris", "tet_faces"))
    p.output("edges_out", PAIR, (count,), ("edge_indices_out", "edges_out"))
    p.output("edge_sorted", PAIR, (count,), ("edge_keys", "sorted_edges"))
    p.output("quads_out", _QUAD, (count,), ("quads", "cell_vertices"))
    p.output("tri_list", INT, (count, 3), ("tri_list", "cell_tri"))
    p.output("tri_flat", INT, (3 * count,), ("index_buffer", "indices_out"))
    for key, kind, size, pool in (
        ("rest_out", FLOAT, count, ("rest_length",)), ("tri_area", FLOAT, count, ("tri_areas", "areas")),
        ("edge_length", FLOAT, count, ("edge_length", "rest_length")), ("edge_angle", FLOAT, count, ("edge_angles",)),
        ("tet_volume", FLOAT, count, ("tet_volumes", "rest_volume")), ("tri_center", VEC, count, ("centroids",)),
        ("smoothed", VEC, count, ("smoothed", "laplacian")), ("tri_pose", _MAT2, count, ("tri_poses", "rest_pose")),
        ("tet_pose", _MAT, count, ("tet_poses", "tet_rest")), ("tri_winding", INT, count, ("winding", "tri_side")),
        ("tet_active", INT, count, ("tet_active", "tet_flags")), ("edge_kind", INT, count, ("edge_kind", "edge_type")),
        ("vertex_flag", INT, count, ("vertex_flag", "conflicts")), ("label_out", INT, count, ("labels_out",)),
        ("tri_color", INT, count, ("tri_color", "group")),
    ):  # fmt: skip
        p.output(key, kind, (size,), pool)
    p.output("opposite", INT, (count, 2), ("edge_opposite", "bend_verts"), (-1, 0))
    for key, pool in (("vertex_area", ("vertex_area", "particle_area")), ("vertex_mass", ("particle_mass", "mass"))):
        p.output(key, FLOAT, (vertices,), pool, (0, 1))
    p.output("vertex_force", VEC, (vertices,), ("particle_f", "forces"), (-1, 1))
    p.output("vertex_degree", INT, (vertices,), ("vertex_degree", "edge_count"), (0, 1))
    p.output("vertex_fill", INT, (vertices,), ("vertex_fill", "tri_count"), (0, 1))
    p.output("slot_used", INT, (vertices, 2), ("slot_used", "adjacency_mask"), (0, 0))
    for key, pool in (
        ("num_inverted", ("num_inverted",)),
        ("num_changed", ("num_changed", "changed")),
    ):
        p.output(key, INT, (1,), pool, (0, 1))
    p.output("color_count", INT, (10,), ("color_count", "tris_per_color"), (0, 1))
    p.guard_count("element")
    p.write(_ELEMENT[target])
    titles = {
        "cloth_grid": ("build_cloth_grid", "grid_topology", "fill_grid_triangles"),
        "triangle_rest": ("compute_triangle_rest", "triangle_areas", "init_triangles"),
        "tetrahedron_rest": ("compute_tet_rest", "tet_volumes", "init_tetrahedra"),
        "edge_adjacency": ("edge_adjacency", "classify_edges", "count_vertex_edges"),
        "vertex_neighbors": ("vertex_neighbors", "propagate_labels", "smooth_vertices"),
        "fill_adjacency": ("fill_vertex_adjacency", "count_adjacent_faces", "build_face_lists"),
        "bending_edges": ("eval_bending_edges", "bending_angles", "edge_rest_angles"),
    }[target]
    return p.done("topology", "topology", target, "Topology of meshes", titles, (
        "One thread per element.", "Vertices are counted over all meshes.", "-1 is no triangle.",
    ))  # fmt: skip


RECIPES = (Recipe(name="topology", category="topology", targets=tuple(_ELEMENT), draw=_draw_element),)
