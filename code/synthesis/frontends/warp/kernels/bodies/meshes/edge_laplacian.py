"""Bodies of edge_laplacian for ``recipes/applications/meshes.py``."""

import warp as wp


def edge_laplacian(ENDS, a, b, fixed, tid, u, w, rest, out, energy):
    ENDS
    #| one of
    #? fixed edges stay unchanged
    if fixed[a] == 1 and fixed[b] == 1:
        return
    #| or
    #| end
    #| one of
    q = w[tid] * (u[b] - u[a])
    #| or
    q = (u[b] - u[a]) / rest[tid]
    #| end
    #| one of
    wp.atomic_add(out, a, q)
    #| one of
    wp.atomic_add(out, b, -q)
    #| or
    wp.atomic_sub(out, b, q)
    #| end
    #| or
    if fixed[a] == 0:
        wp.atomic_add(out, a, q)
    if fixed[b] == 0:
        #| one of
        wp.atomic_add(out, b, -q)
        #| or
        wp.atomic_sub(out, b, q)
        #| end
    #| end
    #| one of
    wp.atomic_add(energy, 0, 0.5 * q * (u[b] - u[a]))
    #| or
    #| end


def smooth_vertices(ENDS, a, fixed, b, sums, tid, w, x, weight_sum, min_length):
    ENDS
    #| one of
    #? vertices of the border stay where they are
    if fixed[a] == 0:
        wp.atomic_add(sums, a, w[tid] * x[b])
        wp.atomic_add(weight_sum, a, w[tid])
    if fixed[b] == 0:
        wp.atomic_add(sums, b, w[tid] * x[a])
        wp.atomic_add(weight_sum, b, w[tid])
    #| or
    d = x[b] - x[a]
    #| one of
    scale = 1.0 / wp.max(wp.length(d), min_length)
    #| or
    scale = w[tid]
    #| end
    wp.atomic_add(sums, a, scale * d)
    #| one of
    wp.atomic_add(sums, b, -scale * d)
    #| or
    wp.atomic_sub(sums, b, scale * d)
    #| end
    wp.atomic_add(weight_sum, a, scale)
    wp.atomic_add(weight_sum, b, scale)
    #| end


def cotangent_laplacian(ENDS, opposite, tid, a, x, b, min_area, u, out, edge_weight, weight_sum):
    ENDS
    weight = float(0.0)
    for k in range(2):
        c = opposite[tid, k]
        #? a boundary edge has one face
        #| one of
        if c >= 0:
            e0 = x[a] - x[c]
            e1 = x[b] - x[c]
            weight += 0.5 * wp.dot(e0, e1) / wp.max(wp.length(wp.cross(e0, e1)), min_area)
        #| or
        if c < 0:
            continue
        e0 = x[a] - x[c]
        e1 = x[b] - x[c]
        weight += 0.5 * wp.dot(e0, e1) / wp.max(wp.length(wp.cross(e0, e1)), min_area)
        #| end
    #| one of
    q = weight * (u[b] - u[a])
    wp.atomic_add(out, a, q)
    #| one of
    wp.atomic_add(out, b, -q)
    #| or
    wp.atomic_sub(out, b, q)
    #| end
    #| or
    edge_weight[tid] = weight
    wp.atomic_add(weight_sum, a, weight)
    wp.atomic_add(weight_sum, b, weight)
    #| end
