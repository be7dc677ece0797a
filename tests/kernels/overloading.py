"""Kernels whose calls mean one of several functions of a name."""

from typing import Any

import warp as wp


@wp.func
def coords(a: float):
    return wp.vec2(a, 0.5)


@wp.func
def coords(a: float, b: float):  # noqa: F811
    return wp.vec2(b, a)


@wp.func
def coords(a: float, b: float, scale: float):  # noqa: F811
    return scale * wp.vec2(a, b)


@wp.func
def paired(x: wp.types.vector(length=2, dtype=wp.Scalar), y: Any):
    return x[0] * y + x[1]


@wp.func
def paired(x: wp.types.vector(length=3, dtype=wp.Scalar), y: Any):  # noqa: F811
    return x[2] - y


@wp.func
def paired(x: Any, y: Any):  # noqa: F811
    return x + 2.0 * y


@wp.kernel
def by_count(a: wp.array(dtype=float), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    out[i] = coords(a[i]) + coords(a[i], 2.0) + coords(a[i], 3.0, scale=0.25)


@wp.kernel
def by_form(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    x = a[i]
    out[i] = paired(wp.vec2(x, 2.0), x) + paired(wp.vec3(x, x, 1.0), x) * paired(x, 1.0)
