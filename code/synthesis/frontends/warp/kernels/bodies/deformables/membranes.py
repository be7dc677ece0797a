"""Bodies of membranes for ``recipes/applications/deformables.py``."""

import warp as wp


def membranes(area, k_e, l0, e1, e2, n, vi, vj, vk, k_d, xj, xk, xi):
    # resistance to area change
    #| one of
    s = k_e * (area - l0) / l0
    #| or
    s = k_e * (area - l0)
    #| end
    #| 0.5
    # and how fast it changes
    rate = 0.5 * wp.dot(n, wp.cross(vj - vi, e2) + wp.cross(e1, vk - vi))
    s += k_d * rate
    #| end
    fi = wp.cross(xk - xj, n) * (0.5 * s)
    fj = wp.cross(xi - xk, n) * (0.5 * s)
    fk = wp.cross(xj - xi, n) * (0.5 * s)


def membranes_2(vi, vj, vk, wind, area, drag_coef, n, lift_coef):
    # relative wind at the triangle
    vm = (vi + vj + vk) / 3.0 - wind
    #| one of
    drag = n * (-drag_coef * area * wp.dot(n, vm))
    #| or
    # drag along the flow, lift along the normal
    flow = wp.length(vm)
    drag = vm * (-drag_coef * area * flow)
    drag -= n * (lift_coef * area * wp.dot(n, vm))
    #| end
    push = drag / 3.0


def membranes_3(area, n, pressure, chamber, has_leak, tid, chamber_pressure):
    # a third of the pressure on each corner
    #| one of
    push = n * (pressure * area / 3.0)
    #| or
    #| one of
    # cells that leak have none
    if has_leak[chamber[tid]] != 0:
        return
    #| or
    #| end
    push = n * (chamber_pressure[chamber[tid]] * area / 3.0)
    #| end


def membranes_4(e1, edge_force, edge_rest, k_d, k_e, tid, vi, vj, e2, vk, xj, xk, edge_kd, edge_ke):
    # each edge is a spring with a damper
    #| one of
    f1 = edge_force(e1, vj - vi, edge_rest[tid, 0], k_e, k_d)
    f2 = edge_force(e2, vk - vi, edge_rest[tid, 1], k_e, k_d)
    f3 = edge_force(xk - xj, vk - vj, edge_rest[tid, 2], k_e, k_d)
    #| or
    f1 = edge_force(e1, vj - vi, edge_rest[tid, 0], edge_ke, edge_kd)
    f2 = edge_force(e2, vk - vi, edge_rest[tid, 1], edge_ke, edge_kd)
    f3 = edge_force(xk - xj, vk - vj, edge_rest[tid, 2], edge_ke, edge_kd)
    #| end
    fi = f1 + f2
    fj = f3 - f1
    fk = -f2 - f3


def membranes_5(area, k_e, l0, n, xj, xk, xi, vi, vj, vk, wind, drag_coef, pressure):
    # resistance to area change
    #| one of
    s = k_e * (area - l0) / l0
    #| or
    s = k_e * (area - l0)
    #| end
    fi = wp.cross(xk - xj, n) * (0.5 * s)
    fj = wp.cross(xi - xk, n) * (0.5 * s)
    fk = wp.cross(xj - xi, n) * (0.5 * s)
    # drag against the wind, a third for each corner
    vm = (vi + vj + vk) / 3.0 - wind
    drag = n * (-drag_coef * area * wp.dot(n, vm) / 3.0)
    #| 0.4
    # internal pressure acts outward
    drag += n * (pressure * area / 3.0)
    #| end
    fi += drag
    fj += drag
    fk += drag
