"""Draws points and directions, and computes finite differences of the float64 reference with their uncertainties.

Differences are taken of every element of every output. So a kink in one element affects that element only, and any
weighting of the outputs can be compared without another run of the reference.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, is_floating
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Values
from synthesis.verification.inputs import based, complete, draw_inputs, generator_of, nonzero_width, pick, unit_of

Floats = npt.NDArray[np.float64]
Direction = dict[str, npt.NDArray[Any]]
"""Maps a field of an input's struct, or the empty string for an array of numbers, to how far each element moves."""

STEP = 1e-5
"""The step of the differences, as a share of a domain's width."""
_FAR = 2.0
"""Length of the longer step, in multiples of the shorter one. A kink within it is detected."""
STEPS = (1.0, -1.0, _FAR, -_FAR)
"""The steps along each direction, in multiples of ``STEP``."""
_SMOOTH = 3e-4
"""Largest relative difference between the slopes of both step lengths at which a kernel counts as smooth.

The slopes of the two sides may differ by 30 times as much.
"""
_ROUNDING = 64 * np.finfo(float).eps
"""Assumed relative rounding error of the reference in float64."""
_KINK_UNCERTAINTY = 2.0
"""Factor from the difference between the slopes of both step lengths to the uncertainty of a slope.

The difference between the slopes of the two sides is added in full.
"""
_OF_OUTPUT = 16 * FINE
"""Allowed error of a slope along a direction as long as the domain, relative to the element of the output.

So slopes are checked no more exactly than outputs in float32. A text computes the slope of ``tanh`` from 1 and a square
near 1, whose rounding errors remain where the slope is small, and that of ``x / (abs(x) + 1e-6)`` from two equal terms.
"""
_OF_TYPICAL = 0.05
"""Largest such error relative to the typical slope of the output, unless that slope is smaller than the error.

Otherwise zeros could pass for the slopes of some inputs of an output that is large.
"""
_BOUNDS_SHARE = 0.25
"""Share of integers that are a bound of their domain, or next to one, at points near bounds."""
_CLOSEST = 2.0**-9
"""Smallest distance of a point from a bound or from a number in the source, as a share of the domain's width."""
_PAIR = 2
"""Minimum number of integers of an array that are equal at a crowded point."""
_APART = 2.0**-12
"""Largest distance by which a number is moved to make it differ from others, as a share of the domain's width."""
_CLOSE = 2.0**-6
"""Largest distance of a number from the bound, or the number in the source, that it is placed next to.

The unit is the width of the argument's domain.
"""
_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.])")
"""Matches the numbers of a source."""
_MOST_LITERALS = 8
"""Maximum number of numbers in a source that points are placed near; the smallest ones are used."""


# ---- points


def draw_point(
    signature: Signature,
    source: str,
    number: int,
    *,
    seed: int = 0,
    near: bool = False,
    crowded: bool = False,
    tied: bool = False,
) -> Values:
    """Draw every argument at one point: away from the bounds of domains or, if ``near``, also close to them.

    Args:
        signature: a signature with known shapes and domains.
        source: the kernel's source, which may compare values with the numbers in it.
        number: number that identifies the point. Points with different numbers are independent.
        seed: seed of the point. Points with different seeds are independent.
        near: whether half of the floating-point numbers are placed next to a bound, zero or a number in the source, and
            a quarter of the integers at a bound or next to one.
        crowded: whether half of the integers of an array are equal, so that many threads access one element.
        tied: whether half of the floating-point numbers of an argument equal those of an earlier one like it, and two
            numbers of an array are equal.
    """
    values = draw_inputs(signature, number, seed=seed, interior=True)
    if near:
        literals = sorted({float(each) for each in _LITERAL.findall(source)})[:_MOST_LITERALS]
        for argument in signature.arguments:
            if argument.role is not Role.OUTPUT:
                generator = generator_of("near", number, argument.name, seed=seed)
                values[argument.name] = _near_literals(generator, argument, values[argument.name], literals)
    for argument in signature.arguments if crowded else ():
        if (
            argument.role is not Role.OUTPUT
            and argument.domain is not None
            and argument.shape
            and not argument.recorded
        ):
            generator = generator_of("crowded", number, argument.name, seed=seed)
            values[argument.name] = _crowded(generator, argument, values[argument.name])
    if tied:
        values = _tied(signature, values, generator_of("tied", number, "", seed=seed))
    return complete(signature, values, poisoned=False)


def _crowded(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if value.dtype.kind not in "iu" or argument.domain is None or argument.recorded:
        return value
    same = generator.integers(int(argument.domain.low), int(argument.domain.high), endpoint=True)
    chosen = generator.random(value.shape) < 0.5
    if chosen.sum() < _PAIR:
        chosen.reshape(-1)[:_PAIR] = True
    return np.where(chosen, based(argument, same), value).astype(value.dtype)


def _tied(signature: Signature, values: Values, generator: np.random.Generator) -> Values:
    """Return the values with equal floating-point numbers in arguments that are alike, and within arrays."""
    tied, first = dict(values), dict[object, npt.NDArray[Any]]()
    for argument in signature.arguments:
        value = tied.get(argument.name)
        if value is None or not argument.is_float or argument.domain is None or argument.recorded or argument.fields:
            continue
        value = np.array(value)
        if value.size >= _PAIR:
            one, other = generator.choice(value.size, _PAIR, replace=False)
            value.reshape(-1)[other] = value.reshape(-1)[one]
        like = first.setdefault((argument.dtype, value.shape, argument.domain), value)
        tied[argument.name] = np.where(generator.random(value.shape) < 0.5, like, value).astype(value.dtype)
    return tied


def _at_bounds(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return integers, some of which are replaced by a bound of the domain or the number next to it."""
    assert argument.domain is not None
    low, high = int(argument.domain.low), int(argument.domain.high)
    bounds = pick(generator, (low, min(low + 1, high), max(high - 1, low), high), value.shape)
    chosen = generator.random(value.shape) < _BOUNDS_SHARE
    return np.where(chosen, based(argument, bounds.astype(np.int64)), value).astype(value.dtype)


def _near_literals(
    generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any], literals: Sequence[float]
) -> npt.NDArray[Any]:
    if argument.handle:
        return value
    if argument.fields:
        changed = value.copy()
        for each in argument.fields:
            changed[each.name] = _near_literals(generator, each, value[each.name], literals)
        return changed
    if argument.domain is None or not argument.domain.width or argument.recorded:
        return value  # recorded numbers keep their places
    if value.dtype.kind in "iu":
        return _at_bounds(generator, argument, value)
    if not argument.is_float:
        return value
    low, high, width = argument.domain.low, argument.domain.high, argument.domain.width
    special = [low, high, *(each for number in {0.0, *literals} for each in {number, -number} if low < each < high)]
    place = pick(generator, sorted(special), value.shape)
    distance = width * np.exp2(generator.uniform(np.log2(_CLOSEST), np.log2(_CLOSE), value.shape))
    chosen = place + distance * pick(generator, (-1.0, 1.0), value.shape)
    least, most = low + _CLOSEST * width, high - _CLOSEST * width
    # Mirrored rather than clipped to the bound: a sort has no derivative where two numbers are equal.
    chosen = np.where((chosen < least) | (chosen > most), 2 * place - chosen, chosen)
    chosen = based(argument, np.clip(chosen, least, most))
    return np.where(generator.random(value.shape) < 0.5, chosen, value.astype(np.float64)).astype(value.dtype)


def inside(signature: Signature, values: Values) -> Values:
    """Return inputs with floating-point numbers clipped to keep a small distance from the bounds of their domains."""
    found = dict(values)
    for each in signature.arguments:
        domain = each.domain
        if each.name in found and domain is not None and each.is_float and not each.fields and not each.handle:
            margin = _CLOSEST * domain.width
            low, high = based(each, domain.low + margin), based(each, domain.high - margin)
            # The result of np.clip for an array without dimensions is a scalar, which cannot be sent.
            found[each.name] = np.asarray(np.clip(found[each.name], low, high), found[each.name].dtype)
    return found


def apart(signature: Signature, values: Values, *, seed: int) -> Values:
    """Return inputs with every floating-point number moved a little, so that no two are equal."""
    found = dict(values)
    for each in signature.arguments:
        if each.name in found and each.domain is not None and each.is_float and not each.fields and not each.handle:
            generator = generator_of("apart", 0, each.name, seed=seed)
            value = np.asarray(found[each.name])
            distance = _APART * each.domain.width * generator.uniform(-1.0, 1.0, value.shape) * unit_of(each)
            found[each.name] = np.asarray(value + distance, value.dtype)
    return found


# ---- directions


def weights(generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Return random weights in ±[0.5, 1], exact in half precision."""
    size = np.round(generator.uniform(0.5, 1.0, shape) * 256) / 256
    return size * pick(generator, (-1.0, 1.0), shape)


def dense_direction(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> Direction:
    """Return a direction that changes every floating-point number of an input by about the width of its domain."""
    found: Direction = {}
    for each in argument.fields or (argument,):
        if not each.is_float or each.domain is None:  # integers, and structs inside structs
            continue
        shape = value[each.name].shape if argument.fields else value.shape
        size = nonzero_width(each.domain) * _units(argument, each)
        found[each.name if argument.fields else ""] = np.asarray(weights(generator, shape) * size)  # also for a scalar
    return found


def _units(argument: Argument, part: Argument) -> Floats | float:
    """Return the change of each number of an argument, or of its field, when the drawn number changes by 1."""
    if part is argument or argument.handle:
        return unit_of(part)
    return unit_of(replace(part, shape=argument.shape))


def sparse_direction(
    generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any], *, ends: bool
) -> Direction:
    """Return a direction that changes few elements of an array: the first and the last, or one in eight.

    Args:
        generator: the random generator.
        argument: the input.
        value: its array.
        ends: whether the first and the last element change.
    """
    rank = len(argument.shape or ())
    chosen = np.zeros(value.shape[:rank], bool)
    if ends:
        chosen.flat[[0, -1]] = True
    else:
        chosen.flat[generator.choice(chosen.size, max(1, chosen.size // 8), replace=False)] = True
    dense = dense_direction(generator, argument, value)
    return {name: part * chosen.reshape(chosen.shape + (1,) * (part.ndim - rank)) for name, part in dense.items()}


def doubled(point: Values) -> Values:
    """Return the point with floating-point arrays in float64."""
    return {name: _wider(value) for name, value in point.items()}


def _wider(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if value.dtype.names:
        return value.astype(_wider_dtype(value.dtype), copy=False)
    return value.astype(np.float64, copy=False) if value.dtype.kind in "fV" else value


def _wider_dtype(dtype: np.dtype[Any]) -> Any:
    """Return a dtype, or a struct's dtype, with floating-point numbers in float64."""
    if dtype.names:
        return np.dtype([(name, _wider_dtype(dtype[name].base), dtype[name].shape) for name in dtype.names])
    return np.dtype(np.float64) if is_floating(dtype) else dtype


def without_equal(
    direction: Direction, name: str, value: npt.NDArray[Any], equal: Mapping[str, Sequence[float]]
) -> Direction:
    """Return a direction that does not change numbers at which a kernel may take a branch of their own.

    They equal a number that the source compares them with by == or !=, as in ``if mass == 0.0: return``. A text gives
    the derivative of that branch, and the results near the point are those of the other one.

    Args:
        direction: the direction, of an input or of each field of it.
        name: the input.
        value: the input's array at the point.
        equal: maps inputs to such numbers.
    """
    numbers = equal.get(name, ())
    if not numbers:
        return direction
    owns = {field: value[field] if field else value for field in direction}
    return {
        field: np.where(np.isin(owns[field], np.asarray(numbers, owns[field].dtype)), 0.0, part)
        for field, part in direction.items()
    }


def moved(point: Values, directions: Mapping[str, Direction], step: float) -> Values:
    """Return a point in float64, as ``doubled`` makes it, with inputs moved by ``step`` times ``STEP``.

    Each input is moved along its direction.
    """
    found = dict(point)
    for name, direction in directions.items():
        if "" in direction:
            found[name] = found[name] + step * STEP * direction[""]
            continue
        changed = found[name].copy()
        for field, part in direction.items():
            changed[field] = changed[field] + step * STEP * part
        found[name] = changed
    return found


# ---- differences


@dataclass(frozen=True, slots=True)
class Differences:
    """The slopes of every element of the outputs along each direction."""

    slope: Floats
    """The slopes, of shape directions by elements."""
    uncertainty: Floats
    """Uncertainty of each slope, because of the reference's rounding and the length of the steps."""
    smooth: npt.NDArray[np.bool_]
    """Whether the steps of both lengths and on both sides agree, so that there is no kink."""
    infinite: npt.NDArray[np.bool_]
    """Whether the element is the same infinity at all steps. Such elements are not smooth, and have no kink either."""


def differences(middle: Floats, runs: Floats, groups: Sequence[slice]) -> Differences:
    """Return central differences of the outputs along each direction. Elements that stay infinite or NaN have none.

    Args:
        middle: the elements of all outputs at the point itself.
        runs: the elements at each of ``STEPS`` along every direction, of shape directions by steps by elements.
        groups: the slice of elements of each output. Slopes are compared with the typical slope of their output.
    """
    with np.errstate(all="ignore"):
        ahead, behind, far_ahead, far_behind = np.moveaxis(runs, 1, 0)
        near, far = (ahead - behind) / (2 * STEP), (far_ahead - far_behind) / (2 * _FAR * STEP)
        bend = (ahead + behind - 2 * middle) / STEP
        sizes = np.abs(np.concatenate([runs, np.broadcast_to(middle, (len(runs), 1, middle.size))], axis=1)).max(axis=1)
        still = (runs == middle).all(axis=1) | (np.isnan(runs) & np.isnan(middle)).all(axis=1)
        infinite = still & ~np.isfinite(middle)
        if infinite.any():
            near, middle = np.where(infinite, 0.0, near), np.where(np.isfinite(middle), middle, 0.0)
        uncertainty, typical = np.empty_like(near), np.empty_like(near)
        for group in groups:
            uncertainty[:, group] = _ROUNDING * (sizes[:, group] + np.abs(middle[group]).mean()) / STEP
            typical[:, group] = np.sqrt(np.mean(np.square(near[:, group]), axis=1, keepdims=True))
        size = np.abs(near) + np.where(np.isfinite(typical), typical, 0.0) + uncertainty
        smooth = np.isfinite(runs).all(axis=1)
        smooth &= np.abs(near - far) <= _SMOOTH * size + uncertainty
        smooth &= np.abs(bend) <= 30 * _SMOOTH * size + uncertainty
        uncertainty = uncertainty + _KINK_UNCERTAINTY * np.abs(near - far) + np.abs(bend)
        of_output = _OF_OUTPUT * np.abs(middle)
        large = typical > of_output
        uncertainty = uncertainty + np.where(large, np.minimum(of_output, _OF_TYPICAL * typical), of_output)
    return Differences(np.where(smooth, near, 0.0), np.where(smooth & ~still, uncertainty, 0.0), smooth, infinite)


def typical_width(argument: Argument, part: Argument) -> float:
    """Return the mean distance by which a direction changes the numbers of an argument, or of one of its fields.

    It is 1 if there is no domain.
    """
    return 1.0 if part.domain is None else float(np.mean(nonzero_width(part.domain) * _units(argument, part)))
