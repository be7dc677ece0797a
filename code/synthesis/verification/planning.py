"""Plans the executions that verify a kernel's texts, with their expected results, before any text is run.

Planning draws inputs, evaluates the reference in both precisions, and finds smooth points for derivatives. The texts of
a plan run in another process, together with those of other kernels, and ``judge.py`` decides which are verified.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synthesis.core.errors import Symptom
from synthesis.core.languages import CUDA
from synthesis.core.signatures import Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import (
    Direction,
    Frontend,
    Kernel,
    Level,
    Program,
    Prover,
    Purpose,
    Reference,
    ReferenceFaultError,
    ReferenceUnknownError,
    Runs,
    Trace,
    UndefinedResultError,
    Values,
    numbered,
)
from synthesis.frontends.failures import detail_of
from synthesis.verification import lowered
from synthesis.verification.checked_points import MORE_SEEDS, Search
from synthesis.verification.claims import narrow_domain
from synthesis.verification.coverage import (
    SHARE,
    WRITES_NOTHING,
    adjoint_depending_on_order,
    depending_on_order,
    unreached_derivative,
)
from synthesis.verification.draws import Drawn, Draws
from synthesis.verification.gradients import backward_runs, is_in_half_precision
from synthesis.verification.inputs import DRAWS, count_numbers, missing_inputs
from synthesis.verification.missing_numbers import without_missing
from synthesis.verification.overlaps import find_overlap
from synthesis.verification.own_rules import gradient_problem, tangent_problem
from synthesis.verification.plan import OUTSIDE_DOMAIN, Plan, Problem
from synthesis.verification.points import NothingToCheck, Point
from synthesis.verification.power import find_weakness, weak_inputs
from synthesis.verification.rounding import with_relaxed_tolerances
from synthesis.verification.tangents import Tangents, pullback_runs

_MOST_NUMBERS = 1 << 23
"""Maximum number of elements of all arguments and results of a kernel whose texts run on all standard draws.

Callers that request fewer draws have checked the size.
"""
_DERIVATIVES = (Direction.BACKWARD, Direction.TANGENT)
_SHARING = 6
"""Number of draws among which one is looked for in which several threads change an element by atomics."""


def make_plan(
    frontend: Frontend,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    *,
    useful: bool,
    fresh: bool = True,
    build: bool = False,
    unknown: Unproved | None = None,
    seed: int = 0,
    min_coverage: float = SHARE,
    draws: int = len(DRAWS),
    check_power: bool = False,
    measure_rounding: bool = True,
    device: str | None = None,
) -> Plan:
    """Return the plan of a kernel's texts. A fault of the kernel is recorded in the plan and raises no exception.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel.
        texts: level name to text; None if there is none.
        useful: whether the kernel must pass the checks of ``usefulness``, as a drawn kernel must.
        fresh: whether the texts have just been lowered from the source.
        build: whether CUDA texts are also compiled to PTX by NVRTC.
        unknown: the reason why nothing can be verified, if that is already known.
        seed: seed of the inputs, points and directions, which are independent for different seeds.
        min_coverage: the smallest coverage of the kernel at which a text counts as verified.
        draws: the number of standard draws. If it is less than the default, at most this many more are searched for.
        check_power: whether to check that the inputs detect wrong texts. Inputs that no recipe chose may not.
        measure_rounding: whether to measure the effect of rounding, which takes half of the time. If False, only the
            standard tolerances apply, and if a text fails, another plan must be made with True.
        device: the device that the texts are for; None if it is not known. Then no text can be lowered again.
    """
    began, claimed = time.perf_counter(), kernel.spec
    kernel = replace(kernel, spec=replace(kernel.spec, signature=kernel.spec.signature.spread))
    levels = {frontend.level(name): text for name, text in texts.items() if text is not None}
    plan = Plan(
        spec=kernel.spec,
        levels=tuple(levels),
        unknown=unknown,
        fresh=fresh,
        min_coverage=min_coverage,
        check_power=check_power,
    )
    if frontend.prover is None:
        reason = Unproved(Hindrance.NOT_EXECUTED, f"the front end {frontend.name} has no prover")
        plan = replace(plan, unknown=reason)
    elif check_power and unknown is None and (narrow := narrow_domain(claimed, kernel)) is not None:
        plan = replace(plan, unknown=weak_inputs(narrow))
    elif unknown is None:
        planning = _Planning(
            frontend.prover, kernel, levels,
            useful=useful, fresh=fresh, build=build, seed=seed, draws=draws, check_power=check_power,
            measure_rounding=measure_rounding or check_power, device=device,
        )  # fmt: skip
        plan = planning.carry_out(plan)
    return replace(plan, seconds=time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Planning:
    prover: Prover
    kernel: Kernel
    levels: Mapping[Level, str]
    useful: bool
    fresh: bool
    build: bool
    seed: int
    draws: int
    check_power: bool
    measure_rounding: bool
    device: str | None

    @property
    def signature(self) -> Signature:
        return self.kernel.spec.signature

    def carry_out(self, plan: Plan) -> Plan:
        try:
            return self._with_reference(plan)
        except ReferenceUnknownError as error:
            return self._without_reference(plan, str(error))
        except ReferenceFaultError as error:
            return self._stopped(plan, Problem(Symptom.FAULT, str(error)))
        except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
            return self._without_reference(plan, f"the reference fails: {detail_of(error)}")

    def _without_reference(self, plan: Plan, detail: str) -> Plan:
        if self.useful:
            return replace(plan, problem=Problem(Symptom.NO_REFERENCE, detail))
        return replace(plan, unknown=Unproved(Hindrance.NO_REFERENCE, detail))

    def _stopped(self, plan: Plan, problem: Problem) -> Plan:
        """Return the plan of a kernel with results that cannot be compared: rejected if drawn, otherwise unverified."""
        if self.useful:
            return replace(plan, problem=problem)
        return replace(plan, unknown=Unproved(Hindrance.OUTSIDE_DOMAIN, f"{problem.detail}, {OUTSIDE_DOMAIN}"))

    def _with_reference(self, plan: Plan) -> Plan:
        """Return the plan with everything that is computed by the reference.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        unavailable = self._unavailable()
        plan = replace(plan, unavailable=unavailable, programs=self._builds(unavailable))
        if len(plan.unavailable) == len(self.levels):
            return plan
        missing = missing_inputs(self.signature)
        if missing is not None:
            return replace(plan, programs=(), unknown=Unproved(Hindrance.NO_INPUTS, f"{missing} is not known"))
        numbers = count_numbers(self.signature)
        if self.draws == len(DRAWS) and numbers > _MOST_NUMBERS:
            why = f"{Hindrance.TOO_DEAR}: its arrays have {numbers} elements; the limit is {_MOST_NUMBERS}"
            return replace(plan, programs=(), unknown=Unproved(Hindrance.TOO_DEAR, why))
        if not self.useful and not self._has_outputs():
            return replace(plan, programs=(), unknown=WRITES_NOTHING)
        reference = self.prover.reference(self.kernel)
        found = self._on_draws(plan, reference)
        for more in range(0 if self.fresh else MORE_SEEDS):
            if _is_informative(found):
                break
            # The text was verified on inputs of another seed, so it is not at fault if these inputs are not
            # informative.
            other = replace(self, seed=self.seed + 1 + more)._on_draws(plan, reference)
            found = other if _is_informative(other) else found
        return found if isinstance(found, Plan) else self._stopped(replace(plan, programs=()), found)

    def _on_draws(self, plan: Plan, reference: Reference) -> Plan | Problem:
        """Return the plan with everything of the inputs of this seed, or why nothing can be verified on them."""
        try:
            drawn, problem = self._draws(reference).standard()
            if problem is not None:
                return problem
            if self.fresh and not self.useful:
                drawn.trace.add_order(self._draws(reference).try_indices())
            return self._with_draws(plan, reference, drawn)
        except ReferenceFaultError as error:
            # A user's kernel may be at fault on some inputs, such as a loop that only some of them end. A recipe draws
            # inputs on which its kernel is never at fault.
            if self.useful and not isinstance(error, UndefinedResultError):
                raise
            return Problem(Symptom.FAULT, str(error))

    def _draws(self, reference: Reference) -> Draws:
        return Draws(reference=reference, spec=self.kernel.spec, useful=self.useful, seed=self.seed, draws=self.draws)

    def _with_draws(self, plan: Plan, reference: Reference, drawn: Drawn) -> Plan:
        """Return the plan with its draws, and everything else that is computed by the reference.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        draws = self._draws(reference)
        standard, drawn = drawn, draws.aimed(drawn)
        # If the standard draws cover as much of the kernel as all draws, the others are not needed. Then neither the
        # coverage nor the points depend on which of the others are dropped because of rounding.
        complete = standard.coverage.share == drawn.coverage.share
        measured = self.measure_rounding or not complete or not draws.may_round(drawn)
        drawn, perturbed = draws.settled(drawn) if measured else (drawn, None)
        runs, seen = drawn.runs, drawn.runs[: len(standard.runs)] if complete else drawn.runs
        directions = {level.direction for level in self.levels if level.name not in plan.unavailable}
        trap = self.prover.gradient_trap(self.kernel) if directions - {Direction.FORWARD} else None
        at_points, at_tangents = Trace(influence=True), Trace(influence=True)
        search = Search(
            reference=reference,
            spec=self.kernel.spec,
            runs=without_missing(seen),
            suspect=trap is not None,
            seed=self.seed,
            fresh=self.fresh,
            measure_rounding=measured,
        )
        points = search.points(at_points) if Direction.BACKWARD in directions else ()
        tangents = search.tangents(at_tangents) if Direction.TANGENT in directions else None
        plan = replace(
            plan,
            draws=drawn.expected if perturbed is None else with_relaxed_tolerances(drawn.expected, perturbed),
            coverage=drawn.coverage,
            measured=measured,
            overlap=find_overlap(reference, self.signature, runs[0]),
            points=search.completed_points(points) if points else points,
            tangents=None if tangents is None else search.completed_tangents(tangents),
            trap=trap,
            wrong_rules=self._wrong_rules(reference, points, tangents) if trap is not None else {},
            weak=find_weakness(
                reference, self.kernel.spec, drawn.runs, drawn.double, drawn.expected.tolerance, fresh=self.fresh
            )
            if self.check_power
            else None,
        )
        hindrances = {
            Direction.BACKWARD: unreached_derivative(reference.reached(at_points)),
            Direction.TANGENT: unreached_derivative(reference.reached(at_tangents)),
        }
        plan = replace(
            plan,
            beyond={each: why for each, why in hindrances.items() if why and each in directions},
            order=depending_on_order(drawn.trace.order or at_points.order),
            adjoint_order=adjoint_depending_on_order(drawn.trace.adjoint_order or at_points.adjoint_order),
        )
        return replace(plan, programs=(*plan.programs, *self._programs(plan, runs), *self._lowered(plan)))

    def _wrong_rules(
        self,
        reference: Reference,
        points: Sequence[Point] | NothingToCheck,
        tangents: Sequence[Tangents] | NothingToCheck | None,
    ) -> dict[Direction, str]:
        """Return, for each direction of derivatives that are wrong in float64, a message, if they are in 16 bits."""
        if not is_in_half_precision(self.signature, reference.unit):
            return {}
        backward, tangent = (self.prover.derivative(self.kernel, each) for each in _DERIVATIVES)
        problems = (
            gradient_problem(backward, self.signature, points, tangents),
            tangent_problem(tangent, self.signature, tangents),
        )
        return {each: problem for each, problem in zip(_DERIVATIVES, problems, strict=True) if problem is not None}

    def _has_outputs(self) -> bool:
        """Return whether the kernel has anything to compare: a result, or an array."""
        return bool(self.signature.results) or any(each.shape is not None for each in self.signature.arguments)

    def _unavailable(self) -> dict[str, Unproved]:
        reasons = {
            level.name: lowered.hindrance_of(level, self.levels, self.device)
            if level.lowered_from
            else self.prover.unavailable(level, text)
            for level, text in self.levels.items()
        }
        return {name: reason for name, reason in reasons.items() if reason is not None}

    def _builds(self, unavailable: Mapping[str, Unproved]) -> tuple[Program, ...]:
        """Return programs that are only compiled: all CUDA texts if ``build``, else those that only a GPU can run."""
        spec = self.kernel.spec
        waiting = {name for name, reason in unavailable.items() if reason.needs_gpu}
        return tuple(
            Program(
                name=spec.name,
                level=level,
                text=text,
                signature=spec.signature,
                runs={},
                compile_only=True,
                sketched=not self.build,
            )
            for level, text in self.levels.items()
            if level.language == CUDA and (self.build or level.name in waiting)
        )

    def _programs(self, plan: Plan, runs: Sequence[Values]) -> list[Program]:
        """Return a ``Program`` for each text that can be run. Indices in ``follows`` count all programs of the plan."""
        programs: list[Program] = []
        accumulated, separate = self._accumulated(plan, runs), self._separate(plan, runs)
        forward: dict[str, int] = {}
        before = len(plan.programs)
        for level, text in self.levels.items():
            if level.lowered_from:
                continue
            starts = _starts(plan, level, runs)
            if not starts or level.name in plan.unavailable:
                continue
            if level.direction is Direction.FORWARD:
                forward[level.language.name] = before + len(programs)
            follows = forward.get(level.language.name) if level.direction is Direction.BACKWARD else None
            programs.append(
                Program(
                    name=plan.spec.name,
                    level=level,
                    text=text,
                    signature=self.signature,
                    runs=starts,
                    follows=follows,
                    accumulated=accumulated,
                    separate=separate,
                )
            )
        return programs

    def _lowered(self, plan: Plan) -> list[Program]:
        """Return a ``Program`` for each text that is checked by lowering the text of ``lowered_from`` again."""
        relowered = [each for each in self.levels if each.lowered_from and each.name not in plan.unavailable]
        spec, device = self.kernel.spec, self.device or ""
        return [lowered.program_of(spec.name, each, self.levels, spec.signature, device) for each in relowered]

    def _accumulated(self, plan: Plan, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays that texts for a GPU may change only by atomic operations, by the first run that has any.

        In a run without contacts, for example, no thread adds a force.
        """
        tried = runs[:_SHARING] if self._runs_for_gpu(plan) else ()
        return next(filter(None, (self.prover.accumulated(self.kernel, run) for run in tried)), frozenset[str]())

    def _separate(self, plan: Plan, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays without data races: what one thread writes, others may access only by atomics, if at all.

        This applies to texts for a GPU that have not just been lowered. Otherwise the result is empty.
        """
        if self.fresh or not self._runs_for_gpu(plan):
            return frozenset()
        points = () if isinstance(plan.points, NothingToCheck) else plan.points
        return self.prover.separate(self.kernel, [*runs, *(each.inputs for each in points)])

    def _runs_for_gpu(self, plan: Plan) -> bool:
        return any(level.device != "cpu" and level.name not in plan.unavailable for level in self.levels)


def _is_informative(found: Plan | Problem) -> bool:
    """Return whether something can be verified on the inputs of a plan."""
    if isinstance(found, Problem):
        return False
    return found.coverage is None or found.coverage.hindrance(found.min_coverage) is None


def _starts(plan: Plan, level: Level, runs: Sequence[Values]) -> Runs:
    """Return the inputs on which the text of a level is run; empty for a derivative if it has no points or tangents."""
    points = () if isinstance(plan.points, NothingToCheck) else plan.points
    tangents = plan.tangents if isinstance(plan.tangents, tuple) else ()
    match level.direction:
        case Direction.FORWARD:
            overlap = [] if plan.overlap is None else [plan.overlap.inputs]
            return (
                numbered(Purpose.DRAW, runs)
                | numbered(Purpose.OVERLAP, overlap)
                | numbered(Purpose.POINT, [point.inputs for point in points])
            )
        case Direction.BACKWARD:
            of_points = backward_runs(plan.spec.signature, points)
            return of_points and {**of_points, **pullback_runs(plan.spec.signature, tangents)}
        case Direction.TANGENT:
            return numbered(Purpose.TANGENT, [each.inputs for each in tangents])
