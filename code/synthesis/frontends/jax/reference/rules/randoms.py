"""Rules of random numbers by Threefry-2x32 (Salmon et al., SC 2011), with counters as in ``jax.random``.

A key is one element of two 32-bit words, so that primitives that move elements move keys, too. Counters are the
elements' linear indices, split into high and low word. Without ``jax_threefry_partitionable``, the counters number all
words of a draw, and the first half of the counters is hashed together with the second half.
"""

import math
from typing import Any

import numpy as np
import scipy as _scipy  # pyright: ignore[reportMissingTypeStubs]

from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Types, rule

scipy: Any = _scipy
_ROTATIONS = tuple(
    tuple((np.uint32(turn), np.uint32(32 - turn)) for turn in turns) for turns in ((13, 15, 26, 6), (17, 29, 16, 24))
)
"""Rotations of words to the left, each with the right shift that completes it."""
_PARITY = np.uint32(0x1BD11BDA)
_KEY = np.dtype([("first", np.uint32), ("second", np.uint32)])
IN_PAIRS = "in_pairs"
"""Name of a parameter that random primitives get here if the option ``jax_threefry_partitionable`` is off.

The equations of JAX do not contain the option.
"""
_THREEFRY = "fry"
"""The name of the generator in the type of a key."""
_Words = tuple[Array, Array]
_Real = np.floating[Any]


def _threefry(key: _Words, high: Array, low: Array) -> _Words:
    first, second = key
    keys = (first, second, first ^ second ^ _PARITY)
    x, y = high + first, low + second
    for number in range(5):
        for left, right in _ROTATIONS[number % 2]:
            x = x + y
            y = ((y << left) | (y >> right)) ^ x
        x = x + keys[(number + 1) % 3]
        y = y + keys[(number + 2) % 3] + np.uint32(number + 1)
    return x, y


@rule("threefry2x32")
def _raw(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    first, second, x, y = (np.asarray(each, np.uint32) for each in inputs)
    return _threefry((first, second), x, y)


def _counters(shape: tuple[int, ...]) -> _Words:
    linear = np.arange(math.prod(shape), dtype=np.uint64).reshape(shape)
    return (linear >> np.uint64(32)).astype(np.uint32), linear.astype(np.uint32)


def _hashed(keys: Array, shape: tuple[int, ...]) -> _Words:
    """Return two hashed words for each key and each element of a shape."""
    high, low = _counters(shape)
    whole = (*keys.shape, *(1,) * len(shape))
    first, second = (np.asarray(keys[name]).reshape(whole) for name in ("first", "second"))
    return _threefry((first, second), high, low)


def _words_in_pairs(keys: Array, count: int) -> Array:
    """Return words for each key along a new last axis, from counters that are hashed in pairs."""
    half = (count + 1) // 2
    counters = np.zeros(2 * half, np.uint32)
    counters[:count] = np.arange(count, dtype=np.uint32)
    first, second = (np.asarray(keys[name])[..., None] for name in ("first", "second"))
    return np.concatenate(_threefry((first, second), counters[:half], counters[half:]), axis=-1)[..., :count]


def _bits_in_pairs(keys: Array, shape: tuple[int, ...], width: int) -> Array:
    """Return unsigned integers of ``width`` bits per key and element; narrow ones share words, lowest bits first."""
    size = math.prod(shape)
    words = _words_in_pairs(keys, -(-width * size // 32))
    if width == 64:
        high, low = words[..., :size].astype(np.uint64), words[..., size:].astype(np.uint64)
        found = (high << np.uint64(32)) | low
    else:
        shifts = np.arange(32 // width, dtype=np.uint32) * np.uint32(width)
        parts = (words[..., None] >> shifts) & np.uint32(2**width - 1)
        found = parts.reshape(*keys.shape, -1)[..., :size]
    return found.reshape((*keys.shape, *shape))


def _require_threefry(types: Types) -> None:
    """Raise an error unless a key's generator is Threefry.

    Raises:
        NotImplementedError: for another generator. The bits of ``rbg`` and ``unsafe_rbg`` are those of the algorithm
            that XLA chooses for a device: the texts have ``rng_bit_generator`` with ``algorithm = DEFAULT``.
    """
    generator = types[0].generator
    if generator != _THREEFRY:
        raise NotImplementedError(f"a key of the generator {generator}, whose bits the implementation decides")


def _key(words: _Words) -> Array:
    made = np.zeros(np.shape(words[0]), _KEY)
    made["first"], made["second"] = words
    return made


def _seed(data: Array) -> _Words:
    wide = np.asarray(data).astype(np.int64).view(np.uint64) if np.asarray(data).dtype.itemsize == 8 else None
    low = np.asarray(data).astype(np.uint32)
    high = np.zeros_like(low) if wide is None else (wide >> np.uint64(32)).astype(np.uint32)
    return high, low


@rule("random_seed")
def _random_seed(_: Machine, inputs: Inputs, __: Parameters, types: Types) -> Results:
    _require_threefry(types)
    return _key(_seed(inputs[0]))


@rule("random_wrap")
def _wrap(_: Machine, inputs: Inputs, __: Parameters, types: Types) -> Results:
    _require_threefry(types)
    return _key((inputs[0][..., 0], inputs[0][..., 1]))


@rule("random_unwrap")
def _unwrap(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return np.stack([inputs[0]["first"], inputs[0]["second"]], -1)


@rule("random_clone")
def _clone(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return inputs[0]


@rule("random_split")
def _random_split(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    keys, shape = inputs[0], tuple(int(size) for size in parameters["shape"])
    if not parameters.get(IN_PAIRS):
        return _key(_hashed(keys, shape))
    words = _words_in_pairs(keys, 2 * math.prod(shape)).reshape((*keys.shape, *shape, 2))
    return _key((words[..., 0], words[..., 1]))


@rule("random_fold_in")
def _fold_in(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    keys, data = inputs
    return _key(_threefry((keys["first"], keys["second"]), *_seed(data)))


@rule("random_bits")
def _random_bits(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    shape = tuple(int(size) for size in parameters["shape"])
    if parameters.get(IN_PAIRS):
        return _bits_in_pairs(inputs[0], shape, int(parameters["bit_width"])).astype(types[0].dtype)
    high, low = _hashed(inputs[0], shape)
    if int(parameters["bit_width"]) == 64:
        return (high.astype(np.uint64) << np.uint64(32)) | low
    return (high ^ low).astype(types[0].dtype)


# ---- gamma variates: Marsaglia and Tsang, ACM TOMS 26(3), 2000, with the keys that JAX splits


def _fraction(key: Array) -> np.float32:
    """Return a float32 in [0, 1) from the high 23 bits of one draw."""
    high, low = _hashed(key, ())
    bits = ((high ^ low) >> np.uint32(9)) | np.uint32(0x3F800000)
    return np.float32(np.asarray(bits).view(np.float32)[()] - np.float32(1))


def _split(key: Array, count: int) -> Array:
    return _key(_hashed(key, (count,)))


def _normal(key: Array, dtype: type[_Real]) -> _Real:
    lowest = np.nextafter(np.float32(-1), np.float32(0))
    uniform = max(lowest, _fraction(key) * (np.float32(1) - lowest) + lowest)
    return dtype(math.sqrt(2)) * dtype(scipy.special.erfinv(dtype(uniform)))


def _gamma(key: Array, shape: _Real, *, log_space: bool) -> _Real:
    dtype = shape.dtype.type
    boosted = shape < 1
    d = shape + dtype(1 if boosted else 0) - dtype(1 / 3)
    c = dtype(1 / 3) / np.sqrt(d)
    key, last = _split(key, 2)
    square, cube, uniform = dtype(0), dtype(1), dtype(2)
    while uniform >= 1 - dtype(0.0331) * square * square and np.log(uniform) >= square / 2 + d * (
        1 - cube + np.log(cube)
    ):
        key, normal_key, uniform_key = _split(key, 3)
        v, x = dtype(-1), dtype(0)
        while v <= 0:
            normal_key, drawn = _split(normal_key, 2)
            x = _normal(drawn, dtype)
            v = 1 + x * c
        square, cube, uniform = x * x, v * v * v, dtype(_fraction(uniform_key))
    if log_space:
        sample = np.log1p(-dtype(_fraction(last)))
        return np.log(d) + np.log(cube) + (sample / shape if boosted and sample != 0 else dtype(0))
    return d * cube * (np.power(1 - dtype(_fraction(last)), 1 / shape) if boosted else dtype(1))


@rule("random_gamma")
def _random_gamma(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    keys, shapes = inputs
    if parameters.get(IN_PAIRS):
        raise NotImplementedError("gamma variates without jax_threefry_partitionable")
    if types[0].dtype != np.dtype(np.float32):
        raise NotImplementedError("gamma variates that are drawn with another number of bits")
    flat = keys.reshape(-1)
    each = [_split(key, shapes.size // max(1, flat.size)) for key in flat]
    spread = np.concatenate(each) if each else flat
    log_space = is_log_space(parameters)
    made = [_gamma(key, shape, log_space=log_space) for key, shape in zip(spread, shapes.reshape(-1), strict=True)]
    return np.array(made, shapes.dtype).reshape(shapes.shape)


def is_log_space(parameters: Parameters) -> bool:
    """Return whether ``random_gamma`` gives logarithms of variates."""
    return str(parameters["log_space"]) == "True"


def same_quantile(shapes: Array, former_shapes: Array, former: Array, *, log_space: bool) -> Array:
    """Return gamma variates of other shapes that are at the same quantiles as given variates, in float64.

    JAX differentiates a variate by its shape in this way: the probability of a smaller variate stays the same. A
    sample of the algorithm itself has jumps, where a proposal is rejected.

    Args:
        shapes: the shapes of the distributions.
        former_shapes: the shapes of the given variates' distributions.
        former: the given variates.
        log_space: whether variates are given and returned as their logarithms.
    """
    special = scipy.special
    variates: Array = np.exp(former) if log_space else former
    below: Array = special.gammainc(former_shapes, variates)
    above: Array = special.gammaincc(former_shapes, variates)
    low: Array = special.gammaincinv(shapes, below)
    high: Array = special.gammainccinv(shapes, above)
    moved = np.where(below < above, low, high)
    return np.where(shapes == former_shapes, former, np.log(moved) if log_space else moved)
