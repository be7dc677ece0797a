"""Runs the texts of plans in separate processes, so that a text that crashes affects only itself."""

import contextlib
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import platformdirs

from synthesis.core.errors import MachineError, Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.sandbox.confinement import Confinement, Protection
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.frontends.base import Frontend, Outcome, Program, Prover
from synthesis.verification.judge import Judgement, disproved, judge, needs_rounding, passes_forward
from synthesis.verification.plan import Plan
from synthesis.verification.second_opinions import needing_second_opinion, trapped, with_second_opinions
from synthesis.verification.variants import ENOUGH, variants_of, weakness_of

TIME_LIMIT = 5.0
"""Seconds of processor time that one text may run; a text that takes longer is tried once more, alone."""
_COMPILING = 0.1
"""Additional seconds for each text that the compilation of a batch may take."""
_VARIANT_LIMIT = 1.0
"""Seconds of processor time that a wrong variant of a text may run: its loop may never end."""
_Item = tuple[int, Outcome | Rejection | None]


class Verifier:
    """Verifies the texts of one front end's kernels.

    When it is first used, it starts a process that imports the front end's tools. ``close`` stops the process, and so
    does garbage collection of the verifier.

    Args:
        frontend: the front end of the kernels.
        time_limit: seconds of processor time that one text may run.
        confinement: the restrictions on texts.
        untrusted: whether texts are untrusted. A text that contains something its tool never prints then shares a
            process only with texts of its own kernel, so that it cannot affect the results of other kernels.
        again: whether a text that exceeds its processor time is tried once more, alone.
    """

    def __init__(
        self,
        frontend: Frontend,
        *,
        time_limit: float = TIME_LIMIT,
        confinement: Confinement | None = None,
        untrusted: bool = False,
        again: bool = True,
    ) -> None:
        self.frontend = frontend
        self.protections: frozenset[Protection] | None = None
        """The protections that were in force for the texts that have run; None if none has run."""
        self._time_limit = time_limit
        self._confinement = confinement or Confinement()
        self._untrusted = untrusted
        self._again = again
        self._stack = contextlib.ExitStack()
        self._zygote: Zygote | None = None
        weakref.finalize(self, self._stack.close)

    def close(self) -> None:
        """Stop the process in which texts are run."""
        self._zygote = None
        self._stack.close()

    def __enter__(self) -> "Verifier":
        """Return the verifier itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process in which texts are run."""
        self.close()

    def judge(
        self,
        plans: Sequence[Plan],
        *,
        retraced: Sequence[Collection[str]] | None = None,
        on_outcome: Callable[[], None] | None = None,
    ) -> list[Judgement]:
        """Run the programs of plans, and judge their outcomes.

        Plans that are judged in one call share processes and compilation units.

        Args:
            plans: the plans to run.
            retraced: for each plan, the levels whose texts are known to be what the source lowers to. For fresh plans
                these are all levels.
            on_outcome: called for each text that has run.
        """
        outcomes = self.run(programs_of(plans), on_outcome)
        judgements: list[Judgement] = []
        for number, plan in enumerate(plans):
            found, outcomes = outcomes[: len(plan.programs)], outcomes[len(plan.programs) :]
            known = () if retraced is None else retraced[number]
            found = self._without_traps(plan, found, known)
            judgement = judge(plan, found, retraced=known)
            judgements.append(
                judgement if needs_rounding(plan, judgement) else self._judge_again(plan, judgement, known)
            )
        return self._with_power_checked(plans, judgements)

    def _with_power_checked(self, plans: Sequence[Plan], judgements: Sequence[Judgement]) -> list[Judgement]:
        """Return the judgements after wrong variants of texts have run on the same inputs, for plans that require it.

        If too many variants pass, nothing of the plan counts as verified.
        """
        variants = [
            variants_of(plan, judgement.verdict.verified) if plan.check_power else []
            for plan, judgement in zip(plans, judgements, strict=True)
        ]
        first = self._count_passing(plans, [programs[:ENOUGH] for programs in variants])
        more = [programs[ENOUGH:] if passed else [] for programs, passed in zip(variants, first, strict=True)]
        second = self._count_passing(plans, more)
        passing = [passed + others for passed, others in zip(first, second, strict=True)]
        further = [
            variants_of(plan, judgement.verdict.verified, without=[each.text for each in programs])
            if weakness_of(passed, len(programs), fresh=plan.fresh) is not None
            else []
            for plan, judgement, programs, passed in zip(plans, judgements, variants, passing, strict=True)
        ]
        third = self._count_passing(plans, further)
        found: list[Judgement] = []
        for number, (plan, judgement) in enumerate(zip(plans, judgements, strict=True)):
            count = len(variants[number]) + len(further[number])
            weak = weakness_of(passing[number] + third[number], count, fresh=plan.fresh)
            found.append(judgement if weak is None else disproved(judgement, weak))
        return found

    def _count_passing(self, plans: Sequence[Plan], variants: Sequence[Sequence[Program]]) -> list[int]:
        """Return, for each plan, the number of variants that give the right text's results.

        A variant that exceeds its time does not count.
        """
        before = self._time_limit, self._again
        self._time_limit, self._again = min(_VARIANT_LIMIT, self._time_limit), False
        programs = [program for each in variants for program in each]
        try:
            outcomes = iter(self.run(programs) if programs else [])
        finally:
            self._time_limit, self._again = before
        return [
            sum(passes_forward(plan, next(outcomes)) for _ in each) for plan, each in zip(plans, variants, strict=True)
        ]

    def _without_traps(
        self, plan: Plan, outcomes: Sequence[Outcome | Rejection], retraced: Collection[str]
    ) -> list[Outcome | Rejection]:
        """Return a plan's outcomes after another tool has run the texts that an arithmetic trap killed.

        StableHLO's interpreter divides integers as the processor does, which traps at a division by zero. XLA returns a
        value there, which the kernel may then discard (``jnp.gcd``).
        """
        numbers = trapped(plan, outcomes, retraced)
        again = self._run_again(plan, numbers)
        return [again.get(number, outcome) for number, outcome in enumerate(outcomes)]

    def _judge_again(self, plan: Plan, judgement: Judgement, retraced: Collection[str]) -> Judgement:
        """Return the judgement after another tool, if there is one, has run the texts that gave wrong results."""
        numbers = needing_second_opinion(plan, judgement, retraced)
        return with_second_opinions(plan, judgement, self._run_again(plan, numbers)) if numbers else judgement

    def _run_again(self, plan: Plan, numbers: Sequence[int]) -> dict[int, Outcome | Rejection]:
        """Return the outcomes, by index, of a plan's programs when the other tool runs them."""
        again = [replace(plan.programs[number], again=True, follows=None) for number in numbers]
        return dict(zip(numbers, self.run(again), strict=True)) if again else {}

    def run(
        self,
        programs: Sequence[Program],
        on_outcome: Callable[[], None] | None = None,
        *,
        apart: Collection[int] | None = None,
    ) -> list[Outcome | Rejection]:
        """Return the outcome of each program in order, or why it could not be run.

        Args:
            programs: the programs to run.
            on_outcome: called for each text that has run.
            apart: the indices of the programs that share a process only with programs of their own kernel. If None,
                these are the untrusted texts that contain something the tool never prints.

        Raises:
            MachineError: if the machine cannot run them.
        """
        found = _Found(on_outcome)
        for group in self._groups(programs, apart):
            self._run({number: programs[number] for number in group}, found)
        return [found[number] for number in range(len(programs))]

    def _groups(self, programs: Sequence[Program], chosen: Collection[int] | None) -> Iterator[list[int]]:
        """Yield groups of indices of programs that may share a process.

        The first group has all programs but those of kernels with an untrusted text that may affect others.
        """
        kernels: dict[int, list[int]] = {}
        first: list[int] = []
        for number, program in enumerate(programs):
            first.append(number if program.follows is None else first[program.follows])
            kernels.setdefault(first[number], []).append(number)
        apart = [
            group
            for group in kernels.values()
            if self._untrusted
            and any(self._foreign(programs[number]) if chosen is None else number in chosen for number in group)
        ]
        alone = {number for group in apart for number in group}
        together = [number for number in range(len(programs)) if number not in alone]
        yield from [together] if together else []
        yield from apart

    def _foreign(self, program: Program) -> bool:
        """Return whether a text may do more than compute.

        The result is always True for a text that is checked by running a compiler.
        """
        prover = self.frontend.the_prover
        return bool(program.level.lowered_from) or prover.foreign(program.level, program.text) is not None

    def _run(self, programs: Mapping[int, Program], found: "_Found") -> None:
        """Run programs in a process, and start a new one for the rest if it ends early, until each has an outcome."""
        harm, at_work = self._try(programs, found)
        if harm is None:
            return
        left = {number: program for number, program in programs.items() if number not in found}
        if len(programs) == 1:
            if harm.machine and not self._untrusted:
                name = next(iter(programs.values())).name
                raise MachineError(f"a text of {name} was {harm.detail} repeatedly, which it cannot have caused")
            for number in left:
                found[number] = Rejection(stage=Stage.VERIFY, symptom=harm.symptom, detail=harm.detail)
            return
        if at_work in left and harm.symptom is Symptom.TIMEOUT and not self._again:
            found[at_work] = Rejection(stage=Stage.VERIFY, symptom=harm.symptom, detail=harm.detail)
            del left[at_work]
            if left:
                self._run(left, found)
            return
        if at_work in left:  # the machine may be at fault, so the program is run once more, alone
            self._run({at_work: left.pop(at_work)}, found)
            if left:
                self._run(left, found)
            return
        # It is not known which program is at fault: halve until one is alone.
        parts = list(left.items())
        for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
            if half:
                self._run(dict(half), found)

    def _try(self, programs: Mapping[int, Program], found: "_Found") -> tuple[Casualty | None, int | None]:
        """Run programs in one process. Return its failure, if any, and the index of the program that was running.

        Raises:
            MachineError: if the process that others are forked from is lost twice, or there is no space left.
        """
        for attempt in (1, 2):
            try:
                return self._try_once(programs, found)
            except MachineError:
                self.close()
                if attempt == 2 or all(number in found for number in programs):
                    raise
        raise AssertionError

    def _try_once(self, programs: Mapping[int, Program], found: "_Found") -> tuple[Casualty | None, int | None]:
        numbers = list(programs)
        position = {number: position for position, number in enumerate(numbers)}
        given = [_given(each, position, found) for each in programs.values()]
        processes = self._processes()
        work = partial(_run_programs, self.frontend.the_prover, given)
        limit = self._time_limit
        at_work: int | None = None
        harm: Casualty | None = None
        failed = False
        left = 2 * len(given)  # the maximum number of items: the start and the outcome of each program
        first_limit = limit + _COMPILING * len(given)
        for item in processes.run(work, _Item, time_limit=limit, first_limit=first_limit, contained=self._untrusted):
            if isinstance(item, Casualty):
                harm = item
                continue
            left -= 1
            if left < 0:
                harm = Casualty(symptom=Symptom.CRASH, detail="it returned more results than it has runs")
                break
            place, outcome = cast(_Item, item)
            number = numbers[place] if 0 <= place < len(numbers) else None
            if number is None or (outcome is not None and not _fits(programs[number], outcome)):
                harm = Casualty(symptom=Symptom.CRASH, detail="it returned results of other runs than its own")
                break
            if outcome is None:
                at_work = number
            else:
                found[number] = outcome
                failed = failed or isinstance(outcome, Rejection)
        self.protections = processes.protections
        if harm is None and any(number not in found for number in programs):  # the process ended normally
            harm = Casualty(symptom=Symptom.CRASH, detail="ended without its results")
        if harm is not None or failed:
            processes.check_machine()
        return harm, at_work

    def _processes(self) -> Zygote:
        if self._zygote is None:
            self._zygote = self._stack.enter_context(start_processes(self.frontend.the_prover, self._confinement))
        return self._zygote


def _given(program: Program, position: Mapping[int, int], found: Mapping[int, Outcome | Rejection]) -> Program:
    """Return a ``Program`` with ``follows`` changed to an index among the programs of its process.

    If the program in ``follows`` has run in another process, its results are inserted instead.
    """
    if program.follows is None or program.follows in position:
        return replace(program, follows=None if program.follows is None else position[program.follows])
    left = found.get(program.follows)
    return replace(program, follows=None) if left is None or isinstance(left, Rejection) else program.after(left)


def _fits(program: Program, outcome: Outcome | Rejection) -> bool:
    """Return whether an outcome has exactly the runs of its program."""
    return isinstance(outcome, Rejection) or outcome.keys() == program.runs.keys()


class _Found(dict[int, Outcome | Rejection]):
    """Outcomes by the indices of their programs; a callback is called for each."""

    def __init__(self, on_outcome: Callable[[], None] | None) -> None:
        super().__init__()
        self._on_outcome = on_outcome

    def __setitem__(self, number: int, outcome: Outcome | Rejection) -> None:
        super().__setitem__(number, outcome)
        if self._on_outcome is not None:
            self._on_outcome()


def programs_of(plans: Sequence[Plan]) -> list[Program]:
    """Return the ``programs`` of several plans, one after another, with ``follows`` adjusted to the new indices."""
    programs: list[Program] = []
    for plan in plans:
        shift = len(programs)
        programs += [
            replace(program, follows=None if program.follows is None else program.follows + shift)
            for program in plan.programs
        ]
    return programs


def start_processes(prover: Prover, confinement: Confinement) -> contextlib.AbstractContextManager[Zygote]:
    """Return the process from which texts are forked, which imports and starts everything that running them needs."""
    kept = replace(confinement, readable=(*confinement.readable, platformdirs.user_cache_path("irsmith")))
    return Zygote(preload=[(f"{_prepare.__module__}:{_prepare.__name__}", prover)], confinement=kept)


def _prepare(prover: Prover) -> None:
    prover.prepare()


def _run_programs(prover: Prover, programs: Sequence[Program]) -> Iterator[_Item]:
    yield from prover.run(programs, Path(tempfile.gettempdir()))
