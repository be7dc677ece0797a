"""Plans the runs that verify a kernel's texts, with their expected results, before any text runs.

A plan draws inputs, evaluates the reference in both precisions, and finds smooth points for derivatives. Its programs
run in another process, together with those of other kernels, and ``judge.py`` decides which texts are verified. A plan
holds no live object, so it can be sent from the process that has the kernel to the one that judges.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from synthesis.core.errors import Symptom
from synthesis.core.languages import CUDA
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role, Signature
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
    Shake,
    Trace,
    Values,
    numbered,
)
from synthesis.frontends.failures import detail_of
from synthesis.verification.aimed import (
    AimedDraw,
    find_aimed_draws,
    find_compared_draws,
    find_edge_draws,
    find_turning_draws,
)
from synthesis.verification.claims import narrow_domain
from synthesis.verification.comparison import (
    CAP,
    Expected,
    expect,
    furthest,
    has_few_elements,
    is_lost,
    leaves_rounding,
    loosened,
    poison_for,
)
from synthesis.verification.gradients import backward_runs
from synthesis.verification.inputs import DRAWS, complete, count_numbers, draw_inputs, missing_inputs, overlapping
from synthesis.verification.points import NothingToCheck, Point, find_points
from synthesis.verification.power import find_weakness, too_little
from synthesis.verification.reach import SHARE, WRITES_NOTHING, Reach, depending_on_order, reach_of, underived
from synthesis.verification.tangents import Tangents, find_tangents, pullback_runs
from synthesis.verification.usefulness import redraws, shortcoming

logger = logging.getLogger(__name__)
OUTSIDE_DOMAIN = "on the inputs drawn"
"""The end of the reason why nothing can be verified on the drawn inputs, although other inputs might do."""
_MORE_SEEDS = 4
"""Number of further seeds that are tried in turn, for draws and for points, for a text that was verified before."""
_MORE_SHAKES = 3
"""Number of further measurements of rounding, if some elements consist of rounding error only."""
_FARTHEST = 1e6
"""Largest absolute value of a run with one array as two arguments.

The kernel computes with its own results there; beyond this value it has left its domain.
"""
_MOST_NUMBERS = 1 << 23
"""Maximum number of elements of all arguments and results of a kernel whose texts run on all usual draws.

Callers that ask for fewer draws have checked the size.
"""
_FED_BACK = 1e-3
"""Smallest relative tolerance of an element in a run with one array as two arguments.

Rounding errors are computed with again, thread after thread, and two right texts differ in how far that goes. A text
that reads an element before it is written, instead of after, is off by far more.
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason a kernel or one of its texts failed verification."""

    symptom: Symptom
    detail: str
    trap: str | None = None
    """The kind of construct in the kernel whose derivatives the tool is known to get wrong; None if there is none."""
    of_forward: bool = False
    """Whether the problem is that of the forward text, and the derivative itself is not known to be wrong."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A run in which one array is passed as two arguments."""

    inputs: Values
    read: str
    written: str
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The verification of one kernel's texts, before they have run."""

    spec: KernelSpec
    """The kernel's record, with the fields of structs that hold arrays as arguments."""
    levels: tuple[Level, ...]
    """The levels of the texts to verify."""
    programs: tuple[Program, ...] = ()
    problem: Problem | None = None
    """Why the whole kernel is rejected; None if it is not."""
    unknown: Unproved | None = None
    """Why nothing can be verified; None if something may be."""
    unavailable: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Level to the reason why its text cannot be executed here."""
    draws: Expected | None = None
    """The expected results of the runs for ``Purpose.DRAW``."""
    overlap: Overlap | None = None
    points: tuple[Point, ...] | NothingToCheck = ()
    tangents: tuple[Tangents, ...] | NothingToCheck | None = None
    trap: str | None = None
    """The kind of construct in the kernel whose derivatives the tool is known to get wrong; None if there is none."""
    fresh: bool = True
    """Whether the texts have just been lowered from the source."""
    reach: Reach | None = None
    """How much of the kernel the runs for ``Purpose.DRAW`` reach; None if nothing can be verified."""
    measured: bool = True
    """Whether the effect of rounding has been measured. If not, a text that fails must be judged by a plan that did."""
    order: Unproved | None = None
    """Why no CUDA text and no derivative counts as verified: results depend on the order of threads. Else None."""
    least_reach: float = SHARE
    """The share of the kernel that the runs for ``Purpose.DRAW`` must reach for anything to count as verified."""
    beyond: Mapping[Direction, Unproved] = field(default_factory=dict[Direction, Unproved])
    """Direction to the reason why its derivatives do not count as verified: a part of them was not reached."""
    weighed: bool = False
    """Whether wrong variants of a text are run too, to check that the inputs tell them from the right one."""
    weak: Unproved | None = None
    """Why the inputs tell too little, as far as that is known before anything runs; else None."""
    seconds: float = field(default=0.0, compare=False)
    """Seconds spent on planning, including the reference."""


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
    least_reach: float = SHARE,
    draws: int = len(DRAWS),
    weigh: bool = False,
    closely: bool = True,
) -> Plan:
    """Return the plan of a kernel's texts. A fault of the kernel raises no exception.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel.
        texts: level name to text; None if there is none.
        useful: whether the kernel has to be useful, as a drawn one has.
        fresh: whether the texts have just been lowered from the source.
        build: whether its CUDA texts are also compiled to PTX by NVRTC.
        unknown: why nothing of it can be verified, if that is known already.
        seed: seed of the inputs, points and directions, which are independent for different seeds.
        least_reach: the share of the kernel that runs must reach for anything to count as verified.
        draws: the number of usual draws. If there are fewer than usual, at most as many others are searched for.
        weigh: whether to check that the inputs tell wrong texts from right ones, as somebody else's inputs may not.
        closely: whether to measure the effect of rounding, which takes half of the time. Without it only the usual
            tolerances apply, and the plan of a text that fails must be made again with it.
    """
    began, claimed = time.perf_counter(), kernel.spec
    kernel = replace(kernel, spec=replace(kernel.spec, signature=kernel.spec.signature.spread))
    levels = {frontend.level(name): text for name, text in texts.items() if text is not None}
    plan = Plan(
        spec=kernel.spec, levels=tuple(levels), unknown=unknown, fresh=fresh, least_reach=least_reach, weighed=weigh
    )
    if frontend.prover is None:
        reason = Unproved(Hindrance.NOT_EXECUTED, f"the front end {frontend.name} proves nothing")
        plan = replace(plan, unknown=reason)
    elif weigh and unknown is None and (narrow := narrow_domain(claimed, kernel)) is not None:
        plan = replace(plan, unknown=too_little(narrow))
    elif unknown is None:
        planning = _Planning(
            frontend.prover,
            kernel,
            levels,
            useful=useful,
            fresh=fresh,
            build=build,
            seed=seed,
            draws=draws,
            weigh=weigh,
            closely=closely or weigh,
        )
        plan = planning.carry_out(plan)
    return replace(plan, seconds=time.perf_counter() - began)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Draws, and the reference's results on them."""

    runs: Sequence[Values]
    double: Sequence[Values]
    own: Sequence[Values]
    expected: Expected
    reach: Reach
    trace: Trace
    """The places and arms that the draws reached in the kernel's own precision."""
    redrawn: Mapping[str, Values]
    """Argument to the kernel's results in float64 with that argument drawn again."""


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
    weigh: bool
    closely: bool

    @property
    def signature(self) -> Signature:
        return self.kernel.spec.signature

    def carry_out(self, plan: Plan) -> Plan:
        try:
            return self._asked(plan)
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
        """Return the plan of a kernel whose inputs verify nothing: drawn kernels are rejected, others unverified."""
        if self.useful:
            return replace(plan, problem=problem)
        return replace(plan, unknown=Unproved(Hindrance.OUTSIDE_DOMAIN, f"{problem.detail}, {OUTSIDE_DOMAIN}"))

    def _asked(self, plan: Plan) -> Plan:
        """Return the plan with everything that comes from the reference.

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
            why = f"{Hindrance.TOO_DEAR}: it has {numbers} numbers, of which at most {_MOST_NUMBERS} are tried"
            return replace(plan, programs=(), unknown=Unproved(Hindrance.TOO_DEAR, why))
        if not self.useful and not self._gives():
            return replace(plan, programs=(), unknown=WRITES_NOTHING)
        reference = self.prover.reference(self.kernel)
        drawn, problem = self._standard(reference)
        for more in range(0 if self.fresh else _MORE_SEEDS):
            if problem is None:
                break
            # The text was verified on inputs of another seed, so it is not at fault if these show nothing.
            other = replace(self, seed=self.seed + 1 + more)
            found, still = other._standard(reference)
            if still is None:
                return other._with_draws(plan, reference, found)
        if problem is not None:
            return self._stopped(replace(plan, programs=()), problem)
        return self._with_draws(plan, reference, drawn)

    def _with_draws(self, plan: Plan, reference: Reference, drawn: "_Drawn") -> Plan:
        """Return the plan with draws that verify something, and everything else that comes from the reference.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        standard, drawn = drawn, self._aimed(reference, drawn)
        # If the standard draws reach as much of the kernel as all draws, the others are not needed. Then neither the
        # coverage nor the points depend on which of the others are dropped because of rounding.
        complete = standard.reach.share == drawn.reach.share
        measured = self.closely or not complete or not self._may_round(reference, drawn)
        drawn, shaken = self._settled(reference, drawn) if measured else (drawn, None)
        runs, seen = drawn.runs, drawn.runs[: len(standard.runs)] if complete else drawn.runs
        directions = {level.direction for level in self.levels if level.name not in plan.unavailable}
        trap = self.prover.gradient_trap(self.kernel) if directions - {Direction.FORWARD} else None
        at_points, at_tangents = Trace(), Trace()
        plan = replace(
            plan,
            draws=drawn.expected if shaken is None else loosened(drawn.expected, shaken),
            reach=drawn.reach,
            measured=measured,
            overlap=_find_overlap(reference, self.signature, runs[0]),
            points=self._points(reference, seen, at_points, suspect=trap is not None)
            if Direction.BACKWARD in directions
            else (),
            tangents=find_tangents(
                reference, self.kernel.spec, suspect=trap is not None, seed=self.seed, runs=seen, trace=at_tangents
            )
            if Direction.TANGENT in directions
            else None,
            trap=trap,
            weak=find_weakness(
                reference, self.kernel.spec, drawn.runs, drawn.double, drawn.expected.tolerance, fresh=self.fresh
            )
            if self.weigh
            else None,
        )
        hindrances = {
            Direction.BACKWARD: underived(reference.reached(at_points)),
            Direction.TANGENT: underived(reference.reached(at_tangents)),
        }
        plan = replace(
            plan,
            beyond={each: why for each, why in hindrances.items() if why and each in directions},
            order=depending_on_order(drawn.trace.order or at_points.order),
        )
        return replace(plan, programs=(*plan.programs, *self._programs(plan, runs)))

    def _points(
        self, reference: Reference, runs: Sequence[Values], trace: Trace, *, suspect: bool
    ) -> tuple[Point, ...] | NothingToCheck:
        """Return the points at which derivatives are checked.

        If the points of one seed show nothing for a text that was verified before, those of further seeds are tried. A
        ray that hits nothing has no gradient, for example: few draws may have one, as they did when the text was made.
        If few points take an arm, the points of seed 0, with which texts are made, are added.

        Args:
            reference: the kernel's reference.
            runs: draws of the kernel's arguments.
            trace: where to record the places and arms that the points reach.
            suspect: whether the kernel has a construct whose derivatives the tool is known to get wrong.
        """

        def of_seed(seed: int) -> tuple[Point, ...] | NothingToCheck:
            return find_points(reference, self.kernel.spec, suspect=suspect, seed=seed, runs=runs, trace=trace)

        found = of_seed(self.seed)
        for more in range(0 if self.fresh else _MORE_SEEDS):
            if not isinstance(found, NothingToCheck):
                break
            found = of_seed(self.seed + 1 + more)
        if (
            not self.fresh
            and self.seed
            and not isinstance(found, NothingToCheck)
            and reference.reached(trace).underived
        ):
            first = of_seed(0)
            found = found if isinstance(first, NothingToCheck) else (*found, *first)
        return found

    def _gives(self) -> bool:
        """Return whether the kernel has anything to compare: a result, or an array."""
        return bool(self.signature.results) or any(each.shape is not None for each in self.signature.arguments)

    def _unavailable(self) -> dict[str, Unproved]:
        reasons = {level.name: self.prover.unavailable(level, text) for level, text in self.levels.items()}
        return {name: reason for name, reason in reasons.items() if reason is not None}

    def _standard(self, reference: Reference) -> tuple["_Drawn", Problem | None]:
        """Return the draws that every kernel is run on, and the problem of a kernel with such results.

        The problem is None if there is none.
        """
        runs = [
            complete(self.signature, draw_inputs(self.signature, number, seed=self.seed, edges=edges))
            for number, edges in DRAWS[-self.draws :]
        ]
        inputs = [each.name for each in self.signature.arguments if each.role is not Role.OUTPUT]
        changed = redraws(self.signature, runs[0], inputs, 1, seed=self.seed) if self.useful else {}
        results = reference([*runs, *changed.values()], double=True)
        double, redrawn = results[: len(runs)], dict(zip(changed, results[len(runs) :], strict=True))
        trace = Trace()
        own = reference(runs, double=False, trace=trace)
        reach = reach_of(self.signature, runs, own, reference.reached(trace))
        poison = poison_for(self.signature)
        expected = expect(double, own, poison, unit=reference.unit)
        others = [expect(double, each, poison, unit=reference.unit) for each in reference.others(runs)]
        told = next((each.ill_conditioned for each in (expected, *others) if each.ill_conditioned), None)
        expected = replace(expected, ill_conditioned=told)
        drawn = _Drawn(runs=runs, double=double, own=own, expected=expected, reach=reach, trace=trace, redrawn=redrawn)
        return drawn, self._problem(reference, drawn)

    def _problem(self, reference: Reference, drawn: "_Drawn") -> Problem | None:
        """Return the problem of a kernel with these results; None if it has none."""
        expected = drawn.expected
        if expected.ill_conditioned:
            return Problem(Symptom.ILL_CONDITIONED, expected.ill_conditioned)
        if expected.non_finite:
            return Problem(Symptom.USELESS, f"{expected.non_finite} is not finite")
        if not self.useful:
            return None
        useless = shortcoming(reference, self.kernel.spec, drawn.runs, expected, drawn.redrawn, seed=self.seed)
        return Problem(Symptom.USELESS, useless) if useless is not None else None

    def _aimed(self, reference: Reference, drawn: "_Drawn") -> "_Drawn":
        """Return the draws with some around boundaries of comparisons, and some that reach the rest of the kernel.

        The latter are added only if the draws do not reach the whole kernel.
        """
        spec, seed, runs = self.kernel.spec, self.seed, drawn.runs
        tolerance = drawn.expected.tolerance
        if self.draws < len(DRAWS):
            found = find_compared_draws(reference, spec, tolerance, most=self.draws, seed=seed)
            return self._with_some(reference, drawn, found)
        aimed: list[AimedDraw] = []
        if drawn.reach.share < 1.0:
            aimed = find_aimed_draws(reference, spec, drawn.reach, drawn.trace, already=len(runs), seed=seed)
        runs = [*runs, *(each.inputs for each in aimed)]
        edges = find_edge_draws(reference, spec, tolerance, seed=seed)
        turning = find_turning_draws(reference, spec, runs, drawn.trace, tolerance)
        return self._with_some(reference, drawn, [*aimed, *edges, *turning], aimed)

    def _with_some(self, reference: Reference, drawn: "_Drawn", *choices: Sequence[AimedDraw]) -> "_Drawn":
        """Return the draws with the first of the choices that leaves the results finite and well-conditioned.

        If there is none, return the draws alone.
        """
        for found in choices:
            if found:
                more = self._with(reference, drawn, found)
                if not more.expected.ill_conditioned and not more.expected.non_finite:
                    return more
        return drawn

    def _with(self, reference: Reference, drawn: "_Drawn", found: Sequence[AimedDraw]) -> "_Drawn":
        """Return the draws with the found ones."""
        runs = [*drawn.runs, *(each.inputs for each in found)]
        double = [*drawn.double, *(each.double for each in found)]
        own = [*drawn.own, *(each.own for each in found)]
        expected = expect(double, own, poison_for(self.signature), unit=reference.unit)
        reach = reach_of(self.signature, runs, own, reference.reached(drawn.trace))
        return replace(drawn, runs=runs, double=double, own=own, expected=expected, reach=reach)

    def _settled(self, reference: Reference, drawn: "_Drawn") -> tuple["_Drawn", Sequence[Shake] | None]:
        """Return the draws, and the effects of rounding on them; None if these are not known or do not matter.

        Two kinds of draws are dropped, unless they are among those that every kernel is run on. On the first, rounding
        chooses among several elements, so that a right text may choose another one. On the second, an array consists of
        rounding error only, such as the deviations of equal numbers from their mean.
        """
        shaken = self._shaken(reference, drawn)
        if shaken is None:
            return drawn, None
        kept = [
            number
            for number, each in enumerate(shaken)
            if number < self.draws or not (each.unsettled or is_lost(drawn.expected, number, each))
        ]
        if len(kept) == len(shaken):
            return drawn, shaken
        runs, double, own = ([each[number] for number in kept] for each in (drawn.runs, drawn.double, drawn.own))
        expected = expect(double, own, poison_for(self.signature), unit=reference.unit)
        reach = reach_of(self.signature, runs, own, reference.reached(drawn.trace))
        settled = replace(drawn, runs=runs, double=double, own=own, expected=expected, reach=reach)
        return settled, [shaken[number] for number in kept]

    def _may_round(self, reference: Reference, drawn: "_Drawn") -> bool:
        """Return whether rounding may move a right text's results beyond the usual tolerances."""
        if not drawn.expected.together and all(each == 0 or each >= CAP for each in drawn.expected.tolerance.values()):
            return False
        return reference.shaken((), seed=self.seed) is not None

    def _shaken(self, reference: Reference, drawn: "_Drawn") -> Sequence[Shake] | None:
        if not self._may_round(reference, drawn):
            return None
        try:
            shaken = reference.shaken(drawn.runs, seed=self.seed)
            return None if shaken is None else self._furthest(reference, drawn, shaken)
        except Exception as error:  # noqa: BLE001 (such as a matrix factor that does not exist)
            logger.debug("%s: what rounding comes to is not told: %s", self.kernel.spec.name, error)
            return None

    def _furthest(self, reference: Reference, drawn: "_Drawn", shaken: Sequence[Shake]) -> Sequence[Shake]:
        """Return the effects of rounding on the draws, measured again where one measurement says too little.

        That is the case for small arrays. A maximum hides the perturbation of one side if its operands are equal, as
        they are at bounds of domains and at boundaries of comparisons; those draws are perturbed in the opposite
        direction too. It is also the case for elements that consist of rounding error.
        """
        more = [list[Values]() for _ in shaken]

        def shake_again(numbers: Sequence[int], seed: int, *, opposite: bool = False) -> None:
            found = reference.shaken_again([drawn.runs[number] for number in numbers], seed=seed, opposite=opposite)
            for number, each in zip(numbers, found, strict=True):
                more[number].append(each)

        if has_few_elements(drawn.expected):
            at_bounds = [edges for _, edges in DRAWS[-self.draws :]]
            numbers = [number for number in range(len(shaken)) if number >= len(at_bounds) or at_bounds[number]]
            shake_again(numbers, self.seed, opposite=True)
        lost = [number for number, each in enumerate(shaken) if leaves_rounding(drawn.expected, number, each)]
        for again in range(_MORE_SHAKES if lost else 0):
            shake_again(lost, self.seed + 1 + again)
        pairs = zip(shaken, more, strict=True)
        return [furthest(drawn.expected, number, each, others) for number, (each, others) in enumerate(pairs)]

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
        """Return a program for each text that can be run. ``follows`` is a position among all programs of the plan."""
        programs: list[Program] = []
        accumulated, separate = self._accumulated(plan, runs[0]), self._separate(plan, runs)
        forward: dict[str, int] = {}
        before = len(plan.programs)
        for level, text in self.levels.items():
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

    def _accumulated(self, plan: Plan, run: Values) -> frozenset[str]:
        """Return the arrays that CUDA texts may only change by atomics."""
        return self.prover.accumulated(self.kernel, run) if self._runs_cuda(plan) else frozenset()

    def _separate(self, plan: Plan, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays in which a thread may not access, without atomics, an element that another thread writes.

        This applies to CUDA texts that have not just been lowered. Otherwise the result is empty.
        """
        if self.fresh or not self._runs_cuda(plan):
            return frozenset()
        points = () if isinstance(plan.points, NothingToCheck) else plan.points
        return self.prover.separate(self.kernel, [*runs, *(each.inputs for each in points)])

    def _runs_cuda(self, plan: Plan) -> bool:
        return any(level.language == CUDA and level.name not in plan.unavailable for level in self.levels)


def _starts(plan: Plan, level: Level, runs: Sequence[Values]) -> Runs:
    """Return the runs of a level's text; empty if it has no derivative to check."""
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


def _find_overlap(reference: Reference, signature: Signature, run: Values) -> Overlap | None:
    """Return a run in which one array is passed as two arguments.

    None if no two arguments allow it, or if the kernel then fails or leaves its domain.

    Raises:
        ReferenceUnknownError: if something is not modelled.
    """
    found = overlapping(signature, run)
    if found is None:
        return None
    inputs, read, written = found
    try:
        double, own = reference([inputs], double=True), reference([inputs], double=False)
        expected = expect(double, own, {}, unit=reference.unit)
    except ReferenceFaultError:
        return None
    sizes = (np.abs(each).max(initial=0) for each in expected.double[0].values() if each.dtype.kind == "f")
    if expected.ill_conditioned or expected.non_finite or max(sizes, default=0.0) > _FARTHEST:
        return None
    tolerance = {name: max(each, _FED_BACK) if each else each for name, each in expected.tolerance.items()}
    return Overlap(inputs, read, written, replace(expected, tolerance=tolerance))
