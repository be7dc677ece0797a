"""Built-ins for random numbers and noise, as Warp documents them: 32-bit PCG states, 24-bit fractions, gradient noise.

A state is a variable that each draw changes; ``keep`` stores the new state.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import constant_of
from synthesis.frontends.warp.reference.semantics.scalars import lower_bound
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import (
    FLOAT32,
    INT32,
    UINT32,
    Array,
    ArrayView,
    Value,
    value_type,
    vector_type,
    widen,
)

Keep = Callable[[Array], None]
_PRIMES = (73856093, 19349663, 53471161, 10000019)


def pcg(state: Array) -> Array:
    """Return the next state: the RXS-M-XS permutation of Jarzynski and Olano, JCGT 9(3), 2020."""
    word = np.uint32
    mixed = state.astype(word) * word(747796405) + word(2891336453)
    shifted = ((mixed >> ((mixed >> word(28)) + word(4))) ^ mixed) * word(277803737)
    return (shifted >> word(22)) ^ shifted


class _Draws:
    """A generator that draws numbers one after another from a state."""

    def __init__(self, machine: Machine, keep: Keep | None, state: Value) -> None:
        self._dtype = machine.formats["float32"]
        self._keep = keep
        self._state = state.data.astype(np.uint32)

    def whole(self) -> Array:
        self._state = pcg(self._state)
        if self._keep is not None:
            self._keep(self._state)
        return self._state

    def fraction(self) -> Array:
        """Return a uniform number in [0, 1), a multiple of 2⁻²⁴."""
        return (self.whole() >> np.uint32(8)).astype(self._dtype) * self._dtype.type(2.0**-24)

    def between(self, low: float, high: float) -> Array:
        kind = self._dtype.type
        return (kind(high) - kind(low)) * self.fraction() + kind(low)


@semantics("rand_init")
def _rand_init(_: Machine, seed: Value, offset: Value | None = None) -> Value:
    start = seed.data.astype(np.uint32)
    return Value(UINT32, pcg(start if offset is None else start + pcg(offset.data)))


@semantics("randf", changes=0)
def _randf(machine: Machine, keep: Keep, state: Value, low: Value | None = None, high: Value | None = None) -> Value:
    drawn = _Draws(machine, keep, state).fraction()
    if low is None or high is None:
        return Value(FLOAT32, drawn)
    return Value(FLOAT32, (high.data - low.data) * drawn + low.data)


@semantics("randn", changes=0)
def _randn(machine: Machine, keep: Keep, state: Value) -> Value:
    draws = _Draws(machine, keep, state)
    kind = machine.formats["float32"].type
    radius = np.sqrt(kind(-2) * np.log(draws.fraction() + kind(5.96e-8)))
    return Value(FLOAT32, radius * np.cos(kind(2 * math.pi) * draws.fraction()))


def _whole(kind: Any, dtype: str) -> Callable[..., Value]:
    def compute(
        machine: Machine, keep: Keep, state: Value, low: Value | None = None, high: Value | None = None
    ) -> Value:
        drawn = _Draws(machine, keep, state).whole()
        if low is not None and high is not None:
            if (np.broadcast_to(low.data == high.data, machine.lanes) & machine.mask).any():
                raise ReferenceFaultError("an integer from an empty range")
            drawn = drawn % (high.data - low.data).astype(np.uint32) + low.data.astype(np.uint32)
        return Value(kind, drawn.astype(dtype))

    return compute


semantics("randi", changes=0)(_whole(INT32, "int32"))
semantics("randu", changes=0)(_whole(UINT32, "uint32"))


@semantics("sample_cdf", changes=0)
def _sample_cdf(machine: Machine, keep: Keep, state: Value, cdf: ArrayView) -> Value:
    return lower_bound(machine, cdf, Value(FLOAT32, _Draws(machine, keep, state).fraction()))


# Each sampler makes the coordinates of a point from draws, in Warp's order.
_TURN = 2 * math.pi


def _triangle(draws: _Draws) -> list[Array]:
    root = np.sqrt(draws.fraction())
    return [1 - root, draws.fraction() * root]


def _ring(draws: _Draws) -> list[Array]:
    angle = draws.between(0, _TURN)
    return [np.cos(angle), np.sin(angle)]


def _disk(draws: _Draws) -> list[Array]:
    radius = np.sqrt(draws.fraction())
    angle = draws.between(0, _TURN)
    return [radius * np.cos(angle), radius * np.sin(angle)]


def _ball(width: float, *, inside: bool) -> Callable[[_Draws], list[Array]]:
    """Return a sampler of points on a sphere (width 2) or hemisphere (width 1) or, if ``inside``, in its interior."""

    def sample(draws: _Draws) -> list[Array]:
        polar = np.arccos(1 - width * draws.fraction())
        angle = draws.between(0, _TURN)
        radius = np.power(draws.fraction(), 1 / 3) if inside else 1
        return [radius * np.cos(angle) * np.sin(polar), radius * np.sin(angle) * np.sin(polar), radius * np.cos(polar)]

    return sample


def _box(axes: int) -> Callable[[_Draws], list[Array]]:
    return lambda draws: [draws.fraction() - 0.5 for _ in range(axes)]


_SAMPLERS: dict[str, Callable[[_Draws], list[Array]]] = {
    "sample_triangle": _triangle,
    "sample_unit_ring": _ring,
    "sample_unit_disk": _disk,
    "sample_unit_sphere_surface": _ball(2, inside=False),
    "sample_unit_sphere": _ball(2, inside=True),
    "sample_unit_hemisphere_surface": _ball(1, inside=False),
    "sample_unit_hemisphere": _ball(1, inside=True),
    "sample_unit_square": _box(2),
    "sample_unit_cube": _box(3),
}


def _sampler(sample: Callable[[_Draws], list[Array]]) -> Callable[..., Value]:
    def compute(machine: Machine, keep: Keep, state: Value) -> Value:
        parts = np.stack(sample(_Draws(machine, keep, state)), 1).astype(machine.formats["float32"])
        return Value(vector_type("float32", parts.shape[1]), parts)

    return compute


for _name, _sample in _SAMPLERS.items():
    semantics(_name, changes=0)(_sampler(_sample))


@semantics("poisson", changes=0)
def _poisson(machine: Machine, keep: Keep, state: Value, mean: Value) -> Value:
    """Draw from a Poisson distribution by Knuth's method in float32; a mean of ten or more is refused."""
    lanes = machine.lanes
    expected = np.broadcast_to(mean.data, lanes).astype(np.float32)
    if (expected[machine.mask] >= 10).any():
        raise ReferenceUnknownError("wp.poisson of a mean of ten or more")
    now = np.broadcast_to(state.data, lanes).astype(np.uint32)
    product, count = np.ones(lanes, np.float32), np.zeros(lanes, np.uint32)
    going = expected != 0
    limit = np.exp(-expected)
    while going.any():
        now = np.where(going, pcg(now), now)
        product = np.where(going, product * ((now >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)), product)
        going = going & (product > limit)
        count = count + going.astype(np.uint32)
        machine.count_trip()
    keep(now)
    return Value(UINT32, count)


# ---- gradient noise


def _gradients(machine: Machine, state: Array, cell: list[Array]) -> Array:
    """Return the gradient at a corner of the lattice, of shape (lanes, axes)."""
    word = np.uint32
    terms = [corner.astype(np.int64).astype(word) * word(prime) for corner, prime in zip(cell, _PRIMES, strict=False)]
    terms[-1] = terms[-1] + state
    hashed = terms[0]
    for term in terms[1:]:
        hashed = hashed ^ term
    draws = _Draws(machine, None, Value(UINT32, hashed))
    if len(cell) == 1:
        return draws.between(-1, 1)[:, None]
    return rotations.normalized(np.stack(_box(len(cell))(draws), 1))


def _noise(machine: Machine, state: Array, point: Array, periods: list[Array] | None = None) -> tuple[Array, Array]:
    """Return Perlin noise with quintic interpolation, and its gradient, at points of shape (lanes, axes)."""
    lanes, axes = max(len(point), len(state)), point.shape[1]
    point, state = np.broadcast_to(point, (lanes, axes)), np.broadcast_to(state, lanes)
    floor = np.floor(point)
    inside = point - floor
    smooth = inside**3 * (inside * (inside * 6 - 15) + 10)
    slope = 30 * inside**2 * (inside * (inside - 2) + 1)
    value, gradient = np.zeros(lanes, point.dtype), np.zeros((lanes, axes), point.dtype)
    for corner in np.ndindex(*(2,) * axes):
        cell = [(floor[:, axis]).astype(np.int64) for axis in range(axes)]
        if periods is not None:
            cell = [np.fmod(each, period) for each, period in zip(cell, periods, strict=True)]
        cell = [each + step for each, step in zip(cell, corner, strict=True)]
        if periods is not None:
            cell = [np.fmod(each, period) if step else each
                    for each, period, step in zip(cell, periods, corner, strict=True)]  # fmt: skip
        direction = _gradients(machine, state, cell)
        height = (direction * (inside - np.array(corner, point.dtype))).sum(1)
        weights = [smooth[:, axis] if step else 1 - smooth[:, axis] for axis, step in enumerate(corner)]
        weight = np.prod(weights, axis=0)
        value = value + weight * height
        gradient = gradient + weight[:, None] * direction
        for axis, step in enumerate(corner):
            others = np.prod([each for k, each in enumerate(weights) if k != axis] or [np.ones(lanes)], axis=0)
            gradient[:, axis] += height * others * (slope[:, axis] if step else -slope[:, axis])
    return value, gradient


def _point(place: Value) -> Array:
    return place.data if place.type.shape else place.data[:, None]


@semantics("noise")
def _plain_noise(machine: Machine, state: Value, place: Value) -> Value:
    value, _ = _noise(machine, state.data, _point(place))
    return Value(FLOAT32, value.astype(machine.formats["float32"]))


@semantics("pnoise")
def _periodic_noise(machine: Machine, state: Value, place: Value, *periods: Value) -> Value:
    if any((np.broadcast_to(each.data, machine.lanes)[machine.mask] == 0).any() for each in periods):
        raise ReferenceFaultError("wp.pnoise with a period of 0")
    value, _ = _noise(machine, state.data, _point(place), [each.data.astype(np.int64) for each in periods])
    return Value(FLOAT32, value.astype(machine.formats["float32"]))


@semantics("curlnoise")
def _curl_noise(
    machine: Machine, state: Value, place: Value, octaves: Value | None = None, lacunarity: Value | None = None,
    gain: Value | None = None,
) -> Value:  # fmt: skip
    count = 1 if octaves is None else constant_of(octaves)
    axes = place.type.shape[0]
    lanes = max(len(state.data), len(place.data))
    now = np.broadcast_to(state.data, lanes).astype(np.uint32)
    dtype = machine.formats["float32"]
    fields = [np.zeros((lanes, axes), dtype) for _ in range(1 if axes == 2 else 3)]
    frequency, amplitude = np.ones(1, dtype), np.ones(1, dtype)
    for _ in range(count):
        point = place.data * widen(frequency, 1)
        for number, field in enumerate(fields):
            if number:
                now = pcg(now + pcg(np.array([10019689 if number == 1 else 13112221], np.uint32)))
            fields[number] = field + widen(amplitude, 1) * _noise(machine, now, point)[1]
        amplitude = amplitude * (0.5 if gain is None else gain.data)
        frequency = frequency * (2.0 if lacunarity is None else lacunarity.data)
    if axes == 2:
        (only,) = fields
        parts = [-only[:, 1], only[:, 0]]
    else:
        a, b, c = fields
        parts = [c[:, 1] - b[:, 2], a[:, 2] - c[:, 0], b[:, 0] - a[:, 1]]
    data = np.stack(parts, 1).astype(dtype)
    return Value(value_type("vector", "float32", (data.shape[1],)), data)
