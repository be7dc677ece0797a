"""Whole kernels with inputs, for the tests of Triton's reference."""

from typing import Any

import numpy as np
import numpy.typing as npt
from triton_cases import HEAD, Job

_VECTOR = """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr, n, alpha, BLOCK: tl.constexpr):
    pid = tl.program_id(0)
    offs = pid * BLOCK + tl.arange(0, BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=-1.0)
    y = tl.load(y_ptr + offs, mask)
    tl.store(out_ptr + offs, x * alpha + y - tl.num_programs(0), mask=mask)
"""
_MATMUL = """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr, M, N, K, stride_xm, stride_yk, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr,
           GROUP: tl.constexpr):
    pid = tl.program_id(0)
    rows, columns = tl.cdiv(M, BM), tl.cdiv(N, BN)
    group = pid // (GROUP * columns)
    first = group * GROUP
    size = min(rows - first, GROUP)
    pid_m = first + (pid % (GROUP * columns)) % size
    pid_n = (pid % (GROUP * columns)) // size
    rm = pid_m * BM + tl.arange(0, BM)
    rn = pid_n * BN + tl.arange(0, BN)
    rk = tl.arange(0, BK)
    x_ptrs = x_ptr + rm[:, None] * stride_xm + rk[None, :]
    y_ptrs = y_ptr + (rk[:, None] * stride_yk + rn[None, :])
    acc = tl.zeros((BM, BN), dtype=tl.float32)
    for k in range(0, tl.cdiv(K, BK)):
        x = tl.load(x_ptrs, mask=(rm[:, None] < M) & (rk[None, :] < K - k * BK), other=0.0)
        y = tl.load(y_ptrs, mask=(rk[:, None] < K - k * BK) & (rn[None, :] < N), other=0.0)
        acc = tl.dot(x, y, acc)
        x_ptrs += BK
        y_ptrs += BK * stride_yk
    tl.store(out_ptr + rm[:, None] * N + rn[None, :], acc.to(tl.float16), mask=(rm[:, None] < M) & (rn[None, :] < N))
"""
_ATTENTION = """@triton.jit
def _scores(q, k, scale, rows, columns, CAUSAL: tl.constexpr):
    s = tl.dot(q, tl.trans(k)) * scale
    if CAUSAL:
        s = tl.where(rows[:, None] >= columns[None, :], s, float("-inf"))
    return s


@triton.jit
def kernel(x_ptr, y_ptr, z_ptr, out_ptr, scale, T: tl.constexpr, D: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr):
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    lanes = tl.arange(0, D)
    base = tl.program_id(1) * T * D
    q = tl.load(x_ptr + base + rows[:, None] * D + lanes[None, :])
    best = tl.full((BM,), float("-inf"), tl.float32)
    total = tl.zeros((BM,), tl.float32)
    acc = tl.zeros((BM, D), tl.float32)
    for start in range(0, (tl.program_id(0) + 1) * BM, BN):
        columns = start + tl.arange(0, BN)
        k = tl.load(y_ptr + base + columns[:, None] * D + lanes[None, :])
        v = tl.load(z_ptr + base + columns[:, None] * D + lanes[None, :])
        s = _scores(q, k, scale, rows, columns, CAUSAL=True)
        new = tl.maximum(best, tl.max(s, 1))
        p = tl.exp(s - new[:, None])
        old = tl.exp(best - new)
        total = total * old + tl.sum(p, 1)
        acc = acc * old[:, None] + tl.dot(p.to(tl.float16), v)
        best = new
    tl.store(out_ptr + base + rows[:, None] * D + lanes[None, :], acc / total[:, None])
"""
_NORM = """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr, n, eps, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    x_ptr += row * n
    out_ptr += row * n
    offs = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offs, mask=offs < n, other=0.0).to(tl.float32)
    mean = tl.sum(x, axis=0) / n
    d = tl.where(offs < n, x - mean, 0.0)
    var = tl.sum(d * d, axis=0) / n
    w = tl.load(y_ptr + offs, mask=offs < n, other=0.0)
    tl.store(out_ptr + offs, d * tl.rsqrt(var + eps) * w, mask=offs < n)
"""
_ATOMICS = """@triton.jit
def kernel(x_ptr, out_ptr, out_f_ptr, out_m_ptr, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offs)
    tl.atomic_add(out_ptr + x % 4, 1, mask=x > 2)
    tl.atomic_max(out_ptr + 4 + x % 2, x)
    tl.atomic_min(out_ptr + 6, tl.min(x))
    tl.atomic_or(out_ptr + 7, 1 << tl.program_id(0))
    tl.atomic_xor(out_ptr + 8 + x * 0, x)
    tl.atomic_and(out_ptr + 9 + x * 0, ~(1 << x % 8))
    tl.atomic_add(out_f_ptr + x % 8, x.to(tl.float32) * 0.5)
    old = tl.atomic_add(out_ptr + 10, 1)
    tl.atomic_store(out_m_ptr + tl.program_id(0), old + tl.atomic_load(out_ptr + 10))
    tl.atomic_xchg(out_ptr + 11, tl.program_id(0))
    tl.atomic_cas(out_ptr + 12, 0, tl.program_id(0) + 5)
"""
_DESCRIPTORS = """@triton.jit
def kernel(x_ptr, out_ptr, M, N, BM: tl.constexpr, BN: tl.constexpr):
    source = tl.make_tensor_descriptor(x_ptr, shape=[M, N], strides=[N, 1], block_shape=[BM, BN])
    target = tl.make_tensor_descriptor(out_ptr, [M, N], [N, 1], [BM, BN])
    row = tl.program_id(1) * BM
    column = tl.program_id(0) * BN
    block = (source.load([row, column]) + tl.load_tensor_descriptor(source, [row, column])) * 0.5
    tl.store_tensor_descriptor(target, [row, column], block * 2 + tl.sum(block))
"""
_PERSISTENT = """@triton.jit
def kernel(x_ptr, out_ptr, rows, n, BLOCK: tl.constexpr):
    offs = tl.arange(0, BLOCK)
    for row in tl.range(tl.program_id(0), rows, tl.num_programs(0)):
        x = tl.load(x_ptr + row * n + offs, mask=offs < n, other=-float("inf"))
        tl.store(out_ptr + row * n + offs, tl.softmax(x), mask=offs < n)
"""
_SCALARS = """@triton.jit
def kernel(x_ptr, out_ptr, n):
    i = tl.program_id(0) + tl.program_id(1) * 2 + tl.program_id(2) * 4
    total = tl.load(x_ptr + i)
    j = i
    while j > 0 and total < 40:
        j -= 1
        value = tl.load(x_ptr + j)
        if value > n:
            total += value
        else:
            total = total - value // 3
    tl.store(out_ptr + i, total if total > 0 else -total)
"""
_DROPOUT = """@triton.jit
def kernel(x_ptr, out_ptr, n, p, seed, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offs, mask=offs < n)
    keep = tl.rand(seed, offs) > p
    tl.store(out_ptr + offs, tl.where(keep, x / (1 - p), 0.0), mask=offs < n)
"""


def _floats(random: np.random.Generator, *shape: int, kind: str = "float32") -> npt.NDArray[Any]:
    return random.normal(size=shape).astype(kind)


def every_program() -> dict[str, Job]:
    """Return kernels with inputs, by name."""
    random = np.random.default_rng(5)
    whole = {"n": np.array(100, np.int32)}
    vector = {"x_ptr": _floats(random, 100), "y_ptr": _floats(random, 100), "out_ptr": np.zeros(100, np.float32)}
    half = {name: _floats(random, *shape, kind="float16") for name, shape in (("x_ptr", (40, 24)), ("y_ptr", (24, 20)))}
    sizes = {name: np.array(each, np.int32) for name, each in
             {"M": 40, "N": 20, "K": 24, "stride_xm": 24, "stride_yk": 20}.items()}  # fmt: skip
    heads = {f"{each}_ptr": _floats(random, 2, 32, 16, kind="float16") for each in "xyz"}
    counts = {
        "x_ptr": random.integers(0, 50, 64).astype(np.int32), "out_ptr": np.array([0] * 9 + [255] + [0] * 3, np.int32),
        "out_f_ptr": np.zeros(8, np.float32), "out_m_ptr": np.zeros(4, np.int32),
    }  # fmt: skip
    table = {"x_ptr": _floats(random, 10, 12), "out_ptr": np.zeros((10, 12), np.float32), "M": np.array(10, np.int32),
             "N": np.array(12, np.int32)}  # fmt: skip
    rows = {"x_ptr": _floats(random, 5, 12), "out_ptr": np.zeros((5, 12), np.float32), "rows": np.array(5, np.int32),
            "n": np.array(12, np.int32)}  # fmt: skip
    norm = {"x_ptr": _floats(random, 3, 12, kind="float16"), "y_ptr": _floats(random, 12), "n": np.array(12, np.int32),
            "out_ptr": np.zeros((3, 12), np.float16), "eps": np.array(1e-3, np.float32)}  # fmt: skip
    return {
        "vector": Job(source=HEAD + _VECTOR, values=vector | whole | {"alpha": np.array(0.25, np.float32)}, grid=(4,),
                      constants={"BLOCK": 32}),
        "matmul": Job(source=HEAD + _MATMUL, values=half | {"out_ptr": np.zeros((40, 20), np.float16)} | sizes,
                      grid=(6,), constants={"BM": 16, "BN": 16, "BK": 16, "GROUP": 2}),
        "attention": Job(source=HEAD + _ATTENTION, values=heads | {"out_ptr": np.zeros((2, 32, 16), np.float32),
                         "scale": np.array(0.25, np.float32)}, grid=(2, 2),
                         constants={"T": 32, "D": 16, "BM": 16, "BN": 16}),
        "norm": Job(source=HEAD + _NORM, values=norm, grid=(3,), constants={"BLOCK": 16}),
        "atomics": Job(source=HEAD + _ATOMICS, values=counts, grid=(4,), constants={"BLOCK": 16}),
        "descriptors": Job(source=HEAD + _DESCRIPTORS, values=table, grid=(2, 3), constants={"BM": 4, "BN": 8}),
        "persistent": Job(source=HEAD + _PERSISTENT, values=rows, grid=(2,), constants={"BLOCK": 16}),
        "scalars": Job(source=HEAD + _SCALARS, values={"x_ptr": random.integers(-20, 20, 8).astype(np.int32),
                       "out_ptr": np.zeros(8, np.int32), "n": np.array(3, np.int32)}, grid=(2, 2, 2)),
        "dropout": Job(source=HEAD + _DROPOUT, values={"x_ptr": vector["x_ptr"], "out_ptr": np.zeros(100, np.float32)}
                       | whole | {"p": np.array(0.25, np.float32), "seed": np.array(77, np.int32)}, grid=(4,),
                       constants={"BLOCK": 32}),
    }  # fmt: skip
