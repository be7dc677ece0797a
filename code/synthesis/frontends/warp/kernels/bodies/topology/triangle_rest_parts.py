"""Bodies of triangle_rest_parts for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def triangle_rest_parts(area, tid, tri_area, min_area, tri_pose, BAD, e1, normal, e2):
    tri_area[tid] = area
    #? too thin to have a rest shape
    if area < min_area:
        tri_pose[tid] = wp.mat22(0.0, 0.0, 0.0, 0.0)
        BAD
        return
    #? edges in the plane of the triangle
    u = wp.normalize(e1)
    v = wp.normalize(wp.cross(normal, e1))
    #| one of
    D = wp.mat22(wp.dot(u, e1), wp.dot(u, e2), 0.0, wp.dot(v, e2))
    tri_pose[tid] = wp.inverse(D)
    #| or
    tri_pose[tid] = wp.inverse(wp.mat22(wp.dot(u, e1), wp.dot(u, e2), wp.dot(v, e1), wp.dot(v, e2)))
    #| end


def triangle_rest_parts_2(area, tid, tri_area, tri_indices, vertex_area, i, j, k, e1, e2):
    tri_area[tid] = area
    #| one of
    for c in range(3):
        wp.atomic_add(vertex_area, tri_indices[tid][c], area / 3.0)
    #| or
    wp.atomic_add(vertex_area, i, area / 3.0)
    wp.atomic_add(vertex_area, j, area / 3.0)
    wp.atomic_add(vertex_area, k, area / 3.0)
    #| or
    # Voronoi areas; an obtuse corner gets half of the triangle
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
        wp.atomic_add(vertex_area, k, share * ((a + c) * b + (b + c) * a))
    #| end


def triangle_rest_parts_3(area, density, tid, tri_density, i, vertex_mass, j, k):
    third = area * either(density, tri_density[tid]) / 3.0
    wp.atomic_add(vertex_mass, i, third)
    wp.atomic_add(vertex_mass, j, third)
    wp.atomic_add(vertex_mass, k, third)
