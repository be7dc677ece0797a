"""Determines the failures of a kernel: loads, lowers, plans and verifies it in processes that may crash."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np

from synthesis.core.errors import Stage, Symptom
from synthesis.core.examples import Examples
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.sandbox.confinement import MY_OWN
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.settings import Making
from synthesis.frontends.base import Frontend, Kernel, Outcome, Program, Reference, Values
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.making import proving, stages
from synthesis.making.candidate import Candidate
from synthesis.making.stages import Terms
from synthesis.making.travel import pack, unpack
from synthesis.verification.inputs import flat
from synthesis.verification.plan import Plan
from synthesis.verification.points import Point
from synthesis.verification.verifier import Verifier

_STEP_LIMIT = 20.0
"""Processor time limit for loading and lowering one kernel, in seconds."""
_FEW = 64
"""Maximum number of elements of an argument for which a derivative is reported."""
_Prepared = tuple[bytes, tuple[Values, ...]]
"""A candidate that is lowered and planned, as bytes, and the derivatives of its reference."""
USELESS = (Symptom.USELESS, Symptom.ILL_CONDITIONED, Symptom.FAULT, Symptom.NO_REFERENCE)
"""Symptoms for which drawn kernels are rejected, but not users' kernels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFailure:
    """The failure that must persist while a kernel is reduced."""

    stage: Stage
    symptom: Symptom
    level: str | None = None
    """The level that failed; None if the whole candidate failed."""
    kind: str = ""
    """The tool's message without names and numbers."""

    @classmethod
    def of(cls, rejection: Rejection) -> "TargetFailure":
        """Return the failure described by a rejection."""
        return cls(stage=rejection.stage, symptom=rejection.symptom, level=rejection.level, kind=_kind_of(rejection))

    def holds(self, rejections: Sequence[Rejection]) -> Rejection | None:
        """Return the rejection with this failure; None if there is none."""
        for each in rejections:
            if (each.stage, each.symptom) != (self.stage, self.symptom) or self.kind != _kind_of(each):
                continue
            if each.level == self.level or self.level is None or each.level is None:
                return each
        return None


def _kind_of(rejection: Rejection) -> str:
    if rejection.symptom is Symptom.WRONG_GRADIENT:
        return rejection.detail.partition("; the kernel has ")[2]
    if rejection.symptom in (Symptom.WRONG_RESULT, Symptom.USELESS, Symptom.ILL_CONDITIONED, Symptom.TIMEOUT):
        return ""
    words = re.sub(r"'[^']*'|\"[^\"]*\"|\bvar_\w+|\d+", "_", rejection.detail)
    return " ".join(words.split()[:8])


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The observed behaviour of a kernel."""

    spec: KernelSpec
    """The kernel's record. Its signature has the results that the function returns now."""
    rejections: tuple[Rejection, ...]
    plan: Plan | None = None
    gradients: tuple[Values, ...] = ()
    """For each point, the derivative by each differentiable input, from finite differences of the reference."""
    outcomes: tuple[Outcome | Rejection, ...] = ()
    """The outcome of each of the plan's ``programs``; empty if not requested."""


class Observer:
    """Observes kernels of one front end. A context manager.

    Args:
        frontend: the front end's name.
        levels: the levels of the texts to make.
        device: the device of the texts.
        failure: the failure to look for.
        time_limit: processor time limit for one text, in seconds.
    """

    def __init__(
        self, frontend: str, levels: Sequence[str], device: str, failure: TargetFailure, *, time_limit: float = 1.0
    ) -> None:
        self.frontend = get_frontend(frontend)
        self.levels = tuple(levels)
        self.device = device
        self.failure = failure
        self._time_limit = time_limit
        self._stack = ExitStack()

    def __enter__(self) -> "Observer":
        """Start the processes."""
        self._zygote = self._stack.enter_context(
            Zygote(preload=frontend_modules(self.frontend.name), confinement=MY_OWN)
        )
        self._verifier = self._stack.enter_context(Verifier(self.frontend, time_limit=self._time_limit))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes."""
        self._stack.close()

    def observe(self, spec: KernelSpec, *, in_detail: bool = False) -> Observation:
        """Make and verify a kernel, and return its failures.

        Args:
            spec: the kernel.
            in_detail: whether to return derivatives and the results of every text as well.
        """
        useful = self.failure.symptom in USELESS
        work = partial(_prepare, self.frontend.name, spec, self.levels, self.device, useful=useful, in_detail=in_detail)
        for item in self._zygote.run(work, _Prepared, time_limit=_STEP_LIMIT):
            if isinstance(item, Casualty):
                stage = Stage.LOWER
                return Observation(
                    spec=spec, rejections=(Rejection(stage=stage, symptom=item.symptom, detail=item.detail).of(spec),)
                )
            data, gradients = cast(_Prepared, item)
            return self._proved(unpack(self.frontend, data), gradients, in_detail=in_detail)
        return Observation(spec=spec, rejections=())

    def _proved(self, candidate: Candidate, gradients: tuple[Values, ...], *, in_detail: bool) -> Observation:
        assert candidate.spec is not None
        if candidate.stopped is None and candidate.plan is not None:
            terms = Terms(useful=False, fresh=True, whole=False)
            (candidate,) = proving.prove(self._verifier, [candidate], terms)
        assert candidate.spec is not None
        if candidate.stopped is not None:
            rejections: tuple[Rejection, ...] = (candidate.stopped,)
        else:
            rejections = candidate.lowered.rejections if candidate.lowered is not None else ()
        outcomes = self._verifier.run(candidate.plan.programs) if in_detail and candidate.plan is not None else []
        return Observation(
            spec=candidate.spec,
            rejections=rejections,
            plan=candidate.plan,
            gradients=gradients,
            outcomes=tuple(outcomes),
        )

    def still(self, spec: KernelSpec) -> KernelSpec | None:
        """Return the kernel with its results updated if it has the wanted failure, else None."""
        seen = self.observe(spec)
        return seen.spec if self.failure.holds(seen.rejections) is not None else None


def _prepare(
    name: str, spec: KernelSpec, levels: Sequence[str], device: str, *, useful: bool, in_detail: bool
) -> Iterator["_Prepared"]:
    """Yield a loaded, lowered and planned kernel, and the derivatives of its reference."""
    frontend = get_frontend(name)
    candidate = Candidate(spec=spec, device=device, levels=tuple(map(frontend.level, levels)))
    (candidate,) = stages.load(frontend, [candidate])
    if candidate.kernel is not None and spec.signature.results:
        candidate = _with_results(frontend, candidate, candidate.kernel)
    (candidate,) = stages.lower(frontend, [candidate])
    terms = Terms(useful=useful, fresh=True, whole=False)
    (candidate,) = proving.plan(frontend, [candidate], Making(), terms, measure_rounding=True)
    gradients = _gradients(frontend, candidate) if in_detail else ()
    yield pack(candidate.detached()), gradients


def _with_results(frontend: Frontend, candidate: Candidate, kernel: Kernel) -> Candidate:
    """Return a candidate whose record has the results that its function gives now."""
    found = frontend.compiler.discover(kernel.live, examples=Examples(arguments=kernel.example_args))
    if len(found) != 1 or isinstance(found[0], Rejection):
        return candidate
    now, before = found[0].spec.signature, kernel.spec.signature
    names = {each.name for each in before.arguments}
    signature = replace(
        before,
        results=now.results,
        cotangents=now.cotangents,
        differentiable=tuple(each for each in now.differentiable if each in names),
    )
    spec = replace(kernel.spec, signature=signature)
    return replace(candidate, spec=spec, kernel=replace(kernel, spec=spec))


def _gradients(frontend: Frontend, candidate: Candidate) -> tuple[Values, ...]:
    """Return the derivative of the weighted outputs at each point, by each differentiable input with few elements."""
    plan, kernel = candidate.plan, candidate.kernel
    if plan is None or kernel is None or frontend.prover is None or not isinstance(plan.points, tuple):
        return ()
    reference = frontend.prover.reference(kernel)
    return tuple(_gradient_at(reference, plan.spec, point) for point in plan.points[:1])


def _gradient_at(reference: Reference, spec: KernelSpec, point: Point) -> Values:
    found: Values = {}
    for name in spec.signature.differentiable:
        value = np.asarray(point.inputs[name])
        if value.dtype.names or value.dtype.kind != "f" or not 0 < value.size <= _FEW:
            continue
        slopes = np.zeros(value.shape)
        for place in np.ndindex(*value.shape):
            step = 1e-5 * max(1.0, abs(float(value[place])))
            ahead, behind = (_moved(point.inputs, name, place, sign * step) for sign in (1, -1))
            left, right = reference([ahead, behind], double=True)
            slopes[place] = (_weighted(left, point) - _weighted(right, point)) / (2 * step)
        found[name] = slopes
    return found


def _moved(inputs: Values, name: str, place: tuple[int, ...], step: float) -> Values:
    wide = {key: value.astype(np.float64) if value.dtype.kind == "f" else value for key, value in inputs.items()}
    moved = wide[name].copy()
    moved[place] += step
    return {**wide, name: moved}


def _weighted(values: Values, point: Point) -> float:
    arrays = flat(values)
    return float(sum(np.sum(arrays[name] * weights) for name, weights in point.cotangents[0].items()))


def program_of(observation: Observation, level: str | None) -> tuple[int, Program] | None:
    """Return the ``Program`` of a level that was run, or the first that was run, with its number; None if none was."""
    programs = () if observation.plan is None else observation.plan.programs
    listed = [(number, each) for number, each in enumerate(programs) if each.is_run]
    return next((each for each in listed if each[1].level.name == level), listed[0] if listed else None)
