"""Launches Triton kernels of many kinds without a GPU, and prints what comes out."""

import sys
from pathlib import Path

import numpy as np
import triton
import triton.language as tl
from triton.tools.tensor_descriptor import TensorDescriptor

sys.path.insert(0, str(Path(__file__).parent))
import tensors
from helpers import doubled, squashed
from tensors import Tensor, numbers


@triton.autotune([triton.Config({"BLOCK": 32}, num_warps=2), triton.Config({"BLOCK": 64})], key=["n"])
@triton.heuristics({"EVEN": lambda args: args["n"] % args["BLOCK"] == 0})
@triton.jit
def tuned(x_ptr, bias_ptr, out_ptr, n, step, eps, EVEN: tl.constexpr, OUT: tl.constexpr, BLOCK: tl.constexpr):
    """Squashes numbers."""
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at * step, mask=at < n, other=0.0).to(tl.float32)
    if bias_ptr is not None:
        x += tl.load(bias_ptr + at, mask=at < n, other=0.0)
    if EVEN:
        x = x * 2.0
    tl.store(out_ptr + at, (squashed(x, 3.0) + eps.to(tl.float32)).to(OUT.value), mask=at < n)


@triton.jit
def column_sums(x_ptr: tensors.Tensor, out_ptr, rows, columns, stride, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    total = tl.zeros([BLOCK], tl.float32)
    tl.static_assert(doubled(BLOCK) == 2 * BLOCK)
    for row in range(rows):
        total += tl.load(x_ptr + row.to(tl.int64) * stride + at, mask=at < columns, other=0.0)
    tl.atomic_add(out_ptr + at, total, mask=at < columns)


@triton.jit(do_not_specialize=["value"])
def fill(out_ptr, value, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + at, value, mask=at < n)


@triton.jit
def outside(out_ptr, BLOCK: tl.constexpr):
    tl.store(out_ptr + (1 << 28) + tl.arange(0, BLOCK), 1.0)


@triton.jit
def pairs(out_ptr, sizes, BLOCK: tl.constexpr):
    tl.store(out_ptr + tl.arange(0, BLOCK), sizes[0] + sizes[1])


@triton.jit
def windows(x_desc, out_desc, BLOCK: tl.constexpr):
    """Doubles the rows of a part of a matrix, and adds the next row to each, if there is one."""
    row = tl.program_id(0) * BLOCK
    for column in range(0, x_desc.shape[1], 8):
        x = x_desc.load([row, column])
        following = tl.load_tensor_descriptor(x_desc, [row + 1, column])
        out_desc.store([row, column], x * 2 + tl.where(following == following, following, 0.0))


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main() -> None:
    squashed_numbers = Tensor(np.zeros(100, "float32").astype("bfloat16"))
    tuned[lambda meta: (triton.cdiv(100, meta["BLOCK"]),)](
        numbers(100), None, squashed_numbers, 100, 1, 1e-3, OUT=tl.bfloat16
    )
    say("tuned", float(squashed_numbers.array[0]), float(squashed_numbers.array[99]))

    sums = Tensor(np.zeros(24, "float32"))
    table = numbers(6, 32)
    column_sums[(2,)](Tensor(table.array[1:5, :24]), sums, 4, 24, 32, BLOCK=32)
    say("column_sums", np.abs(sums.array - 2 * table.array[1:5, :24].sum(0)).max() < 1e-5)

    filled = Tensor(np.zeros(40, "int32"))
    kernel = fill[(3,)](filled, 1, 40, BLOCK=16)
    say("fill", filled.array.sum())
    kernel[(3,)](filled, 16, 40)
    say("fill again", filled.array.sum())

    outside[(1,)](filled, BLOCK=16)
    pairs[(1,)](filled, (1, 20), BLOCK=16)

    part, out = Tensor(numbers(10, 32).array[1:9, 4:24]), Tensor(np.zeros((8, 20), "float32"))
    given = TensorDescriptor(part, part.shape, part.stride(), [4, 8], "nan")
    windows[(2,)](given, TensorDescriptor(out, out.shape, out.stride(), [4, 8]), BLOCK=4)
    expected = 2 * part.array
    expected[:-1] += part.array[1:]
    say("windows", np.abs(out.array - expected).max() < 1e-5)
    rounded = TensorDescriptor(part, part.shape, part.stride(), [4, 8], round_f32_to_tf32=True)
    windows[(2,)](rounded, TensorDescriptor(out, out.shape, out.stride(), [4, 8]), BLOCK=4)
    say("end")


if __name__ == "__main__":
    main()
