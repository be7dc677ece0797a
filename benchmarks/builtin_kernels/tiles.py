"""Tiles: what a signature alone does not say how to call."""

import warp as wp


@wp.kernel
def assign__element(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] = x[i, 0] * 2.0
    wp.tile_store(out[i], t)


@wp.kernel
def tile_add_inplace__element(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] += x[i, 0] * 2.0
    wp.tile_store(out[i], t)


@wp.kernel
def tile_sub_inplace__element(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] -= x[i, 0] * 2.0
    wp.tile_store(out[i], t)


@wp.kernel
def tile_bit_and_inplace__element(x: wp.array2d(dtype=int), out: wp.array2d(dtype=int)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] &= x[i, 0]
    wp.tile_store(out[i], t)


@wp.kernel
def tile_bit_or_inplace__element(x: wp.array2d(dtype=int), out: wp.array2d(dtype=int)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] |= x[i, 0]
    wp.tile_store(out[i], t)


@wp.kernel
def tile_bit_xor_inplace__element(x: wp.array2d(dtype=int), out: wp.array2d(dtype=int)):
    i = wp.tid()
    t = wp.tile_load(x[i], shape=8, storage="shared")
    t[2] ^= x[i, 0]
    wp.tile_store(out[i], t)


@wp.kernel
def tile_randf__unit(seed: wp.array(dtype=int), out: wp.array2d(dtype=float)):
    i = wp.tid()
    state = wp.rand_init(seed[i])
    wp.tile_store(out[i], wp.tile_randf(shape=8, rng=state))


@wp.kernel
def tile_randf__between(seed: wp.array(dtype=int), out: wp.array3d(dtype=float)):
    i = wp.tid()
    state = wp.rand_init(seed[i])
    wp.tile_store(out[i], wp.tile_randf(shape=(2, 4), rng=state, min=-1.0, max=3.0))


@wp.kernel
def tile_randi__any(seed: wp.array(dtype=int), out: wp.array2d(dtype=int)):
    i = wp.tid()
    state = wp.rand_init(seed[i])
    wp.tile_store(out[i], wp.tile_randi(shape=8, rng=state))


@wp.kernel
def tile_randi__between(seed: wp.array(dtype=int), out: wp.array2d(dtype=int)):
    i = wp.tid()
    state = wp.rand_init(seed[i])
    wp.tile_store(out[i], wp.tile_randi(shape=8, rng=state, min=-3, max=20))


@wp.kernel
def tile_slice_indexed__rows(x: wp.array2d(dtype=float), rows: wp.array(dtype=int), out: wp.array2d(dtype=float)):
    t = wp.tile_load(x, shape=(6, 4), storage="shared")
    chosen = wp.tile_load(rows, shape=3)
    wp.tile_store(out, t[chosen, :])


@wp.kernel
def tile_stack__push(x: wp.array(dtype=float), out: wp.array(dtype=float), count: wp.array(dtype=int)):
    i = wp.tid()
    s = wp.tile_stack(capacity=16, dtype=float)
    wp.tile_stack_push(s, x[i], x[i] > 0.0)
    wp.tile_stack_push(s, 2.0 * x[i], x[i] < 1.0)
    count[i] = wp.tile_stack_count(s)
    value, slot = wp.tile_stack_pop(s)
    if slot >= 0:
        out[i] = value


@wp.kernel
def tile_stack_push__own(x: wp.array(dtype=float), count: wp.array(dtype=int)):
    i = wp.tid()
    s = wp.tile_stack(capacity=16, dtype=float)
    slot = wp.tile_stack_push(s, x[i], x[i] > 0.0)
    count[i] = slot


@wp.kernel
def tile_stack_pop__own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    s = wp.tile_stack(capacity=16, dtype=float)
    wp.tile_stack_push(s, x[i], x[i] > 0.0)
    value, slot = wp.tile_stack_pop(s)
    if slot >= 0:
        out[i] = value
    else:
        out[i] = -1.0


@wp.kernel
def tile_stack_clear__own(x: wp.array(dtype=float), count: wp.array(dtype=int)):
    i = wp.tid()
    s = wp.tile_stack(capacity=16, dtype=float)
    wp.tile_stack_push(s, x[i], True)
    if x[i] > 0.5:
        wp.tile_stack_clear(s)
    count[i] = wp.tile_stack_count(s)


@wp.kernel
def tile_stack_count__own(x: wp.array(dtype=float), count: wp.array(dtype=int)):
    i = wp.tid()
    s = wp.tile_stack(capacity=16, dtype=float)
    wp.tile_stack_push(s, x[i], x[i] > 0.3)
    wp.tile_stack_push(s, x[i], x[i] > 0.6)
    count[i] = wp.tile_stack_count(s)


@wp.kernel
def tile_scatter_add__own(at: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_zeros(shape=8, dtype=float, storage="shared")
    wp.tile_scatter_add(t, at[i], x[i], x[i] > 0.2)
    wp.tile_scatter_add(t, 3, 2.0 * x[i], True)
    wp.tile_store(out[i], t)


@wp.kernel
def tile_scatter_masked__own(at: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_zeros(shape=8, dtype=float, storage="shared")
    wp.tile_scatter_masked(t, at[i], x[i], x[i] > 0.2)
    wp.tile_store(out[i], t)


@wp.kernel
def tile_sort__own(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    keys = wp.tile_load(x[i], shape=8, storage="shared")
    values = wp.tile_map(wp.neg, keys)
    wp.tile_sort(keys, values)
    wp.tile_store(out[i], keys * 2.0 + values * 0.5)


@wp.kernel
def tile_cholesky__own(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    m = wp.tile_load(x, shape=(4, 4), storage="shared")
    a = wp.tile_matmul(m, wp.tile_transpose(m)) + wp.tile_full(shape=(4, 4), value=0.1, dtype=float)
    a = wp.tile_diag_add(a, wp.tile_full(shape=4, value=4.0, dtype=float))
    wp.tile_store(out, wp.tile_cholesky(a))


@wp.kernel
def tile_cholesky_inplace__own(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    m = wp.tile_load(x, shape=(4, 4), storage="shared")
    a = wp.tile_matmul(m, wp.tile_transpose(m)) + wp.tile_full(shape=(4, 4), value=0.1, dtype=float)
    a = wp.tile_diag_add(a, wp.tile_full(shape=4, value=4.0, dtype=float))
    wp.tile_cholesky_inplace(a)
    wp.tile_store(out, a)


@wp.kernel
def tile_cholesky_solve__own(x: wp.array2d(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):
    m = wp.tile_load(x, shape=(4, 4), storage="shared")
    a = wp.tile_matmul(m, wp.tile_transpose(m)) + wp.tile_full(shape=(4, 4), value=0.1, dtype=float)
    a = wp.tile_diag_add(a, wp.tile_full(shape=4, value=4.0, dtype=float))
    v = wp.tile_load(y, shape=4)
    wp.tile_store(out, wp.tile_cholesky_solve(wp.tile_cholesky(a), v))


@wp.kernel
def tile_cholesky_solve_inplace__own(x: wp.array2d(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):
    m = wp.tile_load(x, shape=(4, 4), storage="shared")
    a = wp.tile_matmul(m, wp.tile_transpose(m)) + wp.tile_full(shape=(4, 4), value=0.1, dtype=float)
    a = wp.tile_diag_add(a, wp.tile_full(shape=4, value=4.0, dtype=float))
    v = wp.tile_load(y, shape=4, storage="shared")
    wp.tile_cholesky_solve_inplace(wp.tile_cholesky(a), v)
    wp.tile_store(out, v)
