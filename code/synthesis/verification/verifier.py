"""Runs the programs of plans in processes of their own, where one that comes to harm costs itself alone."""

import contextlib
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from synthesis.errors import Stage, Symptom
from synthesis.frontends.base import Frontend, Outcome, Program, Prover
from synthesis.isolation import Casualty, Zygote
from synthesis.records import Rejection
from synthesis.verification.judge import Judgement, judge
from synthesis.verification.plan import Plan

TIME_LIMIT = 5.0
"""Seconds of processor time that one text may run; one that takes longer is tried alone for ten times that."""
_PATIENCE = 10
_COMPILING = 0.1
"""Seconds a text that the compilation of a batch may take beside."""


class Verifier:
    """Verifies the texts of one front end's kernels.

    It starts a process that imports the front end's tools when it is first used; ``close`` stops it, and so does the
    end of the object.

    Args:
        frontend: whose kernels.
        time_limit: seconds of processor time that one text may run.
    """

    def __init__(self, frontend: Frontend, *, time_limit: float = TIME_LIMIT) -> None:
        self.frontend = frontend
        self._time_limit = time_limit
        self._stack = contextlib.ExitStack()
        self._zygote: Zygote | None = None
        self._scratch = Path()
        weakref.finalize(self, self._stack.close)

    def close(self) -> None:
        """Stop the process that texts are run from."""
        self._zygote = None
        self._stack.close()

    def __enter__(self) -> "Verifier":
        """The verifier itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process that texts are run from."""
        self.close()

    def judge(
        self,
        plans: Sequence[Plan],
        *,
        lower_again: Callable[[int], Mapping[str, str | None]] | None = None,
        on_outcome: Callable[[], None] | None = None,
    ) -> list[Judgement]:
        """What is established of each plan's kernel; plans that are judged together share processes and units.

        Args:
            plans: what to run.
            lower_again: the texts that the source of a plan's kernel lowers to, by the plan's position; asked for where
                a text that is not fresh cannot be executed.
            on_outcome: told of each text that has run.
        """
        outcomes = self.run(programs_of(plans), on_outcome)
        judgements: list[Judgement] = []
        for number, plan in enumerate(plans):
            found, outcomes = outcomes[: len(plan.programs)], outcomes[len(plan.programs) :]
            beyond = [
                program.level.name
                for program, outcome in zip(plan.programs, found, strict=True)
                if isinstance(outcome, Rejection) and outcome.symptom is Symptom.NO_REFERENCE
            ]
            retraced = set[str]()
            if beyond and not plan.fresh and lower_again is not None:
                again = lower_again(number)
                stored = {program.level.name: program.text for program in plan.programs}
                retraced = {name for name in beyond if again.get(name) == stored[name]}
            judgements.append(judge(plan, found, retraced=retraced))
        return judgements

    def run(
        self, programs: Sequence[Program], on_outcome: Callable[[], None] | None = None
    ) -> list[Outcome | Rejection]:
        """What each text leaves, or why it could not be run, in order."""
        found = _Found(on_outcome)
        if programs:
            self._run(dict(enumerate(programs)), found, self._time_limit)
        return [found[number] for number in range(len(programs))]

    def _run(self, programs: Mapping[int, Program], found: "_Found", time_limit: float) -> None:
        """Run programs in one process after the other until each has an outcome."""
        numbers = list(programs)
        position = {number: position for position, number in enumerate(numbers)}
        given = [replace(each, follows=None if each.follows is None else position.get(each.follows))
                 for each in programs.values()]  # fmt: skip
        processes = self._processes()
        work = partial(_run_programs, self.frontend.the_prover, given, self._scratch)
        at_work: int | None = None
        harm: Casualty | None = None
        item: Any
        for item in processes.run(work, time_limit=time_limit, first_limit=time_limit + _COMPILING * len(given)):
            if isinstance(item, Casualty):
                harm = item
                continue
            place, outcome = cast(tuple[int, Outcome | Rejection | None], item)
            if outcome is None:
                at_work = numbers[place]
            else:
                found[numbers[place]] = outcome
        if harm is None:
            return
        left = {number: program for number, program in programs.items() if number not in found}
        if at_work is not None and at_work in left:
            self._blame(at_work, left.pop(at_work), harm, found, time_limit)
            if left:
                self._run(left, found, time_limit)
            return
        # Nothing says whose fault it was: halve until one is alone.
        if len(left) == 1:
            ((number, program),) = left.items()
            self._blame(number, program, harm, found, time_limit)
            return
        parts = list(left.items())
        for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
            self._run(dict(half), found, time_limit)

    def _blame(self, number: int, program: Program, harm: Casualty, found: "_Found", time_limit: float) -> None:
        """Settle the program that was at work; one that took too long is tried once more, alone and with patience."""
        if harm.symptom is Symptom.TIMEOUT and time_limit <= self._time_limit:
            self._run({number: program}, found, time_limit * _PATIENCE)
        else:
            found[number] = Rejection(stage=Stage.VERIFY, symptom=harm.symptom, detail=harm.detail)

    def _processes(self) -> Zygote:
        if self._zygote is None:
            self._scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="irsmith-verify-")))
            self._zygote = self._stack.enter_context(start_processes(self.frontend.the_prover))
        return self._zygote


class _Found(dict[int, Outcome | Rejection]):
    """Outcomes by their programs' numbers; somebody may want to be told of each."""

    def __init__(self, on_outcome: Callable[[], None] | None) -> None:
        super().__init__()
        self._on_outcome = on_outcome

    def __setitem__(self, number: int, outcome: Outcome | Rejection) -> None:
        super().__setitem__(number, outcome)
        if self._on_outcome is not None:
            self._on_outcome()


def programs_of(plans: Sequence[Plan]) -> list[Program]:
    """The programs of several plans, one after the other; what a program follows is one of its own kernel's."""
    programs: list[Program] = []
    for plan in plans:
        shift = len(programs)
        programs += [
            replace(program, follows=None if program.follows is None else program.follows + shift)
            for program in plan.programs
        ]
    return programs


def start_processes(prover: Prover) -> contextlib.AbstractContextManager[Zygote]:
    """What texts are run from: a process that has imported and started what running them needs."""
    return Zygote(preload=[(f"{_prepare.__module__}:{_prepare.__name__}", prover)])


def _prepare(prover: Prover) -> None:
    prover.prepare()


def _run_programs(
    prover: Prover, programs: Sequence[Program], scratch: Path
) -> Iterator[tuple[int, Outcome | Rejection | None]]:
    yield from prover.run(programs, scratch)
