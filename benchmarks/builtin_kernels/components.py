"""Writes to a component that make a new value, as an option of the module asks for."""

import warp as wp

wp.set_module_options({"enable_vector_component_overwrites": True})


@wp.kernel
def assign_copy__vector(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = x[i]
    v[1] = x[i][0] * x[i][2]
    out[i] = v


@wp.kernel
def transform_set_translation_copy__own(
    t: wp.array(dtype=wp.transform), p: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.transform)
):
    i = wp.tid()
    moved = t[i]
    moved.p = p[i]
    out[i] = moved


@wp.kernel
def transform_set_rotation_copy__own(
    t: wp.array(dtype=wp.transform), q: wp.array(dtype=wp.quat), out: wp.array(dtype=wp.transform)
):
    i = wp.tid()
    turned = t[i]
    turned.q = q[i]
    out[i] = turned
