"""Small Triton kernels: one for each operation of a block, or for a few that belong together."""

import triton
import triton.language as tl


@triton.jit
def masked(x, y, n, B: tl.constexpr):
    at = tl.program_id(0) * B + tl.arange(0, B)
    inside = at < n
    tl.store(y + at, tl.load(x + at, mask=inside, other=-7.0) + tl.load(x + at, mask=inside), mask=inside)


@triton.jit
def grid(y, B: tl.constexpr):
    place = tl.program_id(0) + tl.num_programs(0) * (tl.program_id(1) + tl.num_programs(1) * tl.program_id(2))
    tl.store(y + place * B + tl.arange(0, B), tl.num_programs(2) * 1000 + tl.program_id(1) * 10 + tl.arange(0, B))


@triton.jit
def row_sums(x, y, M: tl.constexpr, N: tl.constexpr):
    block = tl.load(x + tl.arange(0, M)[:, None] * N + tl.arange(0, N)[None, :])
    tl.store(y + tl.arange(0, M), tl.sum(block, axis=1))
    tl.store(y + M + tl.arange(0, N), tl.max(block, axis=0))
    tl.store(y + M + N + tl.arange(0, N), tl.min(block, axis=0))
    tl.store(y + M + 2 * N, tl.sum(block))


@triton.jit
def places(x, y, M: tl.constexpr, N: tl.constexpr):
    block = tl.load(x + tl.arange(0, M)[:, None] * N + tl.arange(0, N)[None, :])
    value, place = tl.max(block, axis=1, return_indices=True)
    tl.store(y + tl.arange(0, M), place)
    tl.store(y + M + tl.arange(0, N), tl.argmin(block, axis=0))
    tl.store(y + M + N + tl.arange(0, M), tl.argmax(block, axis=1, tie_break_left=False))


@triton.jit
def bits_reduced(x, y, N: tl.constexpr):
    block = tl.load(x + tl.arange(0, N))
    tl.store(y, tl.xor_sum(block, 0))
    tl.store(y + 1, tl.reduce_or(block, 0))
    tl.store(y + 2, tl.max(block, 0))
    tl.store(y + 3, tl.sum(block, 0))


@triton.jit
def _last_positive(a, b):
    return tl.where(b > 0, b, a)


@triton.jit
def _linear(a1, b1, a2, b2):
    return a1 * a2, b1 * a2 + b2


@triton.jit
def custom_reduce(x, y, N: tl.constexpr):
    tl.store(y, tl.reduce(tl.load(x + tl.arange(0, N)), 0, _last_positive))


@triton.jit
def _branching_maximum(a, b):
    if a > b:
        found = a
    else:
        found = b
    return found


@triton.jit
def branching_reduce(x, y, N: tl.constexpr):
    tl.store(y, tl.reduce(tl.load(x + tl.arange(0, N)), 0, _branching_maximum))


@triton.jit
def scans(x, y, N: tl.constexpr):
    at = tl.arange(0, N)
    block = tl.load(x + at)
    tl.store(y + at, tl.cumsum(block, 0))
    tl.store(y + N + at, tl.cumsum(block, 0, reverse=True))
    tl.store(y + 2 * N + at, tl.cumprod(block, 0))
    tl.store(y + 3 * N + at, tl.associative_scan(block, 0, _last_positive))
    _, state = tl.associative_scan((block * 0.5, block), 0, _linear)
    tl.store(y + 4 * N + at, state)


@triton.jit
def sorted_blocks(x, y, N: tl.constexpr, K: tl.constexpr):
    block = tl.load(x + tl.arange(0, N))
    tl.store(y + tl.arange(0, N), tl.sort(block))
    tl.store(y + N + tl.arange(0, N), tl.sort(block, descending=True))
    tl.store(y + 2 * N + tl.arange(0, K), tl.topk(block, K))
    tl.store(y + 2 * N + K + tl.arange(0, N), tl.flip(block))


@triton.jit
def arranged(x, y, M: tl.constexpr, N: tl.constexpr):
    at = tl.arange(0, M)[:, None] * N + tl.arange(0, N)[None, :]
    block = tl.load(x + at)
    size: tl.constexpr = M * N
    flat = tl.arange(0, size)
    tl.store(y + flat, tl.reshape(tl.trans(block), (size,)))
    joined = tl.join(block, block * 2)
    left, right = tl.split(joined)
    tl.store(y + size + at, right - left * 3)
    tl.store(y + 2 * size + tl.arange(0, 2 * size), tl.reshape(tl.permute(joined, (2, 0, 1)), (2 * size,)))
    tl.store(y + 4 * size + tl.arange(0, 2 * size), tl.ravel(tl.interleave(block, block + 1)))
    tl.store(y + 6 * size + at, tl.broadcast_to(tl.arange(0, M)[:, None], (M, N)).to(tl.float32))
    both = tl.cat(tl.reshape(block, (size,)), tl.reshape(block, (size,)) + 5)
    tl.store(y + 7 * size + tl.arange(0, 2 * size), both)


@triton.jit
def gathered(x, i, y, M: tl.constexpr, N: tl.constexpr):
    at = tl.arange(0, M)[:, None] * N + tl.arange(0, N)[None, :]
    tl.store(y + at, tl.gather(tl.load(x + at), tl.load(i + at), 1))
    tl.store(y + M * N + at, tl.gather(tl.load(x + at), tl.load(i + at) % M, 0))


@triton.jit
def counted(i, y, n, N: tl.constexpr, BINS: tl.constexpr):
    at = tl.arange(0, N)
    values = tl.load(i + at)
    tl.store(y + tl.arange(0, BINS), tl.histogram(values, BINS))
    tl.store(y + BINS + tl.arange(0, BINS), tl.histogram(values, BINS, mask=at < n))


@triton.jit
def product(a, b, c, y, M: tl.constexpr, N: tl.constexpr, K: tl.constexpr, PRECISION: tl.constexpr, ACC: tl.constexpr):
    m, n, k = tl.arange(0, M), tl.arange(0, N), tl.arange(0, K)
    left = tl.load(a + m[:, None] * K + k[None, :])
    right = tl.load(b + k[:, None] * N + n[None, :])
    total = tl.load(c + m[:, None] * N + n[None, :])
    found = tl.dot(left, right, total, input_precision=PRECISION, out_dtype=ACC)
    tl.store(y + m[:, None] * N + n[None, :], found)


@triton.jit
def batched(a, b, y, G: tl.constexpr, M: tl.constexpr):
    g, m, n = tl.arange(0, G)[:, None, None], tl.arange(0, M)[None, :, None], tl.arange(0, M)[None, None, :]
    at = g * M * M + m * M + n
    tl.store(y + at, tl.dot(tl.load(a + at), tl.load(b + at), input_precision="ieee"))


@triton.jit
def matmul(a, b, c, M, N, K, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    rows = (tl.program_id(0) * BM + tl.arange(0, BM)) % M
    columns = (tl.program_id(1) * BN + tl.arange(0, BN)) % N
    inner = tl.arange(0, BK)
    left = a + rows[:, None] * sa + inner[None, :]
    right = b + inner[:, None] * sb + columns[None, :]
    total = tl.zeros((BM, BN), dtype=tl.float32)
    for k in range(0, tl.cdiv(K, BK)):
        x = tl.load(left, mask=inner[None, :] < K - k * BK, other=0.0)
        y = tl.load(right, mask=inner[:, None] < K - k * BK, other=0.0)
        total = tl.dot(x, y, total)
        left += BK
        right += BK * sb
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    columns = tl.program_id(1) * BN + tl.arange(0, BN)
    inside = (rows[:, None] < M) & (columns[None, :] < N)
    tl.store(c + rows[:, None] * sc + columns[None, :], total.to(c.dtype.element_ty), mask=inside)


@triton.jit
def scaled(a, sa, b, sb, y, M: tl.constexpr, N: tl.constexpr, K: tl.constexpr, LEFT: tl.constexpr, RIGHT: tl.constexpr):
    pack_a: tl.constexpr = 2 if LEFT == "e2m1" else 1
    pack_b: tl.constexpr = 2 if RIGHT == "e2m1" else 1
    m, n = tl.arange(0, M), tl.arange(0, N)
    left = tl.load(a + m[:, None] * (K // pack_a) + tl.arange(0, K // pack_a)[None, :])
    right = tl.load(b + tl.arange(0, K // pack_b)[:, None] * N + n[None, :])
    left_scale = tl.load(sa + m[:, None] * (K // 32) + tl.arange(0, K // 32)[None, :])
    right_scale = tl.load(sb + n[:, None] * (K // 32) + tl.arange(0, K // 32)[None, :])
    found = tl.dot_scaled(left, left_scale, LEFT, right, right_scale, RIGHT)
    tl.store(y + m[:, None] * N + n[None, :], found)


@triton.jit
def atomics(i, f, x, y, old, N: tl.constexpr):
    at = tl.arange(0, N)
    same = at * 0
    v = tl.load(x + at)
    tl.store(old + at, tl.atomic_add(i + at % 4, v, mask=at % 3 != 0))
    tl.atomic_max(i + same + 4, v)
    tl.atomic_min(i + same + 5, v)
    tl.atomic_and(i + same + 6, v)
    tl.atomic_or(i + same + 7, v)
    tl.atomic_xor(i + same + 8, v)
    tl.store(old + N + at, tl.atomic_xchg(i + same + 9, v))
    tl.store(old + 2 * N + at, tl.atomic_cas(i + 10 + at % 2, at, v))
    tl.atomic_add(f + at % 2, tl.load(y + at))
    tl.atomic_max(f + same + 2, tl.load(y + at))
    tl.atomic_min(f + same + 3, tl.load(y + at))
    tl.atomic_add(f + 4, 1.5)


@triton.jit
def described(x, y, M, N, B: tl.constexpr, C: tl.constexpr):
    source = tl.make_tensor_descriptor(x, [M, N], [N, 1], [B, C])
    target = tl.make_tensor_descriptor(y, [M, N], [N, 1], [B, C])
    row, column = tl.program_id(0) * B, tl.program_id(1) * C
    block = source.load([row, column])
    target.store([row, column], block * 2)
    target.atomic_add([row, column], block)


@triton.jit
def collected(x, i, y, M, N, B: tl.constexpr, C: tl.constexpr):
    source = tl.make_tensor_descriptor(x, [M, N], [N, 1], [1, C])
    target = tl.make_tensor_descriptor(y, [M, N], [N, 1], [1, C])
    rows = tl.load(i + tl.arange(0, B))
    target.scatter(source.gather(rows, C), rows, 0)


@triton.jit
def flow(x, y, n, B: tl.constexpr):
    at = tl.arange(0, B)
    total = tl.load(x + at)
    count = 0
    while count * count < n:
        total += 1.0
        count += 1
    if n > 50:
        total = total * 2
    else:
        if n > 10:
            total = total * 3
    for step in range(n, 0, -7):
        if step % 2 == 0:
            total += step
    for step in tl.static_range(3):
        total -= step
    tl.store(y + at, total)
    if n == 20:
        return
    tl.store(y + at, total + count)


@triton.jit(noinline=True)
def _helper(a, b):
    return a * b + 1, a - b


@triton.jit
def calls(x, y, B: tl.constexpr):
    for at in range(B):
        first, second = _helper(tl.load(x + at), 3.0)
        tl.store(y + at, first * second)


@triton.jit
def _collatz(a, b):
    steps = 0
    while a > b:
        a = a // 2 if a % 2 == 0 else a * 3 + 1
        steps += 1
    return steps


@triton.jit
def _pairs(a, b):
    return b, a + b


@triton.jit
def mapped(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    values = tl.load(x + at)
    tl.store(y + at, tl.map_elementwise(_collatz, values, tl.full((B,), 1, tl.int32)))
    tl.store(y + B + at, tl.map_elementwise(_pairs, values, pack=2)[0])


@triton.jit
def flags(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    flag = tl.load(x + at)
    tl.store(y + at, flag ^ (at % 3 == 0))
    tl.store(y + B + at, (flag.to(tl.int32) > 0) & ~(at % 2 == 0))


@triton.jit
def chosen_pointers(x, y, out, B: tl.constexpr):
    at = tl.arange(0, B)
    where = tl.where(at % 2 == 0, x + at, y + at)
    tl.store(out + at, tl.load(where))


@triton.jit
def randoms(y, seed, B: tl.constexpr):
    at = tl.arange(0, B)
    tl.store(y + at, tl.rand(seed, at))
    tl.store(y + B + at, tl.randint(seed, at).to(tl.float32))


@triton.jit
def viewed(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    words = tl.load(x.to(tl.pointer_type(tl.int32)) + at)
    tl.store(y + at, words)


@triton.jit
def asserted(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    value = tl.load(x + at)
    tl.device_assert(value < 10, "below ten")
    tl.store(y + at, value)


@triton.jit
def printed(x, B: tl.constexpr):
    tl.device_print("x", tl.load(x + tl.arange(0, B)))


@triton.jit
def assembled(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    value = tl.inline_asm_elementwise("mov.b32 $0, $1;", "=r,r", [tl.load(x + at)], tl.int32, is_pure=True, pack=1)
    tl.store(y + at, value)


@triton.jit
def from_addresses(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    tl.store(y + at, tl.load(tl.load(x).to(tl.pointer_type(tl.int32)) + at))


@triton.jit
def endless(x, n):
    while n > 0:
        n = n | 1
    tl.store(x, n)


@triton.jit
def racing(x, y, z, B: tl.constexpr):
    at = tl.arange(0, B)
    tl.store(x + at, tl.program_id(0))
    tl.store(y + tl.program_id(0) * B + at, tl.load(y + (1 - tl.program_id(0)) * B + at))
    tl.atomic_add(z + at, 1)


@triton.jit
def assumed(x, n, B: tl.constexpr):
    tl.assume(n % 16 == 0)
    tl.debug_barrier()
    at = tl.max_contiguous(tl.multiple_of(tl.arange(0, B), 16), 16)
    tl.store(x + at, n)


@triton.jit
def overwriting(x, y, B: tl.constexpr):
    at = tl.arange(0, B)
    tl.store(x + at % 8, at % 8)
    tl.store(y + at % 8, at)
