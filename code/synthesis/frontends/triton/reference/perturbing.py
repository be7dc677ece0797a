"""Evaluations with perturbed rounding, which show the effect of rounding alone on the results.

A decision (the outcome of a comparison, a conversion to an integer, the position of a maximum) is taken from an
evaluation without a perturbation. So a perturbed evaluation shows how errors grow along the kernel's own path. Where
rounding may reverse a decision, a further evaluation reverses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synthesis.frontends.triton.reference.machine import EvaluationHints, Lanes, Machine, Mark
from synthesis.frontends.triton.reference.types import Dtype
from synthesis.frontends.triton.reference.values import Array

_WORDS = {1: np.dtype(np.int8), 2: np.dtype(np.int16), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}
_DOUBT_FACTOR = 4.0
"""A decision is in doubt if its threshold is no further away than this many times the effect of rounding."""
_MOST_PARTS = 4
"""Number of parts in which decisions in doubt are reversed; this many or fewer are reversed individually."""
FURTHER_EVALUATIONS = 3
"""Number of further evaluations, which show effects of rounding that cancelled by chance in the first."""
_FEW_SHARE = 0.01
"""Maximum share of a decision's elements in doubt, if the kernel computes in fewer than 32 bits."""


class LostError(Exception):
    """An error for an evaluation that left the path of the evaluation whose decisions it follows."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A discrete outcome that rounded numbers decided, and the measure that decided it; see ``Machine.decided``."""

    kind: str
    outcome: Array
    measure: Array

    @property
    def is_single(self) -> bool:
        """Whether the outcome is a scalar in each lane, on which a branch or a loop may depend."""
        return self.outcome.ndim == 1

    def of(self, lanes: Array) -> "Decision":
        """Return the decision in some lanes."""
        return Decision(self.kind, in_lanes(self.outcome, lanes), in_lanes(self.measure, lanes))

    @property
    def distance(self) -> Array:
        """The distance of each measure from the threshold at which the outcome changes."""
        match self.kind:
            case "floor" | "ceil":
                return self.measure - np.round(self.measure)
            case "round":
                return self.measure - np.floor(self.measure) - 0.5
            case "truncate":
                return np.where(np.abs(self.measure) < 0.5, np.inf, self.measure - np.round(self.measure))
            case _:
                return self.measure

    def doubts(self, moved: Array) -> Array | None:
        """Return a mask of the elements that rounding may reverse; None if there are none."""
        found = (moved > 0) & (np.abs(self.distance) <= _DOUBT_FACTOR * moved)
        return found if found.any() else None

    def inverted(self, doubts: Array) -> Array:
        """Return the outcome with some of its elements reversed. The choice of an element is never reversed."""
        if self.kind == "compare":
            return self.outcome ^ doubts
        if self.kind == "choose":
            return self.outcome
        nearest = np.round(self.measure)
        up = {
            "floor": self.measure < nearest,
            "ceil": self.measure <= nearest,
            "truncate": np.where(self.measure > 0, self.measure < nearest, self.measure <= nearest),
        }.get(self.kind, self.outcome.astype(np.float64) < self.measure)
        step = np.where(up, 1, -1).astype(self.outcome.dtype) if self.outcome.dtype.kind in "if" else np.where(up, 1, 0)
        return np.where(doubts, self.outcome + step, self.outcome).astype(self.outcome.dtype)


def in_lanes(data: Array, lanes: Array) -> Array:
    """Return the numbers of some lanes of an array, whose last axis is that of the lanes."""
    return data if data.shape[-1] == 1 else data[..., lanes]


class Recording(Machine):
    """An evaluator in the kernel's own precision that records the decisions that depend on rounded numbers."""

    def __init__(self, hints: EvaluationHints, runs: int = 1) -> None:
        super().__init__(hints=hints, runs=range(runs))
        self.decisions: list[Decision] = []
        self.groups: list[tuple[Lanes, int]] = []
        """Each group of lanes that was evaluated, and the number of decisions until its end."""

    def parts(self) -> Iterator[tuple[Lanes, slice]]:
        """Yield each group of lanes with the slice of its decisions."""
        start = 0
        for lanes, end in self.groups:
            yield lanes, slice(start, end)
            start = end

    def of_run(self, run: int) -> "Recording":
        """Return the decisions of one run, as if it had been evaluated alone."""
        found = Recording(self.hints)
        for lanes, places in self.parts():
            chosen = np.flatnonzero(lanes.runs == run)
            if chosen.size:
                found.decisions += [each.of(chosen) for each in self.decisions[places]]
                own = replace(lanes.of(chosen), runs=np.zeros(chosen.size, np.int64))
                found.groups.append((own, len(found.decisions)))
        return found

    def in_run(self, run: int, data: Sequence[Array]) -> list[Array]:
        """Return the elements of one run from ``data``, which has an array for each decision."""
        chosen = [(np.flatnonzero(lanes.runs == run), places) for lanes, places in self.parts()]
        return [in_lanes(each, some) for some, places in chosen if some.size for each in data[places]]

    def keep(self) -> None:
        """End the evaluation of a group of lanes."""
        super().keep()
        self.groups.append((self.lanes, len(self.decisions)))

    def mark(self) -> Mark:
        """Return the current extent of the records."""
        return replace(super().mark(), more=(len(self.decisions), len(self.groups)))

    def forget(self, mark: Mark) -> None:
        """Remove what was recorded since a mark."""
        super().forget(mark)
        decisions, groups = mark.more
        del self.decisions[decisions:], self.groups[groups:]

    @property
    def records_decisions(self) -> bool:
        """True, since decisions are recorded."""
        return True

    def decided(self, decision: str, outcome: Any, measure: Any) -> Any:
        """Record a decision, and return its outcome."""
        self.decisions.append(Decision(decision, np.asarray(outcome), np.asarray(measure)))
        return outcome


class Following(Machine):
    """An evaluator that takes the recorded decisions of another evaluation instead of its own.

    Args:
        recording: the other evaluation, without a perturbation.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__(runs=recording.runs)
        self.recording = recording
        self._left: Iterator[Decision] = iter(())

    def follow(self, places: slice, chosen: Array | None) -> None:
        """Follow the decisions of a group of lanes.

        Args:
            places: the numbers of its decisions.
            chosen: which of its lanes are evaluated; None for all.

        Raises:
            LostError: if they cannot be evaluated apart from the others.
        """
        some = self.recording.decisions[places]
        self._left = iter(some if chosen is None else [each.of(chosen) for each in some])

    @property
    def records_decisions(self) -> bool:
        """True, since decisions are followed."""
        return True

    def _next(self, kind: str, outcome: Any) -> Decision:
        """Return the next recorded decision of the other evaluation.

        Raises:
            LostError: if that decision is of another kind or shape, or there is none.
        """
        found = next(self._left, None)
        if found is None or found.kind != kind or found.outcome.shape[:-1] != outcome.shape[:-1]:
            raise LostError
        return found


class Perturbed(Following):
    """An evaluator in the kernel's own precision that perturbs every rounded number by units in the last place.

    Args:
        recording: the evaluation without a perturbation.
        seed: the seed of the directions of the perturbations.
        opposite: whether to reverse every direction.
    """

    def __init__(self, recording: Recording, *, seed: int, opposite: bool = False) -> None:
        super().__init__(recording)
        self._random = np.random.default_rng(seed)
        self._sign = -1 if opposite else 1
        self.moved: list[Array] = []
        """For each decision, how far rounding moves its measure."""

    def follow(self, places: slice, chosen: Array | None) -> None:
        """Follow the decisions of a group of lanes, all of which must be evaluated together."""
        if chosen is not None:
            raise LostError
        super().follow(places, None)

    def keep(self) -> None:
        """End the evaluation of a group of lanes, which must have made all decisions of the other evaluation."""
        super().keep()
        if next(self._left, None) is not None:
            raise LostError

    def decided(self, decision: str, outcome: Any, measure: Any) -> Any:
        """Return the outcome that the other evaluation recorded, and store how far perturbations moved its measure."""
        found = self._next(decision, outcome)
        moved = np.abs(np.asarray(measure) - found.measure)
        self.moved.append(np.where(np.isfinite(moved), moved, 0.0))
        return found.outcome

    def rounded(self, data: Any, kind: Dtype, *, units: int = 1, faithful: bool = True) -> Any:
        """Return perturbed numbers; if ``faithful``, numbers with few significant digits (integers, say) stay exact."""
        held = data
        bits = held.view(_WORDS[held.dtype.itemsize])
        lower_half = (1 << (kind.digits + 1) // 2) - 1
        moves = (bits & lower_half) != 0 if faithful else np.isfinite(held) & (held != 0)
        return self._kept(held, bits + moves * (units * self._directions(held.shape)).astype(bits.dtype))

    def narrowed(self, data: Any, kind: Dtype) -> Any:
        """Return numbers perturbed by one unit of the type that they were converted to."""
        return self.rounded(data, kind)

    def summed(self, data: Any, kind: Dtype) -> Any:
        """Return the terms of a sum, each perturbed by one unit; large terms may cancel in the sum."""
        return self.rounded(data, kind)

    def rounded_tf32(self, data: Any) -> Any:
        """Return numbers perturbed by one unit of TensorFloat-32."""
        bits = data.view(np.int32)
        moves = (bits & 0x3E000) != 0
        return self._kept(data, bits + moves * (self._directions(data.shape).astype(np.int32) << 13))

    def _directions(self, shape: tuple[int, ...]) -> Array:
        return self._sign * (2 * self._random.integers(0, 2, shape, dtype=np.int8) - 1)

    def _kept(self, held: Array, bits: Array) -> Any:
        """Return the perturbed numbers; those that would not be finite keep their value."""
        moved = np.asarray(bits).view(held.dtype)
        return np.where(np.isfinite(moved), moved, held)


class Inverted(Following):
    """An evaluator in the kernel's own precision that reverses each decision in doubt.

    If a reversal changes the measure of a later decision by more than rounding does, that decision is made anew.

    Args:
        recording: the evaluation without a perturbation.
        doubts: for each decision, a mask of the elements to reverse; None to reverse none.
        moved: how far rounding moves each measure.
    """

    def __init__(self, recording: Recording, doubts: Sequence[Array | None], moved: Sequence[Array]) -> None:
        super().__init__(recording)
        self._doubts, self._moved = doubts, moved
        self._inversions: Iterator[tuple[Array | None, Array]] = iter(())

    def follow(self, places: slice, chosen: Array | None) -> None:
        """Follow the decisions of a group of lanes, or of some of them."""
        super().follow(places, chosen)
        inversions = zip(self._doubts[places], self._moved[places], strict=True)
        self._inversions = (
            inversions
            if chosen is None
            else (
                (None if doubts is None else in_lanes(doubts, chosen), in_lanes(moved, chosen))
                for doubts, moved in inversions
            )
        )

    def decided(self, decision: str, outcome: Any, measure: Any) -> Any:
        """Return the outcome that the other evaluation recorded, reversed where it is in doubt.

        A scalar decision, and one whose measure moved by more than rounding does, is made anew.
        """
        found = self._next(decision, outcome)
        doubts, moved = next(self._inversions)
        if found.is_single:
            return outcome
        kept = found.outcome if doubts is None else found.inverted(doubts)
        changed = np.abs(np.asarray(measure) - found.measure) > _DOUBT_FACTOR * moved
        return np.where(changed, outcome, kept) if changed.any() else kept


def doubts_of(decisions: Sequence[Decision], moved: Sequence[Array], *, few: bool) -> list[Array | None]:
    """Return, for each decision, a mask of the elements that rounding may reverse; None if there are none.

    Args:
        decisions: the decisions.
        moved: how far rounding moves the measure of each.
        few: whether to skip decisions with many elements in doubt; for kernels that compute with fewer than 32 bits.
    """
    found = [None if each.kind == "choose" else each.doubts(by) for each, by in zip(decisions, moved, strict=True)]
    return [_few(each) if few and each is not None else each for each in found]


def _few(doubts: Array) -> Array | None:
    """Return doubts without those of lanes that have many; None if none are left."""
    left = doubts & (doubts.reshape(-1, doubts.shape[-1]).mean(axis=0) <= _FEW_SHARE)
    return left if left.any() else None


def is_unclear(decisions: Sequence[Decision], moved: Sequence[Array]) -> bool:
    """Return whether more evaluations are needed to determine which decisions are in doubt.

    They are needed if an element would be in doubt when moved as far as the median of its block, since its own errors
    may have cancelled by chance, or if a scalar decision is an exact tie.
    """
    for decision, by in zip(decisions, moved, strict=True):
        if decision.is_single and ((decision.measure == 0) & (by == 0)).any():
            return True
        if decision.is_single or not (by > 0).any():
            continue
        near = np.abs(decision.distance) <= _DOUBT_FACTOR * _medians(by)
        if (near & ~((by > 0) & (np.abs(decision.distance) <= _DOUBT_FACTOR * by))).any():
            return True
    return False


def _medians(by: Array) -> Array:
    """Return the median of the positive numbers of each lane; NaN if there are none."""
    ordered = np.sort(np.where(by > 0, by, np.inf).reshape(-1, by.shape[-1]), axis=0)
    count = np.count_nonzero(by.reshape(ordered.shape) > 0, axis=0)
    middle = np.stack([(count - 1) // 2, count // 2])
    return np.where(count > 0, np.take_along_axis(ordered, np.maximum(middle, 0), axis=0).mean(axis=0), np.nan)


def is_unsettled(decisions: Sequence[Decision], moved: Sequence[Array]) -> bool:
    """Return whether rounding may reverse a scalar decision, or change which element is chosen."""
    pairs = zip(decisions, moved, strict=True)
    return any((each.is_single or each.kind == "choose") and each.doubts(by) is not None for each, by in pairs)


def parts_of(doubts: Sequence[Array | None]) -> Iterator[list[Array | None]]:
    """Yield all doubts together, followed by parts of them; yield nothing if there are none."""
    total = sum(0 if each is None or each.ndim == 1 else int(each.sum()) for each in doubts)
    if not total:
        return
    yield list(doubts)
    several = min(_MOST_PARTS, total)
    for part in range(several if several > 1 else 0):
        seen = 0
        chosen = list[Array | None]()
        for each in doubts:
            if each is None or each.ndim == 1:
                chosen.append(None)
                continue
            places = np.flatnonzero(each)
            kept = np.zeros(each.size, bool)
            kept[places[(seen + np.arange(places.size)) % several == part]] = True
            seen += places.size
            chosen.append(kept.reshape(each.shape) if kept.any() else None)
        yield chosen
