"""One kernel's verification: what is to be run, and what the outcomes prove.

A check begins before any text runs: it draws inputs, asks the reference in both precisions, and finds a smooth point
for derivatives. Its programs are then run, together with other kernels', and it ends with a verdict.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from synthesis.errors import Stage, Symptom
from synthesis.frontends.base import (
    Direction,
    Frontend,
    Kernel,
    Level,
    Lowered,
    Outcome,
    Program,
    Reference,
    ReferenceFaultError,
    ReferenceUnknownError,
    Values,
)
from synthesis.frontends.failures import detail_of
from synthesis.frontends.linemap import NO_PLACES
from synthesis.records import Rejection, Role, Signature, Verdict
from synthesis.verification.comparison import Expected, compare, expect, poison_for
from synthesis.verification.gradients import (
    GradientResult,
    Point,
    Tangents,
    backward_inputs,
    check_backward,
    check_tangents,
    find_points,
    find_tangents,
    tolerance_for,
)
from synthesis.verification.inputs import DRAWS, complete, draw_inputs, missing_inputs, overlapping
from synthesis.verification.usefulness import redraws, shortcoming

_SUSPECT = "; the kernel has "
_FARTHEST = 1e6
"""Where one array is two arguments, what was computed is computed with again; beyond this it has left its domain."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text, or a kernel, did not pass."""

    symptom: Symptom
    detail: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """A run in which one array is two arguments."""

    inputs: Values
    names: str
    expected: Expected


@dataclass(slots=True)
class Check:
    """The verification of one kernel's texts."""

    frontend: Frontend
    """One that can be pickled, as an object without state can."""
    kernel: Kernel
    levels: Mapping[Level, str]
    """The texts to prove."""
    useful: bool
    """Whether the kernel has to be useful, as a drawn one has."""
    build: bool = False
    """Whether CUDA texts are to be compiled by the device's own compiler too."""
    seconds: float = 0.0
    """Spent on the reference and on comparison, by the clock: asking for processor time costs a system call."""
    programs: list[Program] = field(default_factory=list[Program])
    problem: Problem | None = None
    """What stops the whole kernel."""
    unknown: str | None = None
    """Why nothing can be proved; no fault of the kernel's."""
    unavailable: dict[str, str] = field(default_factory=dict[str, str])
    """Levels that cannot be executed here, and why."""
    _trap: str | None = None
    _expected: Expected | None = None
    _overlap: Overlap | None = None
    _points: list[Point] | str = ""
    _tangents: Tangents | str = ""

    def begin(self) -> None:
        """Ask the reference, and say what is to be run."""
        began = time.perf_counter()
        try:
            if self.unknown is None:
                self._begin()
        except ReferenceUnknownError as error:
            self.unknown = str(error)
            if self.useful:
                self.problem = Problem(Symptom.NO_REFERENCE, str(error))
        except ReferenceFaultError as error:
            self._stop(Problem(Symptom.FAULT, str(error)))
        except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
            self.unknown = f"the reference fails: {detail_of(error)}"
            if self.useful:
                self.problem = Problem(Symptom.NO_REFERENCE, self.unknown)
        if self.problem or self.unknown:
            self.programs.clear()
        self.seconds += time.perf_counter() - began

    def detached(self) -> "Check":
        """The check without the live kernel: it can travel to the process that runs the programs."""
        derivatives = any(program.level.direction is not Direction.FORWARD for program in self.programs)
        self._trap = self.frontend.gradient_trap(self.kernel) if derivatives else None
        self.kernel = replace(self.kernel, live=None, example_args=(), module="", places=NO_PLACES)
        return self

    def _begin(self) -> None:
        signature = self.kernel.spec.signature
        reasons = {level.name: self.frontend.unavailable(level, text) for level, text in self.levels.items()}
        self.unavailable = {name: reason for name, reason in reasons.items() if reason is not None}
        self._add_builds()
        if len(self.unavailable) == len(self.levels):
            return
        unknown = missing_inputs(signature)
        if unknown is not None:
            self.unknown = f"{unknown} is not known"
            return
        spec, reference = self.kernel.spec, self.frontend.reference(self.kernel)
        runs = [complete(signature, draw_inputs(signature, seed, edges=edges)) for seed, edges in DRAWS]
        inputs = [each.name for each in signature.arguments if each.role is not Role.OUTPUT]
        changed = redraws(signature, runs[0], inputs, 1) if self.useful else {}
        results = reference([*runs, *changed.values()], double=True)
        double, redrawn = results[: len(runs)], dict(zip(changed, results[len(runs) :], strict=True))
        own = reference(runs, double=False)
        outputs = [each for each in signature.arguments if each.role is Role.OUTPUT]
        self._expected = expect(double, own, poison_for(outputs))
        if self._expected.ill_conditioned:
            self._stop(Problem(Symptom.ILL_CONDITIONED, self._expected.ill_conditioned))
            return
        if self._expected.non_finite:
            self._stop(Problem(Symptom.USELESS, f"{self._expected.non_finite} is not finite"))
            return
        if self.useful:
            useless = shortcoming(reference, spec, runs[0], self._expected, redrawn)
            if useless is not None:
                self.problem = Problem(Symptom.USELESS, useless)
                return
        self._overlap = _overlap_of(reference, signature, runs[0])
        directions = {level.direction for level in self.levels if level.name not in self.unavailable}
        if Direction.BACKWARD in directions:
            self._points = find_points(reference, spec)
        if Direction.TANGENT in directions:
            self._tangents = find_tangents(reference, spec)
        forward: dict[str, int] = {}
        for level, text in self.levels.items():
            starts = self._starts(level, runs)
            if not starts or level.name in self.unavailable:
                continue
            if level.direction is Direction.FORWARD:
                forward[level.language] = len(self.programs)
            follows = forward.get(level.language) if level.direction is Direction.BACKWARD else None
            self.programs.append(
                Program(name=spec.name, level=level, text=text, signature=signature, runs=starts, follows=follows)
            )

    def _add_builds(self) -> None:
        spec = self.kernel.spec
        self.programs += [
            Program(name=spec.name, level=level, text=text, signature=spec.signature, runs=())
            for level, text in self.levels.items()
            if self.build and level.language == "cuda"
        ]

    def _stop(self, problem: Problem) -> None:
        """Nothing can be proved on these inputs: the end of a drawn kernel, and no fault of the text's of another."""
        if self.useful:
            self.problem = problem
        else:
            self.unknown = f"{problem.detail}, on the inputs drawn"

    def _starts(self, level: Level, runs: Sequence[Values]) -> tuple[Values, ...]:
        match level.direction:
            case Direction.FORWARD:
                points = [] if isinstance(self._points, str) else self._points
                overlap = () if self._overlap is None else (self._overlap.inputs,)
                return (*runs, *overlap, *(point.inputs for point in points))
            case Direction.BACKWARD:
                points = [] if isinstance(self._points, str) else self._points
                return tuple(backward_inputs(self.kernel.spec.signature, point) for point in points)
            case Direction.TANGENT:
                return () if isinstance(self._tangents, str) else (self._tangents.inputs,)

    def verdict(self, outcomes: Sequence[Outcome | Rejection]) -> tuple[Verdict, dict[str, Problem]]:
        """What the outcomes of ``programs`` prove, and which levels failed."""
        began = time.perf_counter()
        if self.unknown is not None:
            unverified = {level.name: self.unknown for level in self.levels}
            return Verdict(gradient=self._unchecked(), unverified=unverified), {}
        verified: list[str] = []
        unverified = dict(self.unavailable)
        failed: dict[str, Problem] = {}
        errors: list[float] = []
        by_level: dict[str, Outcome | Rejection] = {}
        built: list[str] = []
        for program, outcome in zip(self.programs, outcomes, strict=True):
            if program.runs:
                by_level[program.level.name] = outcome
            elif isinstance(outcome, Rejection):
                failed[program.level.name] = Problem(outcome.symptom, outcome.detail)
                unverified.pop(program.level.name, None)
            else:
                built.append(program.level.name)
        for level in self.levels:
            outcome = by_level.get(level.name)
            if level.name in unverified or level.name in failed:
                continue
            if outcome is None:
                why = self._points if level.direction is Direction.BACKWARD else self._tangents
                failed[level.name] = Problem(Symptom.NOT_DIFFERENTIABLE, f"no gradient to check: {why}")
            elif isinstance(outcome, Rejection):
                if outcome.symptom is Symptom.NO_REFERENCE and self._is_what_lowering_gives(level):
                    unverified[level.name] = f"retraced from the source, the same bytes; {outcome.detail}"
                else:
                    failed[level.name] = Problem(outcome.symptom, outcome.detail)
            else:
                problem, error = self._judged(level, outcome)
                if problem is None:
                    verified.append(level.name)
                    errors.append(error)
                else:
                    failed[level.name] = problem
        self.seconds += time.perf_counter() - began
        figures = {"max_error": max(errors, default=0.0), "seconds": self.seconds}
        if self._expected is not None:
            tried = len(DRAWS) + (self._overlap is not None)
            figures |= {"tolerance": self._expected.largest_tolerance, "inputs_tried": float(tried)}
        figures |= {"compiled_to_ptx": float(len(built))} if built else {}
        gradient = self._gradient(verified, unverified, failed)
        return Verdict(verified=tuple(verified), gradient=gradient, unverified=unverified, figures=figures), failed

    def _is_what_lowering_gives(self, level: Level) -> bool:
        """Whether a text that nothing evaluates is, byte for byte, what the source lowers to."""
        if self.kernel.live is None:  # it has just been lowered, by the process that had the live kernel
            return True
        (lowered,) = self.frontend.lower([self.kernel], [level], device=level.device or self.frontend.devices[0])
        return isinstance(lowered, Lowered) and lowered.texts[level.name] == self.levels[level]

    def _judged(self, level: Level, outcome: Outcome) -> tuple[Problem | None, float]:
        """What is wrong with a level that ran, and its largest relative error."""
        assert self._expected is not None
        tolerance = tolerance_for(self.kernel.spec.signature, self._expected.largest_tolerance)
        try:
            if level.direction is Direction.FORWARD:
                found = compare(outcome[: len(DRAWS)], self._expected)
                if found.mismatch is not None:
                    return Problem(Symptom.WRONG_RESULT, str(found.mismatch)), found.error
                if not found.elements:
                    return Problem(Symptom.WRONG_RESULT, "nothing was compared"), found.error
                if self._overlap is not None:
                    again = compare(outcome[len(DRAWS) : len(DRAWS) + 1], self._overlap.expected)
                    if again.mismatch is not None:
                        return Problem(Symptom.WRONG_RESULT, f"{self._overlap.names}: {again.mismatch}"), again.error
                return None, found.error
            if level.direction is Direction.BACKWARD:
                assert isinstance(self._points, list)
                return self._derivative(check_backward(outcome, self._points, tolerance))
            assert isinstance(self._tangents, Tangents)
            return self._derivative(check_tangents(outcome[0], self._tangents, tolerance))
        except (KeyError, ValueError, TypeError) as error:  # arrays of other names, shapes or types
            return Problem(Symptom.WRONG_RESULT, f"what it gives does not fit: {detail_of(error)}"), 0.0

    def _derivative(self, result: GradientResult) -> tuple[Problem | None, float]:
        if result.problem is None and result.directions:
            return None, result.error
        trap = self._trap if self.kernel.live is None else self.frontend.gradient_trap(self.kernel)
        suspect = f"{_SUSPECT}{trap}" if trap else ""
        return Problem(Symptom.WRONG_GRADIENT, f"{result.problem or 'nothing was compared'}{suspect}"), result.error

    def _unchecked(self) -> str:
        derivatives = any(level.direction is not Direction.FORWARD for level in self.levels)
        return "not_checked" if derivatives else "absent"

    def _gradient(self, verified: Sequence[str], unverified: Mapping[str, str], failed: Mapping[str, Problem]) -> str:
        """The row's word on derivatives: a failure goes before what could not be run, that before agreement."""
        names = [level.name for level in self.levels if level.direction is not Direction.FORWARD]
        if not names:
            return "absent"
        for name in names:
            if name in failed:
                symptom, detail = failed[name].symptom, failed[name].detail
                if symptom is Symptom.NOT_DIFFERENTIABLE:
                    return f"not_applicable: {detail.removeprefix('no gradient to check: ')}"
                trap = detail.partition(_SUSPECT)[2]
                return f"disagrees: {trap}" if trap else "disagrees"
        if any(name in verified for name in names):
            return "agrees"
        return f"not_applicable: {unverified[names[0]]}"

    def rejection(self, problem: Problem, level: str | None = None) -> Rejection:
        """The rejection of the kernel, or of one of its levels."""
        spec = self.kernel.spec
        return Rejection(
            stage=Stage.VERIFY,
            symptom=problem.symptom,
            detail=problem.detail,
            frontend=spec.frontend,
            kernel_name=spec.name,
            level=level,
            index=spec.index,
        )


def _overlap_of(reference: Reference, signature: Signature, run: Values) -> Overlap | None:
    """A run in which one array is two arguments, where there are such and the kernel stays within what it can do.

    Raises:
        ReferenceUnknownError: for what is not modelled.
    """
    found = overlapping(signature, run)
    if found is None:
        return None
    inputs, read, written = found
    try:
        expected = expect(reference([inputs], double=True), reference([inputs], double=False), {})
    except ReferenceFaultError:
        return None
    sizes = (np.abs(each).max(initial=0) for each in expected.double[0].values() if each.dtype.kind == "f")
    if expected.ill_conditioned or expected.non_finite or max(sizes, default=0.0) > _FARTHEST:
        return None
    return Overlap(inputs, f"with one array as {read} and {written}", expected)
