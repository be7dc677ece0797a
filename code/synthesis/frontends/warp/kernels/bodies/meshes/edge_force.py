"""Bodies of edge_force for ``recipes/applications/meshes.py``."""

import warp as wp


def eval_springs(ENDS, a, b, x, distance_between, TINY, rest, tid, ke, kd, v, soft_range, ke_hard, f):
    ENDS
    d = x[b] - x[a]
    #| one of
    r = wp.length(d)
    #| or
    r = distance_between(x[a], x[b])
    #| end
    if r < TINY:
        return
    n = d / r
    #| one of
    stretch = r - rest[tid]
    #| or
    #? relative to its length
    stretch = r / rest[tid] - 1.0
    #| end
    #| one of
    #? a cable carries no compression
    if stretch <= 0.0:
        return
    f_n = ke * stretch
    #| or
    f_n = ke * stretch + kd * wp.dot(v[b] - v[a], n)
    #| or
    f_n = ke * stretch
    if stretch > soft_range:
        f_n += ke_hard * (stretch - soft_range)
    #| end
    wp.atomic_add(f, a, f_n * n)
    #| one of
    wp.atomic_add(f, b, -f_n * n)
    #| or
    wp.atomic_sub(f, b, f_n * n)
    #| end


def tear_edges(tid, torn, ENDS, a, b, x, distance_between, max_stretch, rest, num_torn, fixed, TINY, ke, f):
    if torn[tid] == 1:
        return
    ENDS
    d = x[b] - x[a]
    #| one of
    r = wp.length(d)
    #| or
    r = distance_between(x[a], x[b])
    #| end
    #| one of
    if r > max_stretch * rest[tid]:
        torn[tid] = 1
        #| one of
        wp.atomic_add(num_torn, 0, 1)
        #| or
        #| end
        return
    #| or
    #? pinned vertices hold longer
    limit = max_stretch * rest[tid]
    if fixed[a] == 1 or fixed[b] == 1:
        limit *= 1.5
    if r > limit:
        torn[tid] = 1
        return
    #| end
    g = (ke * (r - rest[tid]) / wp.max(r, TINY)) * d
    wp.atomic_add(f, a, g)
    #| one of
    wp.atomic_add(f, b, -g)
    #| or
    wp.atomic_sub(f, b, g)
    #| end


def solve_distance_constraints(
    ENDS, a, inv_mass, b, x, distance_between, TINY, rest, tid, compliance, dt, lam, relaxation, delta,
):
    ENDS
    w_a = inv_mass[a]
    w_b = inv_mass[b]
    #| one of
    if w_a + w_b == 0.0:
        return
    #| or
    #| end
    d = x[b] - x[a]
    #| one of
    r = wp.length(d)
    #| or
    r = distance_between(x[a], x[b])
    #| end
    if r < TINY:
        return
    c = r - rest[tid]
    #| one of
    alpha = compliance / (dt * dt)
    #| one of
    dlambda = -(c + alpha * lam[tid]) / (w_a + w_b + alpha)
    lam[tid] += dlambda
    #| or
    dlambda = -c / (w_a + w_b + alpha)
    #| end
    push = dlambda * d / r
    #| or
    push = (-relaxation * c / (w_a + w_b)) * d / r
    #| or
    #? only if longer than the rest length
    if c <= 0.0:
        return
    push = (-c / (w_a + w_b)) * d / r
    #| end
    #| one of
    wp.atomic_add(delta, a, -w_a * push)
    #| or
    wp.atomic_sub(delta, a, w_a * push)
    #| end
    wp.atomic_add(delta, b, w_b * push)
