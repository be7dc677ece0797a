"""Bodies of functions for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def project_to_cone(lam: wp.vec3, mu: float) -> wp.vec3:
    #| one of
    lam_t = wp.sqrt(lam[0] * lam[0] + lam[1] * lam[1])
    #| or
    lam_t = wp.length(wp.vec2(lam[0], lam[1]))
    #| end
    #| one of
    if lam_t <= mu * lam[2]:
        return lam
    if lam[2] + mu * lam_t <= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    #| or
    if lam[2] + mu * lam_t <= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    if lam_t <= mu * lam[2]:
        return lam
    #| end
    lam_n = (lam[2] + mu * lam_t) / (1.0 + mu * mu)
    scale = mu * lam_n / lam_t
    return wp.vec3(lam[0] * scale, lam[1] * scale, lam_n)


@helper
def angular_acceleration(inv_inertia: wp.mat33, inertia: wp.mat33, omega: wp.vec3, tau: wp.vec3) -> wp.vec3:
    #| one of
    return inv_inertia * (tau - wp.cross(omega, inertia * omega))
    #| or
    momentum = inertia * omega
    return inv_inertia * (tau - wp.cross(omega, momentum))
    #| end
