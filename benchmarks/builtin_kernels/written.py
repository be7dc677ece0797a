"""Functions that Warp has written in Python, and what they are called with."""

import warp as wp


@wp.kernel
def norm_l1__vec3(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.norm_l1(x[i])


@wp.kernel
def norm_l2__vec3(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.norm_l2(x[i])


@wp.kernel
def norm_huber__vec3(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.norm_huber(x[i], 0.7) + wp.norm_huber(x[i])


@wp.kernel
def norm_pseudo_huber__vec3(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.norm_pseudo_huber(x[i], 0.7)


@wp.kernel
def smooth_normalize__vec3(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.smooth_normalize(x[i], 0.7)


@wp.kernel
def quat_from_euler__zyx(e: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.quat)):
    i = wp.tid()
    out[i] = wp.quat_from_euler(e[i], 2, 1, 0) + wp.quat_from_euler(e[i], 0, 1, 0)


@wp.kernel
def quat_to_euler__xyz(q: wp.array(dtype=wp.quat), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    r = wp.normalize(q[i])
    out[i] = wp.quat_to_euler(r, 0, 1, 2) + wp.quat_to_euler(r, 2, 0, 2)


@wp.kernel
def quat_to_rpy__own(q: wp.array(dtype=wp.quat), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.quat_to_rpy(wp.normalize(q[i]))


@wp.kernel
def quat_twist__own(axis: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), out: wp.array(dtype=wp.quat)):
    i = wp.tid()
    out[i] = wp.quat_twist(wp.normalize(axis[i]), wp.normalize(q[i]))


@wp.kernel
def quat_twist_angle__own(axis: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.quat_twist_angle(wp.normalize(axis[i]), wp.normalize(q[i]))


@wp.kernel
def quat_twist_angle_signed__own(axis: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.quat_twist_angle_signed(wp.normalize(axis[i]), wp.normalize(q[i]))


@wp.kernel
def velocity_at_point__own(
    v: wp.array(dtype=wp.spatial_vector), r: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)
):
    i = wp.tid()
    out[i] = wp.velocity_at_point(v[i], r[i])


@wp.kernel
def transform_from_matrix__own(m: wp.array(dtype=wp.mat44), out: wp.array(dtype=wp.transform)):
    i = wp.tid()
    out[i] = wp.transform_from_matrix(m[i])


@wp.kernel
def transform_to_matrix__own(t: wp.array(dtype=wp.transform), out: wp.array(dtype=wp.mat44)):
    i = wp.tid()
    out[i] = wp.transform_to_matrix(t[i])


@wp.kernel
def transform_compose__own(
    p: wp.array(dtype=wp.vec3), q: wp.array(dtype=wp.quat), s: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.mat44)
):
    i = wp.tid()
    out[i] = wp.transform_compose(p[i], q[i], s[i])


@wp.kernel
def transform_decompose__own(
    p: wp.array(dtype=wp.vec3), axis: wp.array(dtype=wp.vec3), s: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)
):
    i = wp.tid()
    size = wp.vec3(1.0 + wp.abs(s[i][0]), 1.0 + wp.abs(s[i][1]), 1.0 + wp.abs(s[i][2]))
    q = wp.quat_from_axis_angle(wp.normalize(axis[i]), 0.7)
    position, rotation, scale = wp.transform_decompose(wp.transform_compose(p[i], q, size))
    out[i] = position + scale + wp.quat_rotate(rotation, p[i])


@wp.kernel
def transform_twist__own(
    t: wp.array(dtype=wp.transform), x: wp.array(dtype=wp.spatial_vector), out: wp.array(dtype=wp.spatial_vector)
):
    i = wp.tid()
    out[i] = wp.transform_twist(t[i], x[i])


@wp.kernel
def transform_wrench__own(
    t: wp.array(dtype=wp.transform), x: wp.array(dtype=wp.spatial_vector), out: wp.array(dtype=wp.spatial_vector)
):
    i = wp.tid()
    out[i] = wp.transform_wrench(t[i], x[i])
