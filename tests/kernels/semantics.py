"""Warp kernels in which Warp's semantics differ from Python's or NumPy's."""

import warp as wp


@wp.struct
class Item:
    x: float
    v: wp.vec3


@wp.func
def mutated(v: wp.vec3):
    v[0] = 9.0
    return v[1]


@wp.func
def half(x: float):
    if x > 0.7:
        return 1.0
    return 0.0


@wp.func
def write(a: wp.array(dtype=float), i: int):
    a[i] = a[i] * 3.0
    return 100.0


@wp.kernel
def late_read(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = a[i] + wp.atomic_add(a, i, 5.0)


@wp.kernel
def late_read_of_a_function(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = a[i] + write(a, i)


@wp.kernel
def divisions(a: wp.array(dtype=int), b: wp.array(dtype=int), o: wp.array(dtype=int)):
    i = wp.tid()
    x = a[i] - 7
    y = b[i] % 3 + 2
    if i % 2 == 0:
        y = -y
    o[i] = (x / y) * 10000 + (x // y) * 100 + x % y


@wp.kernel
def float_modulus(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = (a[i] - 0.8) % b[i] + (a[i] - 0.8) // b[i]


@wp.kernel
def overflow(a: wp.array(dtype=int), o: wp.array(dtype=int)):
    i = wp.tid()
    o[i] = (a[i] + 65536) * 65536 + (1 << (a[i] + 30)) + (-8 >> 1)


@wp.kernel
def unsigned(a: wp.array(dtype=wp.uint32), o: wp.array(dtype=wp.uint32)):
    i = wp.tid()
    o[i] = (a[i] - wp.uint32(9)) ^ ~a[i]


@wp.kernel
def small(a: wp.array(dtype=wp.int8), o: wp.array(dtype=wp.int8)):
    i = wp.tid()
    o[i] = a[i] * wp.int8(40) + wp.int8(127)


@wp.kernel
def halves(a: wp.array(dtype=wp.float16), o: wp.array(dtype=wp.float16)):
    i = wp.tid()
    o[i] = a[i] * a[i] + wp.float16(0.5)


@wp.kernel
def truncated(a: wp.array(dtype=float), o: wp.array(dtype=int)):
    i = wp.tid()
    o[i] = int(a[i] * 10.0 - 8.0) * 100 + int(wp.round(a[i] * 4.0 - 3.0)) * 10 + int(wp.sign(a[i] - a[i]))


@wp.kernel
def fractions(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = wp.frac(a[i] * 3.0 - 2.0) + wp.step(a[i] - 0.7) + wp.nonzero(a[i]) + wp.rint(a[i] * 2.5)


@wp.kernel
def clamped(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = wp.acos(a[i]) + wp.clamp(a[i], 1.0, 0.5) + wp.min(a[i], wp.log(a[i] - 5.0))


@wp.kernel
def copies(a: wp.array(dtype=wp.vec3), o: wp.array(dtype=float)):
    i = wp.tid()
    v = a[i]
    w = v
    w[0] = 7.0
    o[i] = v[0] + mutated(v) + v[0] * 2.0


@wp.kernel
def struct_copies(a: wp.array(dtype=Item), o: wp.array(dtype=float)):
    i = wp.tid()
    s = a[i]
    t = s
    t.x = 9.0
    a[i].v = a[i].v * 2.0
    o[i] = s.x + t.x + a[i].v[1]


@wp.kernel
def negative_indices(a: wp.array(dtype=float), b: wp.array(dtype=wp.vec3), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = a[-1] + b[i][-1] + a[-1 - i]


@wp.kernel
def range_is_fixed(a: wp.array(dtype=int), o: wp.array(dtype=int)):
    i = wp.tid()
    m = a[i] + i
    c = int(0)
    for k in range(m):
        if c < 10:
            m += 1
        c += k
    o[i] = c


@wp.kernel
def jumps(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for k in range(16):
        if a[k] < 0.3:
            continue
        if a[k] > 1.3:
            break
        s += a[k] * float(k)
    while s > 3.0:
        s -= 1.5
    o[i] = s + half(a[i])


@wp.kernel
def early(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    if a[i] > 0.9:
        return
    o[i] = a[i]


@wp.kernel
def short_circuit(a: wp.array(dtype=float), o: wp.array(dtype=int)):
    i = wp.tid()
    if a[i] > 0.7 and wp.atomic_add(o, 0, 1) >= 0:
        wp.atomic_add(o, 1, 2)
    x = 3 if a[i] > 0.5 else wp.atomic_add(o, 2, 1)
    wp.atomic_max(o, 3, x)


@wp.kernel
def chained(a: wp.array(dtype=float), o: wp.array(dtype=int)):
    i = wp.tid()
    if 0.3 < a[i] < 0.9:
        o[i] = 1
    else:
        o[i] = int(a[i] == a[i]) + 2


@wp.kernel
def thread_order(a: wp.array(dtype=float), b: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    b[0] += a[i]
    o[i] = b[0]


@wp.kernel
def old_values(a: wp.array(dtype=int), b: wp.array(dtype=int), o: wp.array(dtype=int)):
    i = wp.tid()
    o[i] = wp.atomic_sub(b, 0, a[i]) * 3 + wp.atomic_cas(b, 1, 5, 8) + wp.atomic_exch(b, 2, i)


@wp.kernel
def products(a: wp.array(dtype=wp.mat33), b: wp.array(dtype=wp.vec3), o: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    m = a[i]
    o[i] = m * b[i] + b[i] * wp.transpose(m) + wp.vec3(m[0, 1], m[1][2], wp.trace(m)) + 8.0 / b[i]


@wp.kernel
def quaternions(a: wp.array(dtype=wp.vec3), b: wp.array(dtype=float), o: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    q = wp.quat(a[i], b[i]) * wp.quat_from_axis_angle(a[i], b[i])
    o[i] = wp.quat_rotate(q, a[i]) + wp.quat_rotate_inv(q, wp.vec3(1.0, 0.0, 0.0)) + wp.quat_inverse(q)[3] * a[i]


@wp.kernel
def normalized(a: wp.array(dtype=wp.vec3), o: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    o[i] = wp.normalize(a[i] * 0.0) + wp.normalize(a[i])


@wp.kernel
def randoms(seeds: wp.array(dtype=int), o: wp.array(dtype=float)):
    i = wp.tid()
    state = wp.rand_init(seeds[i], i)
    x = wp.randf(state)
    y = wp.randn(state)
    o[i] = x + y + float(wp.randi(state, 0, 9)) + wp.noise(state, wp.vec3(x, y, 0.3)) + wp.sample_unit_sphere(state)[2]


@wp.kernel
def grid(a: wp.array2d(dtype=float), o: wp.array2d(dtype=float)):
    i, j = wp.tid()
    row = a[i]
    o[i, j] = row[j] + a[j, i] * float(a.shape[0])


@wp.kernel
def search(a: wp.array(dtype=float), o: wp.array(dtype=int)):
    i = wp.tid()
    o[i] = wp.lower_bound(a, a[i])


@wp.struct
class Motion:
    position: wp.vec3
    velocity: wp.vec3


@wp.kernel
def structs_of_vectors_alone(states: wp.array(dtype=Motion), dt: float, out: wp.array(dtype=Motion)):
    i = wp.tid()
    s = states[i]
    s.position = s.position + s.velocity * dt
    out[i] = s


@wp.kernel(launch_bounds=(128, 2))
def bounded_launch(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = 2.0 * a[i] + 1.0


@wp.kernel(grid_stride=False)
def one_element_a_thread(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = 3.0 * a[i] - 1.0


@wp.kernel
def singular_vectors(
    a: wp.array(dtype=wp.mat33), u: wp.array(dtype=wp.mat33), s: wp.array(dtype=wp.vec3), v: wp.array(dtype=wp.mat33)
):
    i = wp.tid()
    left, sizes, right = wp.svd3(a[i] * 0.2 + wp.diag(wp.vec3(3.0, 1.0, -2.0)))
    u[i] = left
    s[i] = sizes
    v[i] = right


@wp.kernel
def singular_vectors_of_pairs(
    a: wp.array(dtype=wp.mat22), u: wp.array(dtype=wp.mat22), s: wp.array(dtype=wp.vec2), v: wp.array(dtype=wp.mat22)
):
    i = wp.tid()
    left, sizes, right = wp.svd2(a[i] * 0.2 + wp.diag(wp.vec2(3.0, 1.0)))
    u[i] = left
    s[i] = sizes
    v[i] = right


@wp.kernel
def eigenvectors(a: wp.array(dtype=wp.mat33), q: wp.array(dtype=wp.mat33), d: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    vectors, values = wp.eig3(a[i] * 0.1 + wp.transpose(a[i]) * 0.1 + wp.diag(wp.vec3(3.0, 1.0, -2.0)))
    q[i] = vectors
    d[i] = values


@wp.kernel
def triangular_factor(a: wp.array(dtype=wp.mat33), q: wp.array(dtype=wp.mat33), r: wp.array(dtype=wp.mat33)):
    i = wp.tid()
    left, right = wp.qr3(a[i] + wp.identity(n=3, dtype=float))
    q[i] = left
    r[i] = right


@wp.kernel
def own_array(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    held = wp.zeros(shape=(3,), dtype=float)
    for k in range(3):
        held[2 - k] = a[i] * float(k)
    o[i] = held[0] + held[1] * 10.0


@wp.kernel
def other_view(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    pairs = wp.array(ptr=a.ptr, shape=(2, 2), dtype=float)
    o[i] = pairs[i % 2, 1] - a[i]


@wp.kernel
def probabilities(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    p = wp.clamp(a[i], 0.01, 0.99)
    o[i] = wp.erfinv(2.0 * p - 1.0) + wp.erfcinv(p)


@wp.kernel
def bits_of_whole_numbers(a: wp.array(dtype=int), o: wp.array(dtype=wp.uint32)):
    i = wp.tid()
    o[i] = wp.cast(a[i] - 5, wp.uint32) >> wp.uint32(3)


@wp.kernel
def moved_frame(x: wp.array(dtype=wp.transform), p: wp.array(dtype=wp.vec3), o: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    frame = x[i]
    wp.transform_set_translation(frame, p[i] * 2.0)
    if i % 2 == 0:
        wp.transform_set_rotation(frame, wp.quat_identity())
    o[i] = wp.transform_point(frame, p[i])


@wp.func
def applied(f: wp.Function, x: float):
    return f(x) + 1.0


@wp.func
def twice(x: float):
    return x * 2.0


@wp.func
def spread_out(x: float, y: float, z: float):
    return x + y * 10.0 + z * 100.0


@wp.kernel
def given_functions(a: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    o[i] = applied(twice, a[i])


@wp.kernel
def made_by_a_type(a: wp.array(dtype=wp.float64), o: wp.array(dtype=wp.float64)):
    i = wp.tid()
    x = a[i]
    o[i] = x * type(x)(3) + type(x)(0.5)


@wp.kernel
def starred(a: wp.array(dtype=wp.vec3), o: wp.array(dtype=float)):
    i = wp.tid()
    v = a[i]
    o[i] = spread_out(*v) + wp.length(wp.vec3(*v))


@wp.kernel
def put_into_variables(a: wp.array(dtype=wp.quat), o: wp.array(dtype=float)):
    i = wp.tid()
    axis = wp.vec3(0.0, 0.0, 0.0)
    angle = float(0.0)
    if i % 2 == 0:
        wp.quat_to_axis_angle(wp.normalize(a[i]), axis, angle)
    o[i] = axis[1] + angle * 10.0


@wp.kernel
def rows_of_a_tile(a: wp.array2d(dtype=float), o: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(a, shape=(4, 4))
    u = wp.tile_zeros(shape=(4, 4), dtype=float)
    for k in range(4):
        row = u[k]
        wp.tile_assign(row, t[3 - k])
    wp.tile_store(o, u[1:3], offset=(i % 2, 0))


@wp.kernel
def elements_of_a_tile(a: wp.array(dtype=float), o: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    t = wp.tile_zeros(shape=(4,), dtype=wp.vec3)
    if i % 2 == 0:
        t[i % 4] = wp.vec3(a[i])
    t[1][2] = 3.0
    t[i % 4] += wp.vec3(1.0, 2.0, 3.0)
    wp.tile_atomic_add(o, t, offset=(i / 4,))


@wp.kernel
def ranges_from_behind(a: wp.array(dtype=int), o: wp.array(dtype=int)):
    i = wp.tid()
    total = int(1)
    for k in reversed(range(a[i] % 9)):
        total = total * 3 + k
    for k in reversed(range(2, a[i] % 5 + 7, 3)):
        total = total * 5 - k
    for k in reversed(range(a[i] % 11, -2, -2)):
        total = total * 2 + k
    for k in reversed(range(1, 6, 2)):
        total = total * 7 + k
    o[i] = total
