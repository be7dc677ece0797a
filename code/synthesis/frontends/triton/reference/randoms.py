"""Random numbers: Philox 4x32 and 4x64, after Salmon and others, "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).

From the four words of a counter, uniform numbers are made by scaling the absolute value of one word, and normal ones
from two of these by the method of Box and Muller.
"""

from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.arithmetic import binary, maximum, umulhi, where
from synthesis.frontends.triton.reference.casting import as_type, bits_as
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.maths import unary_math
from synthesis.frontends.triton.reference.types import INT32, INT64, UINT32, UINT64, Dtype
from synthesis.frontends.triton.reference.values import Block

_ROUNDS = 10
_MULTIPLIERS = {32: (0xD2511F53, 0xCD9E8D57), 64: (0xD2E7470EE14C6C93, 0xCA5A826395121157)}
_KEYS = {32: (0x9E3779B9, 0xBB67AE85), 64: (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)}
_SCALES = {32: 4.6566127342e-10, 64: 1.0842020432385337e-19}
"""Factors that scale integers to numbers that stay below 1 after rounding."""
_LEAST = 1.0e-7
"""Smallest number of which the logarithm is computed."""

Four = tuple[Block, Block, Block, Block]


def philox_impl(m: Machine, c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any, n_rounds: Any = _ROUNDS) -> Four:
    """Evaluate ``tl.philox_impl``: the rounds of Philox on a counter of four unsigned words and a key of two."""
    kind: Dtype = c0.type
    if kind not in (UINT32, UINT64) or type(n_rounds) is not int or not 0 <= n_rounds <= 64:
        raise ReferenceUnknownError("Philox of words that are not unsigned")
    multipliers = [m.number_of(each, kind) for each in _MULTIPLIERS[kind.bits]]
    steps = [m.number_of(each, kind) for each in _KEYS[kind.bits]]
    words, key = [c0, c1, c2, c3], [k0, k1]
    for _ in range(n_rounds):
        high = [umulhi(m, multipliers[side], words[2 * side]) for side in (0, 1)]
        low = [binary(m, "mul", multipliers[side], words[2 * side]) for side in (0, 1)]
        words = [
            binary(m, "xor", binary(m, "xor", high[1], words[1]), key[0]),
            low[1],
            binary(m, "xor", binary(m, "xor", high[0], words[3]), key[1]),
            low[0],
        ]
        key = [binary(m, "add", each, step) for each, step in zip(key, steps, strict=True)]
    return words[0], words[1], words[2], words[3]


def philox(m: Machine, seed: Any, c0: Any, c1: Any, c2: Any, c3: Any, n_rounds: Any = _ROUNDS) -> Four:
    """Evaluate ``tl.philox``. The seed is the key: two words of 32 bits, or the lower word of 64 bits."""
    key = as_type(m, m.block_of(seed), UINT64).data
    counter = [m.block_of(each) for each in (c0, c1, c2, c3)]
    kind = UINT32 if counter[0].type.bits == 32 else UINT64
    words = [bits_as(m, each, kind) for each in counter]
    if kind is UINT32:
        keys = [Block((key & np.uint64(0xFFFFFFFF)).astype(np.uint32), kind),
                Block((key >> np.uint64(32)).astype(np.uint32), kind)]  # fmt: skip
    else:
        keys = [Block(key, kind), Block(np.zeros((1, 1), np.uint64), kind)]
    return philox_impl(m, words[0], words[1], words[2], words[3], keys[0], keys[1], n_rounds)


def randint4x(m: Machine, seed: Any, offset: Any, n_rounds: Any = _ROUNDS) -> Four:
    """Evaluate ``tl.randint4x``."""
    given = m.block_of(offset)
    low = as_type(m, given, UINT32)
    zero = Block(np.zeros_like(low.data), UINT32)
    high = as_type(m, binary(m, "shr", given, 32), UINT32) if given.type.bits > 32 else zero
    return philox(m, seed, low, high, zero, zero, n_rounds)


def randint(m: Machine, seed: Any, offset: Any, n_rounds: Any = _ROUNDS) -> Block:
    """Evaluate ``tl.randint``."""
    return randint4x(m, seed, offset, n_rounds)[0]


def uint_to_uniform_float(m: Machine, x: Any) -> Block:
    """Evaluate ``tl.uint_to_uniform_float``."""
    given = m.block_of(x)
    if given.type.bits not in _SCALES or given.type.is_float:
        raise ReferenceUnknownError(f"tl.uint_to_uniform_float of {given.type.name}")
    signed = bits_as(m, given, INT32 if given.type.bits == 32 else INT64)
    positive = where(m, binary(m, "lt", signed, 0), Block(np.invert(signed.data), signed.type), signed)
    return binary(m, "mul", positive, _SCALES[given.type.bits])


def rand4x(m: Machine, seed: Any, offsets: Any, n_rounds: Any = _ROUNDS) -> tuple[Block, ...]:
    """Evaluate ``tl.rand4x``."""
    return tuple(uint_to_uniform_float(m, each) for each in randint4x(m, seed, offsets, n_rounds))


def rand(m: Machine, seed: Any, offset: Any, n_rounds: Any = _ROUNDS) -> Block:
    """Evaluate ``tl.rand``."""
    return uint_to_uniform_float(m, randint(m, seed, offset, n_rounds))


def pair_uniform_to_normal(m: Machine, u1: Any, u2: Any) -> tuple[Block, Block]:
    """Evaluate ``tl.pair_uniform_to_normal``."""
    angle = binary(m, "mul", 2 * np.pi, u2)
    logs = unary_math(m, "log", maximum(m, _LEAST, u1))
    radius = unary_math(m, "sqrt", binary(m, "mul", -2.0, logs))
    return binary(m, "mul", radius, unary_math(m, "cos", angle)), binary(m, "mul", radius, unary_math(m, "sin", angle))


def randn4x(m: Machine, seed: Any, offset: Any, n_rounds: Any = _ROUNDS) -> tuple[Block, ...]:
    """Evaluate ``tl.randn4x``."""
    uniform = rand4x(m, seed, offset, n_rounds)
    return (
        *pair_uniform_to_normal(m, uniform[0], uniform[1]),
        *pair_uniform_to_normal(m, uniform[2], uniform[3]),
    )


def randn(m: Machine, seed: Any, offset: Any, n_rounds: Any = _ROUNDS) -> Block:
    """Evaluate ``tl.randn``."""
    words = randint4x(m, seed, offset, n_rounds)
    return pair_uniform_to_normal(m, uint_to_uniform_float(m, words[0]), uint_to_uniform_float(m, words[1]))[0]
