"""What statements and operators stand for, and conversions."""

import warp as wp


@wp.kernel
def tid__two(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    out[i, j] = x[i, j] * float(i + 2 * j)


@wp.kernel
def range__bounds(n: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    total = int(0)
    for j in range(n[i] % 7, 9):
        total += j * j
    out[i] = total


@wp.kernel
def iter_next__range(n: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    total = int(0)
    for j in range(0, n[i] % 9, 2):
        total += j + 1
    out[i] = total


@wp.kernel
def reversed__range(n: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    total = int(1)
    for j in reversed(range(n[i] % 9)):
        total = total * 3 + j
    out[i] = total


@wp.kernel
def address__element(x: wp.array2d(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i, 1] + x[i, 0]


@wp.kernel
def load__element(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = x[i] * 2.0


@wp.kernel
def store__field(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = x[i]
    out[i].x = 2.0 * x[i].y


@wp.kernel
def view__row(x: wp.array2d(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    row = x[i]
    out[i] = row[0] + row[1]


@wp.kernel
def array_store__three(x: wp.array3d(dtype=float), out: wp.array3d(dtype=float)):
    i, j, k = wp.tid()
    out[i, j, k] = 2.0 * x[i, j, k]


@wp.kernel
def extract__matrix(x: wp.array(dtype=wp.mat33), v: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    m = x[i]
    w = v[i]
    out[i] = m[1, 2] * w[0]


@wp.kernel
def index__component(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i][1] += x[i][0]


@wp.kernel
def indexref__component(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i][0] = x[i][2]
    out[i].y = x[i][0]
    out[i][2] = x[i].y


@wp.kernel
def assign_inplace__vector(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = x[i]
    v[1] = x[i][0] * 3.0
    out[i] = v


@wp.kernel
def assign_inplace__matrix(x: wp.array(dtype=wp.mat22), out: wp.array(dtype=wp.mat22)):
    i = wp.tid()
    m = x[i]
    m[1, 0] = 3.0 * m[0, 1]
    out[i] = m


@wp.kernel
def add_inplace__vector(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = x[i]
    v[1] += x[i][0]
    out[i] = v


@wp.kernel
def sub_inplace__vector(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v = x[i]
    v[1] -= x[i][0]
    out[i] = v


@wp.kernel
def bit_and_inplace__vector(x: wp.array(dtype=wp.vec3i), out: wp.array(dtype=wp.vec3i)):
    i = wp.tid()
    v = x[i]
    v[1] &= x[i][0]
    out[i] = v


@wp.kernel
def bit_or_inplace__vector(x: wp.array(dtype=wp.vec3i), out: wp.array(dtype=wp.vec3i)):
    i = wp.tid()
    v = x[i]
    v[1] |= x[i][0]
    out[i] = v


@wp.kernel
def bit_xor_inplace__vector(x: wp.array(dtype=wp.vec3i), out: wp.array(dtype=wp.vec3i)):
    i = wp.tid()
    v = x[i]
    v[1] ^= x[i][0]
    out[i] = v


@wp.kernel
def transform_add_inplace__own(
    t: wp.array(dtype=wp.transform), p: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.transform)
):
    i = wp.tid()
    moved = t[i]
    moved.p += p[i]
    out[i] = moved


@wp.kernel
def transform_sub_inplace__own(
    t: wp.array(dtype=wp.transform), p: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.transform)
):
    i = wp.tid()
    moved = t[i]
    moved.p -= p[i]
    out[i] = moved


@wp.kernel
def slice__vector(x: wp.array(dtype=wp.vec4), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    v = x[i]
    out[i] = v[1:3]


@wp.kernel
def static__expression(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * wp.static(3.0 * 0.25)


@wp.kernel
def select__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.select(x[i] > 0.0, 1.0, x[i])


@wp.kernel
def block_dim__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * float(wp.block_dim())


@wp.kernel
def int__own(x: wp.array(dtype=float), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = int(x[i] * 5.0)


@wp.kernel
def float__own(x: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = float(x[i]) * 0.5


@wp.kernel
def bool__own(x: wp.array(dtype=int), out: wp.array(dtype=bool)):
    i = wp.tid()
    out[i] = bool(x[i] % 3)


@wp.kernel
def int8__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.int8)):
    i = wp.tid()
    out[i] = wp.int8(x[i])


@wp.kernel
def uint8__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.uint8)):
    i = wp.tid()
    out[i] = wp.uint8(x[i])


@wp.kernel
def int16__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.int16)):
    i = wp.tid()
    out[i] = wp.int16(x[i])


@wp.kernel
def uint16__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.uint16)):
    i = wp.tid()
    out[i] = wp.uint16(x[i])


@wp.kernel
def int32__own(x: wp.array(dtype=wp.int64), out: wp.array(dtype=wp.int32)):
    i = wp.tid()
    out[i] = wp.int32(x[i])


@wp.kernel
def uint32__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.uint32)):
    i = wp.tid()
    out[i] = wp.uint32(x[i])


@wp.kernel
def int64__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.int64)):
    i = wp.tid()
    out[i] = wp.int64(x[i])


@wp.kernel
def uint64__own(x: wp.array(dtype=int), out: wp.array(dtype=wp.uint64)):
    i = wp.tid()
    out[i] = wp.uint64(x[i])


@wp.kernel
def float16__own(x: wp.array(dtype=float), out: wp.array(dtype=wp.float16)):
    i = wp.tid()
    out[i] = wp.float16(x[i])


@wp.kernel
def bfloat16__own(x: wp.array(dtype=float), out: wp.array(dtype=wp.bfloat16)):
    i = wp.tid()
    out[i] = wp.bfloat16(x[i])


@wp.kernel
def float32__own(x: wp.array(dtype=wp.float64), out: wp.array(dtype=wp.float32)):
    i = wp.tid()
    out[i] = wp.float32(x[i])


@wp.kernel
def float64__own(x: wp.array(dtype=float), out: wp.array(dtype=wp.float64)):
    i = wp.tid()
    out[i] = wp.float64(x[i])


@wp.kernel
def atomic_add__float(x: wp.array(dtype=float), at: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(out, at[i], x[i])


@wp.kernel
def atomic_sub__float(x: wp.array(dtype=float), at: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_sub(out, at[i], x[i])


@wp.kernel
def atomic_min__float(x: wp.array(dtype=float), at: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_min(out, at[i], x[i])


@wp.kernel
def atomic_max__int(x: wp.array(dtype=int), at: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_max(out, at[i], x[i])


@wp.kernel
def atomic_and__int(x: wp.array(dtype=int), at: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_and(out, at[i], x[i])


@wp.kernel
def atomic_or__int(x: wp.array(dtype=int), at: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_or(out, at[i], x[i])


@wp.kernel
def atomic_xor__int(x: wp.array(dtype=int), at: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_xor(out, at[i], x[i])


@wp.kernel
def atomic_exch__int(x: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_exch(out, i, x[i])


@wp.kernel
def atomic_cas__int(x: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    wp.atomic_cas(out, i, 0, x[i])


@wp.kernel
def expect_neq__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.expect_neq(i, i + 1)
    out[i] = x[i] * 2.0


@wp.kernel
def sample_cdf__own(cdf: wp.array(dtype=float), out: wp.array(dtype=int)):
    i = wp.tid()
    state = wp.rand_init(7, i)
    out[i] = wp.sample_cdf(state, cdf)


@wp.kernel
def array__pointer(x: wp.array2d(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    flat = wp.array(ptr=x.ptr, shape=(x.shape[0] * x.shape[1],), dtype=float)
    out[i] = flat[i] * 2.0


@wp.kernel
def spatial_vector__own(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.spatial_vector)):
    i = wp.tid()
    out[i] = wp.spatial_vector(x[i], 2.0 * x[i])


@wp.kernel
def eig3__own(x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    m = wp.outer(x[i], x[i]) + wp.diag(wp.vec3(9.0, 4.0, 1.0))
    turn, values = wp.eig3(m)
    out[i] = values


@wp.kernel
def pnoise__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.pnoise(wp.uint32(i), x[i], 5)


@wp.kernel
def print__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    y = x[i] * 2.0
    y = y + wp.sin(y)
    y = y - wp.cos(x[i])
    out[i] = y
    if x[i] != x[i]:
        wp.print(i)


@wp.kernel
def dense_gemm__own(a: wp.array(dtype=float), b: wp.array(dtype=float), c: wp.array(dtype=float)):
    wp.dense_gemm(2, 2, 2, 0, 1, a, b, c)


@wp.kernel
def dense_chol__own(a: wp.array(dtype=float), out: wp.array(dtype=float)):
    wp.dense_chol(2, a, 25.0, out)


@wp.kernel
def dense_subs__own(
    a: wp.array(dtype=float), b: wp.array(dtype=float), l: wp.array(dtype=float), x: wp.array(dtype=float)
):
    wp.dense_chol(2, a, 25.0, l)
    wp.dense_subs(2, l, b, x)


@wp.kernel
def dense_solve__own(
    a: wp.array(dtype=float), b: wp.array(dtype=float), l: wp.array(dtype=float), x: wp.array(dtype=float)
):
    wp.dense_chol(2, a, 25.0, l)
    wp.dense_solve(2, a, l, b, x)
