"""Bodies of spring_forces for ``recipes/applications/deformables.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def eval_springs(
    TINY, length, l0, n, vi, vj, k_d, k_e, spring_damper, hardening, clamp_symmetric, max_force, PUSHED, energy,
):
    #| 0.5
    # coincident ends have no direction
    if length < TINY:
        return
    #| end
    c = length - l0
    #| one of
    rate = wp.dot(n, vi - vj)
    fs = either(k_e * c + k_d * rate, k_e * c / l0 + k_d * rate, spring_damper(k_e, k_d, c, rate))
    #| or
    # stiffer the more it is stretched
    rate = wp.dot(n, vi - vj)
    fs = k_e * c * (1.0 + hardening * c * c) + k_d * rate
    #| or
    # damping along the spring
    fs = k_e * c
    if length > TINY:
        fs += k_d * wp.dot(n, vi - vj)
    #| end
    #| 0.3
    fs = either(wp.clamp(fs, -max_force, max_force), clamp_symmetric(fs, max_force))
    #| end
    force = n * fs
    PUSHED
    #| 0.3
    wp.atomic_add(energy, 0, 0.5 * k_e * c * c)
    #| end


def eval_breakable_springs(
    broken, tid, l0, length, limit, num_torn, k_d, k_e, n, spring_damper, vi, vj, max_force, PUSHED,
):
    #| one of
    if broken[tid] != 0:
        return
    #| or
    # torn springs exert no force
    if broken[tid] == 1:
        return
    #| end
    c = length - l0
    #| one of
    if c > limit * l0:
    #| or
    #: # torn by overstretching
    #: if c > limit * l0:
    #| end
        broken[tid] = 1
        #| 0.5
        wp.atomic_add(num_torn, 0, 1)
        #| end
        return
    fs = either(k_e * c + k_d * wp.dot(n, vi - vj), k_e * c, spring_damper(k_e, k_d, c, wp.dot(n, vi - vj)))
    #| 0.3
    # it also breaks by too much force
    if fs > max_force:
        broken[tid] = 1
        return
    #| end
    force = n * fs
    PUSHED


def eval_cables(l0, length, tension, tid, k_d, k_e, n, vi, vj, max_force, PUSHED):
    c = length - l0
    # a cable carries tension only
    if c <= 0.0:
        #| one of
        tension[tid] = 0.0
        #| or
        #| end
        return
    #| one of
    # damping does not make it push
    tight = wp.max(k_e * c + k_d * wp.dot(n, vi - vj), 0.0)
    #| or
    tight = k_e * c
    # damping only while it lengthens
    rate = wp.dot(n, vi - vj)
    if rate > 0.0:
        tight += k_d * rate
    #| end
    #| 0.5
    tight = wp.min(tight, max_force)
    #| end
    force = n * tight
    PUSHED
    #| 0.5
    tension[tid] = tight
    #| end
