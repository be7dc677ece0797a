"""Functions and constants of another module than the kernels'."""

import triton
import triton.language as tl
from triton.language.extra import libdevice

SCALE = tl.constexpr(0.5)


@triton.constexpr_function
def doubled(size):
    return size * 2


@triton.jit
def squashed(x, bound: tl.constexpr):
    return libdevice.tanh(x * SCALE) * bound
