"""Performs integer operations: bitwise logic, shifts, remainders and comparisons."""
#: frontend: triton
#: category: elementwise
#: names: bit_ops_kernel hash_kernel integer_mix_kernel pack_bits_kernel
#: difficulty: 2 3
#: types: T = tl.int32 tl.int32 tl.int64
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

n = size(200, 300, 512)


def kernel(
    x_ptr: Array[T, n],  #: 0..4000, named x_ptr keys_ptr in_ptr
    y_ptr: Array[T, n],  #: 1..60, named y_ptr other_ptr
    u_ptr: Array[tl.uint32, n],  #: 0..4000000000, named u_ptr words_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr dst_ptr
    hash_ptr: Array[tl.uint32, n],  #: output, named hash_ptr code_ptr
    flag_ptr: Array[tl.int8, n],  #: output, named flag_ptr test_ptr
    n: int,  #: is n, named n n_elements
    shift: int,  #: 1..5, named shift bits
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK BLOCK_SIZE
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    #| 0.6
    x = either(x ^ 21, x | 6, x & 1023, x + 17, x * 3, (x << 2) + 1)
    #| end
    #| 0.7
    y = tl.load(y_ptr + offs, mask=mask, other=1)
    x = either(
        x // y,
        x % y,
        x & y,
        x | y,
        x ^ y,
        tl.minimum(x, y * y),
        x - y,
        tl.where(x > y, x - y, y),
        tl.maximum(x, y * 40),
        tl.cdiv(x, y),
    )
    #| end
    #| 0.5
    x = either(x >> shift, x << shift, x >> 1, (x >> shift) & 7, x << 3)
    #| end
    #| 0.4
    x = either(
        tl.abs(x - 50),
        -x,
        ~x,
        tl.where(x % 2 == 0, x // 2, x * 3 + 1),
        tl.clamp((x % 50).to(tl.float32), 0.0, 30.0).to(T),
    )
    #| end
    #| 0.8
    tl.store(out_ptr + offs, x, mask=mask)
    #| else
    tl.store(flag_ptr + offs, either(x % 3 == 0, x % 5 != 0, x * 3 % 7 == 0).to(tl.int8), mask=mask)
    #| end
    #| or
    # mix the bits of each word
    h = tl.load(u_ptr + offs, mask=mask, other=0)
    h = either(h ^ (h >> 16), h ^ (h >> 15), h ^ (h << 13))
    h = either(h * 73244475, tl.umulhi(h, h) ^ h, h + (h << 10))
    #| 0.7
    h = either(h ^ (h >> 11), h ^ (h << 5), h ^ (h >> shift), (h << 7) | (h >> 25))
    #| end
    #| 0.5
    h = either(h * 668265263, h + 374761393, h ^ 2246822519)
    #| end
    tl.store(hash_ptr + offs, h, mask=mask)
    #| or
    # compare two arrays
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    y = tl.load(y_ptr + offs, mask=mask, other=1)
    x = either(x % 60, x & 63, x // 64)
    test = either(
        x < y, x >= y, x == y, x != y, (x > y) | (x % 2 == 0), (x > y) & (y > 9), ~(x > y), (x > y) ^ (x > 30)
    )
    #| 0.4
    tl.store(flag_ptr + offs, test.to(tl.int8), mask=mask)
    #| else
    tl.store(out_ptr + offs, either(tl.where(test, x, y + 1), tl.where(test, x + y, x - y), test.to(T)), mask=mask)
    #| end
    #| end
