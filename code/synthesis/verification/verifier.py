"""Verifies kernels in batches: texts run in processes of their own, and one that comes to harm costs itself alone."""

import contextlib
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from synthesis.errors import ConfigError, Stage, Symptom
from synthesis.frontends.base import Frontend, Kernel, Lowered, Outcome, Program
from synthesis.grammar.streams import digest
from synthesis.isolation import Casualty, Zygote
from synthesis.records import Rejection, Verdict
from synthesis.verification.checks import Check, Problem

TIME_LIMIT = 5.0
"""Seconds that one text may run; a text that takes longer is tried alone for ten times that."""
_PATIENCE = 10
_COMPILING = 0.1
"""Seconds a text that the compilation of a batch may take beside."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which kernels are verified: all, a sampled share, or none."""

    part: float

    @classmethod
    def parse(cls, text: str) -> "Share":
        """``all``, ``none`` or ``sample:0.1``.

        Raises:
            ConfigError: for anything else.
        """
        if text in ("all", "none"):
            return cls(1.0 if text == "all" else 0.0)
        kind, _, number = text.partition(":")
        with contextlib.suppress(ValueError):
            if kind == "sample" and 0.0 < float(number) <= 1.0:
                return cls(float(number))
        raise ConfigError(
            f"cannot read {text!r} as what to verify; allowed: all, none, sample:SHARE with 0 < SHARE <= 1"
        )

    def has(self, seed: int | None, index: int | None) -> bool:
        """Whether a candidate is among them; a pure function of seed and index."""
        if self.part in (0.0, 1.0):
            return self.part == 1.0
        return int(digest("verify", seed or 0, index or 0)[:12], 16) < self.part * 16**12

    def __str__(self) -> str:
        """As ``parse`` reads it."""
        return {0.0: "none", 1.0: "all"}.get(self.part, f"sample:{self.part:g}")


@dataclass(frozen=True, slots=True)
class Verified:
    """A kernel's texts after verification: those that failed are None and have a rejection."""

    lowered: Lowered
    verdict: Verdict


class Verifier:
    """Verifies the texts of one front end's kernels.

    It starts a process that imports the front end's tools when it is first used; ``close`` stops it, and so does the
    end of the object.

    Args:
        frontend: whose kernels; an object that can be pickled, as one without state can.
        time_limit: seconds that one text may run.
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

    def verify(
        self,
        entries: Sequence[tuple[Kernel, Lowered]],
        *,
        useful: bool = True,
        each: bool = False,
        build: Share | None = None,
    ) -> list[Verified | Rejection]:
        """The verdict on each kernel; one whose whole it is that fails is a rejection.

        Args:
            entries: loaded kernels and their texts; kernels that share units are faster together.
            useful: whether a kernel has to be useful, as a drawn one has.
            each: whether a kernel all of whose texts fail is told of text by text, and not as a whole.
            build: whose CUDA texts are compiled by NVRTC too; nobody's if None.
        """
        checks = [
            begun(
                self.frontend,
                kernel,
                lowered,
                useful=useful,
                build=build is not None and build.has(kernel.spec.seed, kernel.spec.index),
            )
            for kernel, lowered in entries
        ]
        return self.finish([(check, lowered) for check, (_, lowered) in zip(checks, entries, strict=True)], each=each)

    def finish(self, entries: Sequence[tuple[Check, Lowered]], *, each: bool = False) -> list[Verified | Rejection]:
        """The verdict on each kernel whose check has begun, here or in another process."""
        outcomes = iter(self.run(programs_of([check for check, _ in entries])))
        return [
            _settled(check, lowered, [next(outcomes) for _ in check.programs], each=each) for check, lowered in entries
        ]

    def run(self, programs: Sequence[Program]) -> list[Outcome | Rejection]:
        """What each text leaves, or why it could not be run, in order."""
        found: dict[int, Outcome | Rejection] = {}
        if programs:
            self._run(dict(enumerate(programs)), found, self._time_limit)
        return [found[number] for number in range(len(programs))]

    def _run(self, programs: Mapping[int, Program], found: dict[int, Outcome | Rejection], time_limit: float) -> None:
        """Run programs in one process after the other until each has an outcome."""
        numbers = list(programs)
        position = {number: position for position, number in enumerate(numbers)}
        given = [replace(each, follows=None if each.follows is None else position.get(each.follows))
                 for each in programs.values()]  # fmt: skip
        processes = self._processes()
        work = partial(_run_programs, self.frontend, given, self._scratch)
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

    def _blame(
        self, number: int, program: Program, harm: Casualty, found: dict[int, Outcome | Rejection], time_limit: float
    ) -> None:
        """Settle the program that was at work; one that took too long is tried once more, alone and with patience."""
        if harm.symptom is Symptom.TIMEOUT and time_limit <= self._time_limit:
            self._run({number: program}, found, time_limit * _PATIENCE)
        else:
            found[number] = Rejection(stage=Stage.VERIFY, symptom=harm.symptom, detail=harm.detail)

    def _processes(self) -> Zygote:
        if self._zygote is None:
            self._scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="irsmith-verify-")))
            prepare = f"{_prepare.__module__}:{_prepare.__name__}"
            self._zygote = self._stack.enter_context(Zygote(preload=[(prepare, self.frontend)]))
        return self._zygote


def programs_of(checks: Sequence[Check]) -> list[Program]:
    """The programs of several checks, one after the other; what a program follows is one of its own kernel's."""
    programs: list[Program] = []
    for check in checks:
        shift = len(programs)
        programs += [
            replace(program, follows=None if program.follows is None else program.follows + shift)
            for program in check.programs
        ]
    return programs


def begun(
    frontend: Frontend,
    kernel: Kernel,
    lowered: Lowered,
    *,
    useful: bool,
    unknown: str | None = None,
    build: bool = False,
) -> Check:
    """The check of a kernel's texts, ready for its programs to be run.

    Args:
        frontend: the kernel's.
        kernel: a loaded kernel.
        lowered: its texts.
        useful: whether it has to be useful, as a drawn one has.
        unknown: why nothing of it can be proved, if that is so.
        build: whether its CUDA texts are compiled by NVRTC too.
    """
    by_name = {level.name: level for level in frontend.levels}
    texts = {by_name[name]: text for name, text in lowered.texts.items() if text is not None}
    check = Check(frontend, kernel, texts, useful, build, unknown=unknown)
    check.begin()
    return check


def _prepare(frontend: Frontend) -> None:
    frontend.prepare()


def _run_programs(
    frontend: Frontend, programs: Sequence[Program], scratch: Path
) -> Iterator[tuple[int, Outcome | Rejection | None]]:
    yield from frontend.run(programs, scratch)


def _settled(
    check: Check, lowered: Lowered, outcomes: Sequence[Outcome | Rejection], *, each: bool
) -> Verified | Rejection:
    """A check's end: texts that failed leave their row, and a kernel without a text that stands leaves altogether."""
    if check.problem is not None:
        return check.rejection(check.problem)
    verdict, failed = check.verdict(outcomes)
    if failed and not verdict.verified and not verdict.unverified and not each:
        first = next((problem for problem in failed.values()), Problem(Symptom.WRONG_RESULT, "nothing stands"))
        return check.rejection(first)
    texts = {name: None if name in failed else text for name, text in lowered.texts.items()}
    line_map = {name: runs for name, runs in lowered.line_map.items() if name not in failed}
    rejections = (*lowered.rejections, *(check.rejection(problem, name) for name, problem in failed.items()))
    return Verified(replace(lowered, texts=texts, line_map=line_map, rejections=rejections), verdict)
