"""Compares the tangents of a text, element by element, with finite differences of the float64 reference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, is_exact
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Signature
from synthesis.frontends.base import Outcome, Purpose, Reference, ReferenceFaultError, RunKey, Trace, Values
from synthesis.verification.gradients import GradientResult, Precision, told_apart
from synthesis.verification.infinities import constants_at
from synthesis.verification.inputs import generator_of
from synthesis.verification.points import AIMED, MOST_AIMED, NothingToCheck, trials, usual_points
from synthesis.verification.slopes import (
    STEPS,
    Floats,
    dense_direction,
    differences,
    doubled,
    moved,
    weights,
    without_equal,
)
from synthesis.verification.thresholds import has_extremes, kernel_thresholds
from synthesis.verification.tolerances import is_same_special, scale_of, widened

_SLACK = 5.0
"""Tolerance of a single element, in multiples of the tolerance of a sum."""
_MOST = 5e-2
"""Largest relative tolerance of a tangent; it is larger only if results need more, as those in bfloat16 may."""
_SINGLE_INPUTS = 4
"""Number of inputs, counted from the first, that also move alone, so that none can hide the error of another."""
_UNITS = 16.0
"""Allowed rounding error of one input's tangents, and of sums, in units in the last place.

The units are those of the coarsest numbers that the kernel computes with.
"""
_TELLING = 4.0
"""Smallest tangent that counts as different from zero, in multiples of its uncertainty."""
_RESULT = 2e-4
"""Smallest relative tolerance of a result that is checked together with a tangent.

Points near bounds need more than the draws that the forward tolerance comes from.
"""


@dataclass(frozen=True, slots=True)
class Tangents:
    """A direction of all inputs, or of one, at a point, and the expected tangents of the results along it."""

    inputs: Values
    """The arguments, and a ``tangent_`` array for each floating-point one."""
    expected: Values
    """The results, and a ``tangent_`` array for each floating-point one."""
    uncertainty: Mapping[str, Floats]
    """Maps a result to the uncertainty of each of its tangents.

    The causes are the reference's rounding and the length of the steps.
    """
    smooth: Mapping[str, npt.NDArray[np.bool_]]
    """Maps a result to a mask of the elements that have a tangent and do not jump."""
    steady: Mapping[str, npt.NDArray[np.bool_]]
    """Maps a result of integers or Booleans, or one with infinities, to a mask of its integers, Booleans or infinities.

    They have the same value at the point and near it, in both precisions.
    """
    weights: Mapping[str, Floats]
    """Maps a floating-point result to the weights of its elements, which are zero where it has no tangent."""


def find_tangents(
    reference: Reference,
    spec: KernelSpec,
    *,
    suspect: bool = False,
    seed: int = 0,
    runs: Sequence[Values] = (),
    trace: Trace | None = None,
) -> tuple[Tangents, ...] | NothingToCheck:
    """Return points and directions with the slope of each element of the results, or why there are none.

    If they do not cover everything that a derivative depends on, points that do are added.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        suspect: whether the kernel has a construct whose derivatives the tool is known to get wrong.
        seed: seed of the points and directions.
        runs: draws of the kernel's arguments, which are tried last as further points.
        trace: where to record the statements and branches that are executed at the points; None to record nothing.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    trace = Trace(influence=True) if trace is None else trace
    signature = spec.signature
    moving = [each for each in signature.arguments if each.is_float]
    if not moving or not any(each.is_float for each in signature.results):
        return NothingToCheck("no floating-point input or output")
    drawn = usual_points(spec, seed=seed, suspect=suspect)
    alone = moving[:_SINGLE_INPUTS] if len(moving) > 1 else []
    whole = [(number, point, moving) for number, point in enumerate(drawn)]
    found = _measured(reference, spec, [*whole, *((0, drawn[0], [each]) for each in alone)], seed, trace)
    unit = _UNITS * max(reference.unit, FINE)
    found = [*found[: len(drawn)], *(_with_hidden_errors(each, found[0], unit) for each in found[len(drawn) :])]
    found += _aimed(reference, spec, trace, runs, moving, seed=seed)
    found = [each for each in found if any(mask.any() for mask in each.smooth.values())]
    found = _with_rounding(found)
    if found and not any(map(_is_checkable, found)):
        return NothingToCheck("the derivative is zero")
    return tuple(found) or NothingToCheck("no smooth point found")


def _is_checkable(tangents: Tangents) -> bool:
    """Return whether a tangent is larger than its uncertainty, or all are exactly zero."""
    pairs = [(tangents.expected[f"tangent_{name}"][mask], tangents.uncertainty[name][mask])
             for name, mask in tangents.smooth.items()]  # fmt: skip
    return any((np.abs(slope) > _TELLING * error).any() for slope, error in pairs) or not any(
        slope.any() for slope, _ in pairs
    )


def _aimed(
    reference: Reference,
    spec: KernelSpec,
    trace: Trace,
    runs: Sequence[Values],
    moving: Sequence[Argument],
    *,
    seed: int,
) -> list[Tangents]:
    """Return a few more points, at which a derivative depends on code that no other point covers.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        trace: the statements and branches that are executed at the other points; those of the new points are added.
        runs: draws of the kernel's arguments, which are tried last.
        moving: the arguments that have a tangent.
        seed: seed of the points.
    """
    found: list[Tangents] = []
    for number, place in enumerate(trials(spec, runs, seed)):
        before = len(reference.reached(trace).wanted)
        if not before or len(found) == MOST_AIMED:
            break
        way = replace(trace, first=dict(trace.first), arms=dict(trace.arms))
        try:
            made = _measured(reference, spec, [(AIMED + number, place, moving)], seed, way)
        except ReferenceFaultError:
            continue
        if len(reference.reached(way).wanted) < before:
            found += made
            trace.first, trace.arms = way.first, way.arms
    return found


def _measured(
    reference: Reference,
    spec: KernelSpec,
    points: Sequence[tuple[int, Values, Sequence[Argument]]],
    seed: int,
    trace: Trace,
) -> list[Tangents]:
    """Return the expected tangents at some points, and record the statements and branches that are executed there.

    Branches are recorded only for points where a result is smooth.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        points: for each point, the number that its direction depends on, the inputs, and the arguments that change.
        seed: seed of the directions.
        trace: where to record the statements and branches.
    """
    signature = spec.signature
    moving = [each for each in signature.arguments if each.is_float]
    tangents, runs = list[Values](), list[Values]()
    equal = kernel_thresholds(spec).equal
    for number, point, chosen in points:
        generator = generator_of("tangent", number, seed=seed)
        moved_here, along = {each.name for each in chosen}, dict[str, npt.NDArray[Any]]()
        for each in moving:  # a direction is drawn for each, whichever of them change
            direction = dense_direction(generator, each, point[each.name])
            part = np.asarray(without_equal(direction, each.name, point[each.name], equal)[""], each.dtype)
            along[each.name] = part if each.name in moved_here else np.zeros_like(part)
        directions = {name: {"": part.astype(np.float64)} for name, part in along.items()}
        tangents.append({f"tangent_{name}": part for name, part in along.items()})
        there = doubled(point)
        runs += [there, *(moved(there, directions, step) for step in STEPS)]
    size, extremes = 1 + len(STEPS), has_extremes(spec.source)
    results = reference(runs, double=True, group=size)
    noted = Trace(influence=trace.influence, arms=dict(trace.arms))  # nothing is looked for again
    own = reference([point for _, point, _ in points], double=False, trace=noted)
    found = [
        _expected(
            {**point, **tangent},
            results[number * size : (number + 1) * size],
            there,
            spec,
            generator_of("weights", points[number][0], seed=seed),
            {} if extremes else constants_at(reference, runs[number * size], results[number * size]),
        )
        for number, ((_, point, _), tangent, there) in enumerate(zip(points, tangents, own, strict=True))
    ]
    for arm, run in noted.arms.items():
        if arm not in trace.arms and any(mask.any() for mask in found[run].smooth.values()):
            trace.arms[arm] = run
    trace.first |= noted.first
    return found


def _with_rounding(found: Sequence[Tangents]) -> list[Tangents]:
    """Return tangents with some units in the last place of the largest tangent of each result as added uncertainty.

    ``check_backward`` allows as much. Where ``tanh(15 * x)`` is near 1, its tangent is the product of what remains of
    two equal numbers, whose rounding error is as large as anywhere, and of a factor that is as large as anywhere.
    """
    largest: dict[str, float] = {}
    for each in found:
        for name, mask in each.smooth.items():
            slopes = np.abs(each.expected[f"tangent_{name}"][mask])
            largest[name] = max(largest.get(name, 0.0), float(slopes.max(initial=0.0)))
    return [
        replace(each, uncertainty={
            name: np.asarray(part + _UNITS * FINE * largest.get(name, 0.0)) for name, part in each.uncertainty.items()
        })
        for each in found
    ]  # fmt: skip


def _with_hidden_errors(tangents: Tangents, whole: Tangents, unit: float) -> Tangents:
    """Return the tangents along one input, with the rounding errors of the other inputs' terms as added uncertainty."""
    sizes = {name: np.abs(whole.expected[f"tangent_{name}"]) for name in whole.uncertainty}
    return replace(tangents, uncertainty={
        name: np.asarray(each + unit * (sizes[name] + (float(np.median(sizes[name])) if each.size else 0.0)))
        for name, each in tangents.uncertainty.items()
    })  # fmt: skip


def _expected(
    inputs: Values, results: Sequence[Values], own: Values, spec: KernelSpec, generator: np.random.Generator,
    constants: Mapping[str, npt.NDArray[np.bool_]],
) -> Tangents:  # fmt: skip
    base, expected = results[0], dict(results[0])
    uncertainty = dict[str, Floats]()
    smooth, steady = dict[str, npt.NDArray[np.bool_]](), dict[str, npt.NDArray[np.bool_]]()
    for each in spec.signature.results:
        if not each.is_float:
            if is_exact(base[each.name].dtype):
                same = np.all([result[each.name] == base[each.name] for result in (*results, own)], axis=0)
                steady[each.name] = np.asarray(same)
            continue
        runs = np.stack([result[each.name].ravel() for result in results])
        found = differences(runs[0], runs[None, 1:], [slice(0, runs.shape[1])])
        shape = base[each.name].shape
        expected[f"tangent_{each.name}"] = found.slope[0].reshape(shape)
        uncertainty[each.name] = found.uncertainty[0].reshape(shape)
        smooth[each.name] = found.smooth[0].reshape(shape)
        if found.infinite.any():
            infinite = found.infinite[0].reshape(shape)
            steady[each.name] = np.asarray(infinite & is_same_special(widened(own[each.name]), base[each.name]))
            if each.name in constants:  # their tangents are zero
                steady[f"tangent_{each.name}"] = np.asarray(constants[each.name] & steady[each.name])
    weighted = {name: np.asarray(weights(generator, mask.shape) * mask) for name, mask in smooth.items()}
    return Tangents(inputs, expected, uncertainty, smooth, steady, weighted)


def pullback_runs(signature: Signature, tangents: Sequence[Tangents]) -> dict[RunKey, Values]:
    """Return the runs of a backward text at the points of tangents, with the weights of the results as cotangents."""
    kinds = {each.name: each.dtype for each in signature.results}
    return {
        RunKey(Purpose.TANGENT, number): {
            **{each.name: tangent.inputs[each.name] for each in signature.arguments},
            **{f"ct_{name}": part.astype(kinds[name]) for name, part in tangent.weights.items()},
        }
        for number, tangent in enumerate(tangents)
    }


def check_pullbacks(
    outcome: Outcome, tangents: Sequence[Tangents], precisions: Mapping[str, Precision]
) -> GradientResult:
    """Check that the product of the gradients and a direction equals the weighted sum of the tangents along it.

    A tangent text is compared with the same slopes at the same points, so the two texts agree if both pass.

    Args:
        outcome: the final values of the runs of ``pullback_runs``.
        tangents: the points and the expected tangents there.
        precisions: argument to the precision of its gradient.
    """
    worst = 0.0
    tolerance = max(each.tolerance for each in precisions.values())
    unit = max(each.unit for each in precisions.values())
    for number, tangent in enumerate(tangents):
        gradients = outcome[RunKey(Purpose.TANGENT, number)]
        pairs = [(part, tangent.expected[f"tangent_{name}"]) for name, part in tangent.weights.items()]
        true = np.concatenate([np.ravel(part * each) for part, each in pairs])
        uncertainties = [np.ravel(part * tangent.uncertainty[name]) for name, part in tangent.weights.items()]
        uncertainty = float(np.sqrt(np.sum(np.square(np.concatenate(uncertainties)))))
        moving = [name.removeprefix("tangent_") for name in tangent.inputs if name.startswith("tangent_")]
        with np.errstate(all="ignore"):  # a wrong gradient may be infinite
            found = ((gradients[f"adj_{name}"], tangent.inputs[f"tangent_{name}"]) for name in moving)
            terms = np.concatenate([np.ravel(each.astype(np.float64) * along.astype(np.float64))
                                    for each, along in found])  # fmt: skip
            value, slope = float(terms.sum()), float(true.sum())
            size = float(np.sqrt(np.sum(np.square(terms))) + np.sqrt(np.sum(np.square(true))))
            off = abs(value - slope) - uncertainty - _UNITS * unit * size
        if not off <= tolerance * _SLACK * size:
            shown = told_apart(slope, value)
            detail = f"the slope is {shown[0]} by the weighted tangents, {shown[1]} by the gradients"
            return GradientResult(0, off, f"along a direction of {', '.join(moving)} {detail}")
        worst = max(worst, off / size if size else 0.0)
    return GradientResult(len(tangents), worst)


def check_tangents(
    outcome: Sequence[Values], tangents: Sequence[Tangents], tolerance: float, forward: float
) -> GradientResult:
    """Check that a text's tangents and results are the expected ones.

    Tangents and floating-point results are checked where they are smooth, other results and infinities where they are
    steady.

    Args:
        outcome: the final values of each run.
        tangents: the expected tangents of each run.
        tolerance: the relative tolerance of a derivative.
        forward: the relative tolerance of the forward run.
    """
    worst, count = 0.0, 0
    most = min(_SLACK * tolerance, max(_MOST, forward))
    for values, each in zip(outcome, tangents, strict=True):
        for name, mask in each.smooth.items():
            for array, allowed in ((f"tangent_{name}", most), (name, max(forward, _RESULT))):
                error = _errors(values[array], each.expected[array], each.uncertainty[name] if array != name else 0.0)
                wrong = mask & ~(error <= allowed)
                if wrong.any():
                    return GradientResult(0, float(np.max(error[wrong])), _described(array, wrong, each, values))
                worst = max(worst, float(error[mask].max(initial=0.0)))
            count += int(mask.sum())
        for name, wrong in _wrong_whole_numbers(values, each):
            return GradientResult(0, np.inf, _described(name, wrong, each, values))
    return GradientResult(count, worst)


def _wrong_whole_numbers(values: Values, tangents: Tangents) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield each wrong result of integers, Booleans, infinities or NaNs, by name, with a mask of its wrong elements."""
    for name, mask in tangents.steady.items():
        value, expected = values[name], tangents.expected[name]
        same = value == expected if is_exact(value.dtype) else (value == expected) | is_same_special(value, expected)
        wrong = np.asarray(mask & ~same)
        if wrong.any():
            yield name, wrong


def right_results(outcome: Sequence[Values], tangents: Sequence[Tangents], forward: float) -> bool:
    """Return whether a text's results are right, and at least one is neither constant nor a copy of an input.

    The tangents are not checked.

    Args:
        outcome: the final values of each run.
        tangents: the expected results of each run.
        forward: the relative tolerance of the forward run.
    """
    telling = False
    for values, each in zip(outcome, tangents, strict=True):
        if any(_wrong_whole_numbers(values, each)):
            return False
        for name, mask in each.smooth.items():
            true = each.expected[name]
            if (
                values[name].shape != true.shape
                or (mask & ~(_errors(values[name], true, 0.0) <= max(forward, _RESULT))).any()
            ):
                return False
            copied = any(given.shape == true.shape and np.allclose(given, true) for given in each.inputs.values())
            telling |= not copied and bool(np.ptp(true[mask]) > 0 if mask.any() else False)
    return telling


def _errors(value: npt.NDArray[Any], true: npt.NDArray[Any], uncertainty: "Floats | float") -> Floats:
    """Return errors relative to an element's magnitude plus the array's typical one; 0 if within the uncertainty."""
    with np.errstate(all="ignore"):
        off = np.abs(value.astype(np.float64) - true)
        return np.where(off <= uncertainty, 0.0, off / scale_of(true))


def _described(array: str, wrong: npt.NDArray[np.bool_], tangents: Tangents, values: Values) -> str:
    index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
    what = "slope" if array.startswith("tangent_") else "result"
    shown = told_apart(float(tangents.expected[array][index]), float(values[array][index]))
    return f"{array}{list(index)}: the {what} is {shown[0]}, the text gives {shown[1]}"
