"""Derivatives: what a text says of them against directional finite differences of the float64 reference.

A direction moves one input at a time, so that no input hides behind another. Slopes are central differences at two
steps, and one-sided; where they do not agree there is a kink, and the direction or the point is drawn again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.formats import is_floating
from synthesis.frontends.base import Reference, Values
from synthesis.records import Argument, KernelSpec, Role, Signature
from synthesis.verification.inputs import complete, draw_inputs, flat, generator_of, struct_dtype, wide

DIRECTIONS = 2
"""Directions an input."""
_STEP = 1e-5
"""Of a domain's width."""
POINTS, BRANCHING_POINTS = 2, 5
"""Points that a backward text is checked at, and those of a kernel that may take one way or another."""
_BRANCH = re.compile(r"\b(?:if|while|for|where|cond|switch|select|while_loop|fori_loop|scan)\b")
_SMOOTH = 3e-4
_NEGLIGIBLE = 1e-3
"""A slope smaller than this part of the largest one is measured against that part."""
_STEPS = (1.0, -1.0, 2.0, -2.0)


@dataclass(frozen=True, slots=True)
class Slope:
    """How fast the weighted sum of the outputs grows along a direction of one input."""

    argument: str
    direction: dict[str, npt.NDArray[Any]]
    """The input's array, or its struct's fields, to the direction."""
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """A point where a kernel is smooth, with what a derivative's text is to be told and held against."""

    inputs: Values
    cotangents: dict[str, npt.NDArray[Any]]
    """Output (``name`` or ``name.field``) to weights."""
    slopes: tuple[Slope, ...]
    final: Values
    """What a forward run leaves, in the kernel's own precision."""


def differentiable(signature: Signature) -> list[Argument]:
    """The inputs that a derivative's text gives gradients for."""
    return [each for each in signature.arguments if each.name in signature.differentiable]


def weighted_outputs(signature: Signature) -> list[Argument]:
    """The outputs that are summed: results, or arrays that a kernel writes."""
    written = [each for each in signature.arguments if each.role is not Role.INPUT]
    return [each for each in (*signature.results, *written) if each.is_float]


@dataclass(frozen=True, slots=True)
class NothingToCheck:
    """Why there is no point that a derivative could be checked at."""

    reason: str


def find_points(reference: Reference, spec: KernelSpec, *, seed: int = 0) -> tuple[Point, ...] | NothingToCheck:
    """Smooth points, or why there is none that a derivative could be checked at; another seed gives others.

    Raises:
        ReferenceUnknownError: for what is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    signature = spec.signature
    inputs, outputs = differentiable(signature), weighted_outputs(signature)
    if not inputs:
        return NothingToCheck("no floating-point input")
    if not outputs:
        return NothingToCheck("no floating-point output")
    wished = BRANCHING_POINTS if _BRANCH.search(spec.source) else POINTS
    places: list[Values] = []
    found: list[tuple[dict[str, npt.NDArray[Any]], list[Slope]]] = []
    for numbers in (range(1000, 1000 + wished), range(1000 + wished, 1002 + wished)):
        # All points, directions and steps in one run of the reference.
        drawn = [
            complete(signature, draw_inputs(signature, each, seed=seed, interior=True), poisoned=False)
            for each in numbers
        ]
        generators = [generator_of("direction", each, seed=seed) for each in numbers]
        directions = [_directions(generator, inputs, place) for generator, place in zip(generators, drawn, strict=True)]
        runs = [run for place, each in zip(drawn, directions, strict=True) for run in _runs(place, each)]
        results = [flat(each) for each in reference(runs, double=True)]
        size = len(results) // len(drawn)
        for number, place in enumerate(drawn):
            made = _slopes(
                generators[number], directions[number], outputs, results[number * size : (number + 1) * size]
            )
            if made is not None and len(places) < wished:
                places.append(place)
                found.append(made)
        if len(places) == wished:
            break
    if not places:
        return NothingToCheck("no smooth point found")
    if not any(slope.value for _, slopes in found for slope in slopes):
        return NothingToCheck("the derivative is zero")
    finals = reference(places, double=False)
    return tuple(
        Point(place, cotangents, tuple(slopes), final)
        for place, (cotangents, slopes), final in zip(places, found, finals, strict=True)
    )


Direction = tuple[str, dict[str, npt.NDArray[Any]]]
"""An input, and its array (or its struct's fields) to a direction."""


def _directions(generator: np.random.Generator, inputs: Sequence[Argument], place: Values) -> list[Direction]:
    """One direction more than is needed of each input: one may meet a kink."""
    return [(each.name, _direction(generator, each, place[each.name]))
            for each in inputs for _ in range(DIRECTIONS + 1)]  # fmt: skip


def _runs(place: Values, directions: Sequence[Direction]) -> list[Values]:
    """The place itself, then the steps of each direction."""
    moved = [_moved(place, name, direction, step * _STEP) for name, direction in directions for step in _STEPS]
    return [_doubled(place), *moved]


def _slopes(
    generator: np.random.Generator,
    directions: Sequence[Direction],
    outputs: Sequence[Argument],
    results: Sequence[Mapping[str, npt.NDArray[Any]]],
) -> tuple[dict[str, npt.NDArray[Any]], list[Slope]] | None:
    """Weights of the outputs, and the slopes of their sum along smooth directions; None if an input has too few."""
    middle, *moved = results
    wanted = {each.name for each in outputs}
    names = [name for name, value in middle.items() if name.split(".")[0] in wanted and value.dtype.kind in "fc"]
    cotangents = {name: _weights(generator, middle[name]) for name in names}
    if not all(np.isfinite(middle[name]).all() for name in names):
        return None

    def total(arrays: Mapping[str, npt.NDArray[Any]]) -> float:
        return float(sum(np.sum(arrays[name] * cotangents[name]) for name in names))

    sums = [total(each) for each in moved]
    slopes: dict[str, list[Slope]] = {name: [] for name, _ in directions}
    for number, (name, direction) in enumerate(directions):
        slope = _smooth_slope(total(middle), sums[4 * number : 4 * number + 4])
        if slope is not None and len(slopes[name]) < DIRECTIONS:
            slopes[name].append(Slope(name, direction, slope))
    if not all(slopes.values()):
        return None
    return cotangents, [slope for each in slopes.values() for slope in each]


def _smooth_slope(middle: float, sums: Sequence[float]) -> float | None:
    """The slope where differences of two steps and of both sides agree; None at a kink or a jump."""
    ahead, behind, far_ahead, far_behind = sums
    if not np.isfinite(sums).all():
        return None
    near = (ahead - behind) / (2 * _STEP)
    far = (far_ahead - far_behind) / (4 * _STEP)
    right, left = (ahead - middle) / _STEP, (middle - behind) / _STEP
    noise = 64 * np.finfo(float).eps * max(abs(middle), *(abs(each) for each in sums)) / _STEP
    size = abs(near) + noise
    if abs(near - far) > _SMOOTH * size + noise or abs(right - left) > 30 * _SMOOTH * size + noise:
        return None
    return near if abs(near) > 4 * noise else 0.0


def _weights(generator: np.random.Generator, like: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Weights in ±[0.5, 1], exact in half precision."""
    size = np.round(generator.uniform(0.5, 1.0, like.shape) * 256) / 256
    return size * generator.choice([-1.0, 1.0], like.shape)


def _direction(
    generator: np.random.Generator, argument: Argument, value: npt.NDArray[Any]
) -> dict[str, npt.NDArray[Any]]:
    parts = argument.fields or (argument,)
    found: dict[str, npt.NDArray[Any]] = {}
    for each in parts:
        if not each.is_float or each.domain is None:  # whole numbers, and structs inside structs
            continue
        shape = value[each.name].shape if argument.fields else value.shape
        found[each.name if argument.fields else ""] = _weights(generator, np.zeros(shape)) * wide(each.domain)
    return found


def _doubled(point: Values) -> Values:
    """The point with floating-point arrays in float64."""
    return {name: _wider(value) for name, value in point.items()}


def _wider(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if value.dtype.names:
        return value.astype(_wider_dtype(value.dtype))
    return value.astype(np.float64) if value.dtype.kind in "fV" else value


def _wider_dtype(dtype: np.dtype[Any]) -> Any:
    """A struct's dtype with floating-point fields in float64."""
    if dtype.names:
        return np.dtype([(name, _wider_dtype(dtype[name].base), dtype[name].shape) for name in dtype.names])
    return np.dtype(np.float64) if is_floating(dtype) else dtype


def _moved(point: Values, name: str, direction: dict[str, npt.NDArray[Any]], step: float) -> Values:
    moved = _doubled(point)
    if "" in direction:
        moved[name] = moved[name] + step * direction[""]
        return moved
    changed = moved[name].copy()
    for field, part in direction.items():
        changed[field] = changed[field] + step * part
    return moved | {name: changed}


def backward_inputs(signature: Signature, point: Point) -> Values:
    """What a backward text starts from: what a forward run left, and adjoints.

    A JAX text takes its arguments and then the cotangents; a Warp text the arrays, with an adjoint array for each.
    """
    if signature.results:
        weights = {f"ct_{each.name}": point.cotangents[each.name].astype(each.dtype)
                   for each in weighted_outputs(signature)}  # fmt: skip
        return {**point.inputs, **weights}
    values = {**point.inputs, **point.final}
    values = {each.name: np.asarray(values[each.name]) for each in signature.arguments}
    for argument in signature.arguments:
        if not argument.is_float or argument.shape is None:
            continue
        adjoint = np.zeros(values[argument.name].shape, struct_dtype(argument) if argument.fields else argument.dtype)
        if argument.role is not Role.INPUT:
            if argument.fields:
                for each in argument.fields:
                    if f"{argument.name}.{each.name}" in point.cotangents:
                        adjoint[each.name] = point.cotangents[f"{argument.name}.{each.name}"]
            else:
                adjoint = point.cotangents[argument.name].astype(argument.dtype)
        values[f"adj_{argument.name}"] = adjoint
    return values


@dataclass(frozen=True, slots=True)
class GradientResult:
    """What the check of one backward text found."""

    directions: int
    error: float
    problem: str | None = None


def check_backward(outcome: Sequence[Values], points: Sequence[Point], tolerance: float) -> GradientResult:
    """Whether gradients give the slopes at every point."""
    largest = max(abs(slope.value) for point in points for slope in point.slopes)
    with np.errstate(all="ignore"):  # a wrong gradient may be infinite
        results = [_check_at(values, point, largest, tolerance) for values, point in zip(outcome, points, strict=True)]
    failed = next((each for each in results if each.problem is not None), None)
    return failed or GradientResult(sum(each.directions for each in results), max(each.error for each in results))


def _check_at(outcome: Values, point: Point, largest: float, tolerance: float) -> GradientResult:
    """Whether gradients give the slopes, each within a tolerance relative to the sum of its terms' sizes."""
    worst = 0.0
    for slope in point.slopes:
        gradient = outcome.get(f"adj_{slope.argument}")
        if gradient is None:
            return GradientResult(0, worst, f"the text gives no gradient of {slope.argument}")
        value, size = 0.0, 0.0
        for field, direction in slope.direction.items():
            part = (gradient[field] if field else gradient).astype(np.float64)
            value += float(np.sum(part * direction))
            size += float(np.sum(np.abs(part * direction)))
        error = abs(value - slope.value) / max(size, abs(slope.value), _NEGLIGIBLE * largest)
        if not error <= tolerance:
            detail = f"along a direction of {slope.argument} the slope is {slope.value:.3g}, the text gives {value:.3g}"
            return GradientResult(0, error, detail)
        worst = max(worst, error)
    return GradientResult(len(point.slopes), worst)


def tolerance_for(signature: Signature, forward: float) -> float:
    """The relative tolerance of a gradient: of its coarsest input, and of what the forward run needs."""
    coarse = any(each.dtype in ("float16", "bfloat16") for each in (*signature.arguments, *signature.results))
    return 3e-2 if coarse else float(np.clip(20 * forward, 1e-3, 1e-2))


# ---- tangents


@dataclass(frozen=True, slots=True)
class Tangents:
    """A direction of all inputs, and how every result moves along it."""

    inputs: Values
    expected: Values
    """The results, and ``tangent_`` of each floating-point one."""
    smooth: dict[str, npt.NDArray[np.bool_]]


def find_tangents(reference: Reference, spec: KernelSpec, *, seed: int = 0) -> Tangents | NothingToCheck:
    """A point and a direction with the results' elementwise slopes, or why there is none; another seed gives others.

    Raises:
        ReferenceUnknownError: for what is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    signature = spec.signature
    moving = [each for each in signature.arguments if each.is_float]
    results = [each for each in signature.results if each.is_float]
    if not moving or not results:
        return NothingToCheck("no floating-point input or output")
    generator = generator_of("tangent", seed=seed)
    point = draw_inputs(signature, 1000, seed=seed, interior=True)
    direction = {each.name: _direction(generator, each, point[each.name])[""].astype(each.dtype) for each in moving}
    runs = [_doubled(point)]
    for step in _STEPS:
        run = _doubled(point)
        for name, part in direction.items():
            run[name] = run[name] + step * _STEP * part.astype(np.float64)
        runs.append(run)
    base, ahead, behind, far_ahead, far_behind = reference(runs, double=True)
    expected, smooth = dict(base), dict[str, npt.NDArray[np.bool_]]()
    for each in results:
        near = (ahead[each.name] - behind[each.name]) / (2 * _STEP)
        far = (far_ahead[each.name] - far_behind[each.name]) / (4 * _STEP)
        name = f"tangent_{each.name}"
        expected[name] = near
        typical = float(np.median(np.abs(near))) if near.size else 0.0
        smooth[name] = np.abs(near - far) <= 1e-3 * (np.abs(near) + typical) + 1e-7
    if not any(mask.any() for mask in smooth.values()):
        return NothingToCheck("no smooth point found")
    return Tangents({**point, **{f"tangent_{name}": part for name, part in direction.items()}}, expected, smooth)


def check_tangents(outcome: Values, tangents: Tangents, tolerance: float) -> GradientResult:
    """Whether a text's tangents are the slopes, where the results are smooth."""
    worst, count = 0.0, 0
    for name, mask in tangents.smooth.items():
        true, value = tangents.expected[name], outcome[name].astype(np.float64)
        typical = float(np.median(np.abs(true))) if true.size else 0.0
        with np.errstate(all="ignore"):
            error = np.abs(value - true) / (np.abs(true) + (typical or 1.0))
        wrong = mask & ~(error <= 5 * tolerance)
        if wrong.any():
            index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            detail = f"{name}{list(index)}: the slope is {true[index]:.3g}, the text gives {value[index]:.3g}"
            return GradientResult(0, float(np.max(error[wrong])), detail)
        worst = max(worst, float(error[mask].max(initial=0.0)))
        count += int(mask.sum())
    return GradientResult(count, worst)
