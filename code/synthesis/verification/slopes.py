"""Finite differences of the float64 reference: where to take them, along what, and how far they may be trusted.

Differences are taken of every element of every output, so that a kink in one of them costs that one alone, and so that
a text can be asked of any weighting of the outputs without another run of the reference.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_floating
from synthesis.core.records import Argument, Role, Signature
from synthesis.frontends.base import Values
from synthesis.verification.inputs import based, complete, draw_inputs, generator_of, pick, unit_of, wide

Floats = npt.NDArray[np.float64]
Direction = dict[str, npt.NDArray[Any]]
"""An input's array, or its struct's fields, to how each element moves."""

STEP = 1e-5
"""Of a domain's width."""
_FAR = 2.0
"""The longer step, in short ones: a kink that is nearer than that is seen."""
STEPS = (1.0, -1.0, _FAR, -_FAR)
_SMOOTH = 3e-4
_ROUNDING = 64 * np.finfo(float).eps
_BENT = 2.0
"""How much a slope is doubted, of what steps of two lengths differ by; of what the two sides differ by it is all."""
_BOUNDS_SHARE = 0.25
"""Share of whole numbers that are a bound of their domain, or next to one, at points near bounds."""
_CLOSEST, _CLOSE = 2.0**-9, 2.0**-6
"""How near an edge or a value that the source names a point is put, of the domain's width."""
_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.])")
_MOST_LITERALS = 8


# ---- points


def draw_point(
    signature: Signature, source: str, number: int, *, seed: int = 0, near: bool = False, crowded: bool = False
) -> Values:
    """Every argument at one point: away from the domains' bounds, or just inside of them.

    Args:
        signature: shapes and domains must be known.
        source: the kernel's, whose numbers may be where it branches.
        number: points of two numbers are independent.
        seed: so are those of two seeds.
        near: whether half of the numbers are put beside a bound, zero or a number of the source, on one side of it, and
            a quarter of the whole numbers on a bound or next to one.
        crowded: whether half of the whole numbers of an array are the same, so that many threads come to one element.
    """
    values = draw_inputs(signature, number, seed=seed, interior=True)
    if near:
        literals = sorted({float(each) for each in _LITERAL.findall(source)})[:_MOST_LITERALS]
        for argument in signature.arguments:
            if argument.role is not Role.OUTPUT:
                generator = generator_of("near", number, argument.name, seed=seed)
                values[argument.name] = _beside(generator, argument, values[argument.name], literals)
    for argument in signature.arguments if crowded else ():
        if (
            argument.role is not Role.OUTPUT
            and argument.domain is not None
            and argument.shape
            and not argument.recorded
        ):
            generator = generator_of("crowded", number, argument.name, seed=seed)
            values[argument.name] = _crowded(generator, argument, values[argument.name])
    return complete(signature, values, poisoned=False)


def _crowded(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if value.dtype.kind not in "iu" or argument.domain is None or argument.recorded:
        return value
    same = generator.integers(int(argument.domain.low), int(argument.domain.high), endpoint=True)
    return np.where(generator.random(value.shape) < 0.5, based(argument, same), value).astype(value.dtype)


def _at_bounds(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return whole numbers of which some are a bound of the domain, or the number next to it."""
    assert argument.domain is not None
    low, high = int(argument.domain.low), int(argument.domain.high)
    bounds = pick(generator, (low, min(low + 1, high), max(high - 1, low), high), value.shape)
    chosen = generator.random(value.shape) < _BOUNDS_SHARE
    return np.where(chosen, based(argument, bounds.astype(np.int64)), value).astype(value.dtype)


def _beside(
    generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any], literals: Sequence[float]
) -> npt.NDArray[Any]:
    if argument.handle:
        return value
    if argument.fields:
        changed = value.copy()
        for each in argument.fields:
            changed[each.name] = _beside(generator, each, value[each.name], literals)
        return changed
    if argument.domain is None or not argument.domain.width or argument.recorded:
        return value  # what was recorded has a place of its own
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
    # On the other side rather than all at the bound: where two are equal, what sorts has no derivative.
    chosen = np.where((chosen < least) | (chosen > most), 2 * place - chosen, chosen)
    chosen = based(argument, np.clip(chosen, least, most))
    return np.where(generator.random(value.shape) < 0.5, chosen, value.astype(np.float64)).astype(value.dtype)


def inside(signature: Signature, values: Values) -> Values:
    """Inputs whose floating-point numbers are no closer to the bounds of their domains than points are."""
    found = dict(values)
    for each in signature.arguments:
        domain = each.domain
        if each.name in found and domain is not None and each.is_float and not each.fields and not each.handle:
            margin = _CLOSEST * domain.width
            low, high = based(each, domain.low + margin), based(each, domain.high - margin)
            found[each.name] = np.clip(found[each.name], low, high).astype(found[each.name].dtype)
    return found


# ---- directions


def weights(generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Weights in ±[0.5, 1], exact in half precision."""
    size = np.round(generator.uniform(0.5, 1.0, shape) * 256) / 256
    return size * pick(generator, (-1.0, 1.0), shape)


def dense_direction(generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]) -> Direction:
    """A direction that moves every floating-point number of an input, each about as far as its domain is wide."""
    found: Direction = {}
    for each in argument.fields or (argument,):
        if not each.is_float or each.domain is None:  # whole numbers, and structs inside structs
            continue
        shape = value[each.name].shape if argument.fields else value.shape
        size = wide(each.domain) * _units(argument, each)
        found[each.name if argument.fields else ""] = np.asarray(weights(generator, shape) * size)  # of a number too
    return found


def _units(argument: Argument, part: Argument) -> Floats | float:
    """How far a draw of 1 moves each number of an argument, or of a field of one."""
    if part is argument or argument.handle:
        return unit_of(part)
    return unit_of(replace(part, shape=argument.shape))


def sparse_direction(
    generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any], *, ends: bool
) -> Direction:
    """A direction that moves few elements of an array: its first and its last, or one in eight.

    Args:
        generator: what is drawn with.
        argument: the input.
        value: its array.
        ends: which of the two.
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
    """The point with floating-point arrays in float64."""
    return {name: _wider(value) for name, value in point.items()}


def _wider(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if value.dtype.names:
        return value.astype(_wider_dtype(value.dtype), copy=False)
    return value.astype(np.float64, copy=False) if value.dtype.kind in "fV" else value


def _wider_dtype(dtype: np.dtype[Any]) -> Any:
    """A struct's dtype with floating-point fields in float64."""
    if dtype.names:
        return np.dtype([(name, _wider_dtype(dtype[name].base), dtype[name].shape) for name in dtype.names])
    return np.dtype(np.float64) if is_floating(dtype) else dtype


def moved(point: Values, directions: Mapping[str, Direction], step: float) -> Values:
    """A point that is ``doubled``, inputs moved along their directions so many steps."""
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
    """How every element of the outputs moves along each direction."""

    slope: Floats
    """Directions by elements."""
    doubt: Floats
    """How far each of them may be off: for the rounding of the reference, and as steps are not infinitely short."""
    smooth: npt.NDArray[np.bool_]
    """Where steps of two lengths and of both sides agree: there is no kink."""


def differences(middle: Floats, runs: Floats, groups: Sequence[slice]) -> Differences:
    """Central differences.

    Args:
        middle: the elements of all outputs at the point itself.
        runs: the same of every direction, at each of ``STEPS``: directions by steps by elements.
        groups: the elements of each output, whose typical slope says what is small.
    """
    with np.errstate(all="ignore"):
        ahead, behind, far_ahead, far_behind = np.moveaxis(runs, 1, 0)
        near, far = (ahead - behind) / (2 * STEP), (far_ahead - far_behind) / (2 * _FAR * STEP)
        bend = (ahead + behind - 2 * middle) / STEP
        sizes = np.abs(np.concatenate([runs, np.broadcast_to(middle, (len(runs), 1, middle.size))], axis=1)).max(axis=1)
        still = (runs == middle).all(axis=1)
        doubt, typical = np.empty_like(near), np.empty_like(near)
        for group in groups:
            doubt[:, group] = _ROUNDING * (sizes[:, group] + np.abs(middle[group]).mean()) / STEP
            typical[:, group] = np.sqrt(np.mean(np.square(near[:, group]), axis=1, keepdims=True))
        size = np.abs(near) + np.where(np.isfinite(typical), typical, 0.0) + doubt
        smooth = np.isfinite(runs).all(axis=1)
        smooth &= np.abs(near - far) <= _SMOOTH * size + doubt
        smooth &= np.abs(bend) <= 30 * _SMOOTH * size + doubt
        doubt = doubt + _BENT * np.abs(near - far) + np.abs(bend)
    return Differences(np.where(smooth, near, 0.0), np.where(smooth & ~still, doubt, 0.0), smooth)


def typical_width(argument: Argument, part: Argument) -> float:
    """How far an argument's numbers, or those of a field of it, move in their domain; 1 where there is no telling."""
    return 1.0 if part.domain is None else float(np.mean(wide(part.domain) * _units(argument, part)))
