"""Warp kernels with what makes extraction hard: names like the compiler's, strings, helpers, structs, closures."""

from typing import Any

import warp as wp

STRENGTH = 2.5
AXIS = wp.constant(wp.vec3(0.0, 1.0, 0.0))
COUNT = wp.constant(3)


@wp.struct
class Inner:
    gain: float
    sq_0: float


@wp.struct
class Particle:
    position: wp.vec3
    mass: float
    inner: Inner


@wp.func
def sq(x: float):
    return x * x


@wp.func
def sq(x: wp.vec3):
    return wp.cw_mul(x, x)


@wp.func
def nested(x: float, sq_0: float):
    # a comment that must not be seen
    return sq(x) + sq_0 * STRENGTH


@wp.func
def generic_scale(x: Any, factor: Any):
    return x * factor


@wp.kernel
def overloads(a: wp.array(dtype=float), b: wp.array(dtype=wp.vec3), sq_1: float, out: wp.array(dtype=float)):
    """Overloads of one helper, and arguments named as the compiler names helpers."""
    i = wp.tid()
    var_0 = sq(a[i]) + sq_1
    adj_sq_0 = wp.length(sq(b[i]))
    out[i] = nested(var_0, adj_sq_0)


@wp.kernel
def structs(particles: wp.array(dtype=Particle), scale: Particle, out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    p = particles[i]
    q = Particle()
    q.position = p.position * scale.mass + AXIS
    q.inner.gain = p.inner.sq_0
    out[i] = q.position * q.inner.gain


@wp.kernel
def strings(a: wp.array(dtype=float)):
    i = wp.tid()  # this comment is the input, not the output
    wp.printf("value // %f /* not a comment */ sq_0 strings_1a2b3c4d\n", a[i])
    a[i] = a[i] * 2.0


snippet = """
    // a remark inside native code
    float sq_0 = sq_1 * 2.0f; /* another
    remark */
    const char* text = "kept // as it is"; (void)text;
    return sq_0;
"""


@wp.func_native(snippet)
def native(sq_1: float) -> float: ...


@wp.kernel(enable_backward=False)
def with_native(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = native(sq(a[i]))


@wp.kernel
def with_generic_helper(a: wp.array(dtype=float), b: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    a[i] = generic_scale(a[i], 3.0)
    b[i] = generic_scale(b[i], 0.5)


@wp.kernel
def generic_kernel(x: wp.array(dtype=Any), y: wp.array(dtype=Any)):
    i = wp.tid()
    y[i] = x[i] + x[i]


wp.overload(generic_kernel, [wp.array(dtype=float), wp.array(dtype=float)])
wp.overload(generic_kernel, [wp.array(dtype=wp.vec2), wp.array(dtype=wp.vec2)])


@wp.kernel
def never_given_types(x: wp.array(dtype=Any)):
    i = wp.tid()
    x[i] = x[i] + x[i]


def make_kernel(power: int):
    @wp.func
    def raise_it(x: float):
        result = float(1.0)
        for _ in range(wp.static(power)):
            result = result * x
        return result

    @wp.kernel
    def powers(a: wp.array(dtype=float)):
        i, j = wp.tid()
        a[i] = raise_it(a[j])

    return powers


cubes = make_kernel(3)


@wp.func
def with_gradient(x: float):
    return wp.sqrt(x)


@wp.func_grad(with_gradient)
def adj_with_gradient(x: float, adj_ret: float):
    wp.adjoint[x] += adj_ret * 0.5 / wp.sqrt(x + 0.001)


@wp.kernel
def custom_gradient(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = with_gradient(a[i]) * float(COUNT)


@wp.kernel
def tiles(a: wp.array2d(dtype=float), b: wp.array2d(dtype=float)):
    x = wp.tile_load(a, shape=(8, 8))
    y = wp.tile_map(sq, x)
    wp.tile_store(b, wp.tile_matmul(x, y))


@wp.func
def double(x: float):
    return 2.0 * x


@wp.func
def apply_twice(f: wp.Function, x: float):
    return f(f(x))


@wp.func
def replayed(x: float):
    return x * x


@wp.func_replay(replayed)
def replayed_again(x: float):
    return x * x + 0.0


@wp.kernel
def higher(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = apply_twice(double, a[i]) + replayed(a[i])


@wp.kernel
def derivative(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.grad(replayed)(a[i])


@wp.kernel
def chosen(a: wp.array(dtype=float)):
    i = wp.tid()
    f = wp.static(double)
    a[i] = f(a[i])


@wp.func
def pair(x: float):
    return x, -x


@wp.kernel
def several(a: wp.array(dtype=float), n: wp.int64, q: wp.quat, t: wp.transform, m: wp.array4d(dtype=wp.mat33d)):
    i, j, k, l = wp.tid()
    p, r = pair(a[i])
    while p < 10.0:
        p = p + 1.0
        if p > 5.0:
            break
    m[i, j, k, l] = wp.mat33d(
        wp.float64(p),
        wp.float64(r),
        wp.float64(0.0),
        wp.float64(0.0),
        wp.float64(0.0),
        wp.float64(0.0),
        wp.float64(0.0),
        wp.float64(0.0),
        wp.float64(0.0),
    )


@wp.kernel
def generic_over_structs(s: Any, out: wp.array(dtype=float)):
    out[wp.tid()] = s.mass * 2.0


wp.overload(generic_over_structs, [Particle, wp.array(dtype=float)])


@wp.kernel
def bare_names(out: wp.array(dtype=wp.vec3)):
    out[wp.tid()] = cross(vec3(1.0, 2.0, 3.0), vec3(0.5))
