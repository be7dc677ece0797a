"""Warp kernels whose adjoints are wrong with Warp's own settings, and kernels like them whose adjoints are right."""

import warp as wp


@wp.func
def total(a: wp.array(dtype=float), n: int):
    s = float(0.0)
    for j in range(n):
        s += a[j]
    return s


# ---- wrong: issues 729, 1694 and 1740 of NVIDIA/warp are among these


@wp.kernel
def wrong_square_after_loop(a: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for j in range(n):
        s += a[j]
    o[i] = s * s


@wp.kernel
def wrong_product_in_loop(a: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(1.0)
    for j in range(n):
        s *= a[j]
    o[i] = s


@wp.kernel
def wrong_sine_in_loop(a: wp.array(dtype=float), b: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):
    i = wp.tid()
    s = a[i]
    for j in range(n):
        s = wp.sin(s) + b[j]
    o[i] = s


@wp.kernel
def wrong_many_constant_trips(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for j in range(17):
        s += a[j % 16]
    o[i] = s * s


@wp.kernel
def wrong_least_in_loop(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    best = float(2.0)
    for j in range(a.shape[0]):
        gap = wp.sin(a[j]) * b[i] + 0.5 * a[j]
        if gap < best:
            best = gap
    o[i] = best


@wp.kernel
def wrong_break(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for j in range(6):
        if a[j] > 1.0:
            break
        s += a[j] * a[i]
    o[i] = s


@wp.kernel
def wrong_while(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    s = a[i]
    e = int(0)
    while e < 3:
        s = s * b[e]
        e += 1
    o[i] = s


@wp.kernel
def wrong_component(c: wp.array(dtype=wp.vec3), d: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = c[i]
    v[0] = v[1] * 2.0
    d[i] = v


@wp.kernel
def wrong_named_component(c: wp.array(dtype=wp.vec3), a: wp.array(dtype=float), d: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = c[i]
    v.y = a[i] * v.y
    d[i] = v


@wp.kernel
def wrong_frac(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = wp.frac(a[i]) * 2.0 + a[i] * 0.5


@wp.kernel
def wrong_modulus(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = (b[i] + 3.0) % a[i]


# ---- right


@wp.kernel
def right_linear(a: wp.array(dtype=float), b: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for j in range(n):
        s += a[j] * b[j]
    o[i] = s / float(n) + b[i]


@wp.kernel
def right_unrolled(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(1.0)
    for j in range(3):
        s *= a[j]
    o[i] = s * a[i]


@wp.kernel
def right_loop_in_function(a: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):
    i = wp.tid()
    s = total(a, n)
    o[i] = s * s


@wp.kernel
def right_atomic(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(o, i % 3, a[i] * b[i])


@wp.kernel
def right_atomic_max(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_max(o, i % 3, wp.exp(a[i]))


@wp.kernel
def right_branches(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    x = a[i]
    if x > 0.7:
        x = x * x
    else:
        x = x * b[i]
    o[i] = x * x


@wp.kernel
def right_in_place(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    b[i] = b[i] * 2.0 + wp.sin(a[i])


@wp.kernel
def wrong_clamp_in_place(a: wp.array(dtype=float), limit: float, b: wp.array(dtype=float)):
    i = wp.tid()
    step = wp.clamp(a[i] + 0.1 * b[i], -limit, limit)
    b[i] = b[i] - 0.3 * step


@wp.kernel
def right_quaternion(c: wp.array(dtype=wp.vec3), a: wp.array(dtype=float), d: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    q = wp.quat_from_axis_angle(wp.normalize(c[i]), a[i])
    d[i] = wp.quat_rotate(q, wp.vec3(1.0, 2.0, 3.0)) + c[i]


@wp.func
def root(x: float):
    return wp.sqrt(x)


@wp.func_grad(root)
def adj_root(x: float, adj_ret: float):
    wp.adjoint[x] += adj_ret * 0.45 / wp.sqrt(x)


@wp.kernel
def wrong_own_rule(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = 3.0 * root(a[i])
