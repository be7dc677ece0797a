"""Bodies of tree_totals for ``recipes/applications/articulations.py``."""

import warp as wp


def tree_totals(end, start, body_mass, body_com, body_q_in, body_qd_in, KEPT_NOTHING, OTHERS, KEPT, MORE):
    mass = float(0.0)
    com = wp.vec3(0.0, 0.0, 0.0)
    momentum = wp.vec3(0.0, 0.0, 0.0)
    for j in range(start, end):
        m = body_mass[j]
        # frames only
        if m <= 0.0:
            continue
        mass += m
        com += m * wp.transform_point(body_q_in[j], body_com[j])
        momentum += m * wp.spatial_top(body_qd_in[j])
    # only massless links
    if mass <= 0.0:
        KEPT_NOTHING
        OTHERS
        return
    com = com / mass
    KEPT
    MORE
