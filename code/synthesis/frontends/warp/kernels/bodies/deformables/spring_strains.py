"""Bodies of spring_strains for ``recipes/applications/deformables.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def compute_spring_strain(l0, length, strain, tid, most_strain, energy, k_e, n, rate_out, vi, vj):
    stretch = length / l0
    #| one of
    strain[tid] = either(stretch - 1.0, 0.5 * (stretch * stretch - 1.0), wp.log(stretch))
    #| or
    e = stretch - 1.0
    strain[tid] = e
    #| one of
    wp.atomic_max(most_strain, 0, wp.abs(e))
    #| or
    wp.atomic_add(energy, 0, 0.5 * k_e * l0 * e * e)
    #| end
    #| end
    #| 0.5
    rate_out[tid] = wp.dot(n, vi - vj) / l0
    #| end


def tear_springs(l0, length, tid, torn, strain, limit, num_torn, broken_of, i, j):
    e = length / l0 - 1.0
    #| 0.6
    # torn springs stay torn
    if torn[tid] != 0:
        strain[tid] = 0.0
        return
    #| end
    if e > limit:
        torn[tid] = 1
        #| 0.6
        wp.atomic_add(num_torn, 0, 1)
        #| end
        #| 0.5
        wp.atomic_add(broken_of, i, 1)
        wp.atomic_add(broken_of, j, 1)
        #| end
    strain[tid] = e


def classify_springs(
    l0, length, limit, SPRING_OVERSTRETCHED, SPRING_COMPRESSED, SPRING_SLACK, num_torn, spring_state, tid, strain,
):
    stretch = length / l0
    state = int(0)
    if stretch > 1.0 + limit:
        state = SPRING_OVERSTRETCHED
    elif stretch < 1.0 - limit:
        state = SPRING_COMPRESSED
    #| 0.4
    elif stretch < 1.0:
        state = SPRING_SLACK
    #| end
    #| 0.5
    #| one of
    if state != 0:
        wp.atomic_add(num_torn, 0, 1)
    #| or
    if state == SPRING_OVERSTRETCHED:
        wp.atomic_add(num_torn, 0, 1)
    #| end
    #| end
    spring_state[tid] = state
    #| 0.6
    strain[tid] = stretch - 1.0
    #| end


def apply_spring_plasticity(l0, length, limit, rest_io, tid, creep, clamp_symmetric, strain):
    # plastic: what is beyond the yield strain stays
    e = length / l0 - 1.0
    if e > limit:
        rest_io[tid] = length / (1.0 + limit)
    elif e < -limit:
        rest_io[tid] = length / (1.0 - limit)
    #| 0.5
    creep[tid] = creep[tid] + wp.max(wp.abs(e) - limit, 0.0)
    #| end
    #| 0.5
    strain[tid] = either(clamp_symmetric(e, limit), clamp_symmetric(e, limit), wp.clamp(e, -limit, limit))
    #| end
