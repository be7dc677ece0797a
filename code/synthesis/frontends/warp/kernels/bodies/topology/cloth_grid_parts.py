"""Bodies of cloth_grid_parts for ``recipes/applications/topology.py``."""

import warp as wp


def cloth_grid_parts(first_vertex, col, row, tid, tris_out, v0, v1, v3, v2, mirrored):
    #| 0.4
    v0 += first_vertex
    v1 += first_vertex
    v2 += first_vertex
    v3 += first_vertex
    #| end
    #| one of
    # alternate cells use the other diagonal
    if (row + col) % 2 == 0:
        tris_out[2 * tid] = wp.vec3i(v0, v1, v3)
        tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)
    else:
        tris_out[2 * tid] = wp.vec3i(v0, v1, v2)
        tris_out[2 * tid + 1] = wp.vec3i(v1, v3, v2)
    #| or
    if mirrored:
        tris_out[2 * tid + 0] = wp.vec3i(v0, v3, v1)
        tris_out[2 * tid + 1] = wp.vec3i(v0, v2, v3)
    else:
        tris_out[2 * tid + 0] = wp.vec3i(v0, v1, v3)
        tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)
    #| or
    tris_out[2 * tid] = wp.vec3i(v0, v1, v3)
    tris_out[2 * tid + 1] = wp.vec3i(v0, v3, v2)
    #| end


def cloth_grid_parts_2(edges_out, tid, v0, v3, v1, v2, particle_q, rest_out, slack):
    #? along the diagonals
    edges_out[2 * tid] = wp.vec2i(v0, v3)
    edges_out[2 * tid + 1] = wp.vec2i(v1, v2)
    #| one of
    rest_out[2 * tid] = wp.length(particle_q[v3] - particle_q[v0])
    rest_out[2 * tid + 1] = wp.length(particle_q[v2] - particle_q[v1])
    #| or
    diagonal = wp.length(particle_q[v3] - particle_q[v0])
    rest_out[2 * tid] = diagonal * slack
    rest_out[2 * tid + 1] = wp.length(particle_q[v2] - particle_q[v1]) * slack
    #| end


def cloth_grid_parts_3(quads_out, tid, v0, v1, v2, v3, cell_color, col, row):
    # around the cell
    quads_out[tid] = wp.vec4i(v0, v1, v3, v2)
    # cells of one colour share no vertex
    cell_color[tid] = (row % 2) * 2 + col % 2
