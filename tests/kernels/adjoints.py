"""A kernel of which Warp gets the derivative wrong, among statements that have nothing to do with it."""

import warp as wp


@wp.kernel
def written_over(x: wp.array(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    scale = wp.sin(y[i]) * 2.0
    v = wp.vec3(x[i], x[i] * 2.0, 1.0)
    v[0] = v[0] * v[1]
    out[i] = wp.dot(v, v) + scale
