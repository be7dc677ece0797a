"""Runs candidates through all steps, in batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from synthesis.core.errors import Stage
from synthesis.core.records import Pair, Rejection
from synthesis.core.sandbox.confinement import Confinement, Protection
from synthesis.core.settings import Making
from synthesis.frontends.base import Frontend, Kernel
from synthesis.frontends.registry import get_frontend
from synthesis.making import stages
from synthesis.making.candidate import Candidate, pair_of
from synthesis.making.faults import each_guarded
from synthesis.making.stages import Terms

if TYPE_CHECKING:  # imported only where verification is used
    from synthesis.verification.verifier import Verifier

VERIFIED_TOGETHER = 100
"""Number of kernels whose texts share a process and a translation unit during verification.

With 20, each kernel takes a third longer.
"""
_LOWERED = 0.2
"""Share of a candidate's progress for lowering, roughly in proportion to its cost."""
_PLANNED = 0.4
"""Share of a candidate's progress for planning, roughly in proportion to its cost."""
_RUN = 0.4
"""Share of a candidate's progress for running its texts, roughly in proportion to its cost."""

OnStep = Callable[[float, str], None]
"""Called with progress and the step (``lower``, ``plan`` or ``prove``). The progress of one candidate sums to 1."""


class Workshop:
    """Finishes candidates of any front end. A context manager.

    Args:
        making: the settings that texts and verdicts depend on.
        terms: the requirements on the candidates.
        frontend: the front end of all candidates; looked up by each candidate's name if None.
        kernels_per_module: number of neighbours that may share a Python module. No candidate depends on it.
        confinement: the restrictions on processes that run texts; all that this machine supports if None.
        on_step: called with progress.
        plan_with_rounding: makes another plan for a candidate that came with a plan. The new plan measures the effect
            of rounding. It is needed if some of these plans may not have measured it.
    """

    def __init__(
        self,
        making: Making,
        terms: Terms,
        *,
        frontend: Frontend | None = None,
        kernels_per_module: int = 1,
        confinement: Confinement | None = None,
        on_step: OnStep | None = None,
        plan_with_rounding: Callable[[Candidate], Candidate] | None = None,
    ) -> None:
        self._making = making
        self._terms = terms
        self._frontend = frontend
        self._kernels_per_module = kernels_per_module
        self._confinement = confinement
        self._on_step = on_step
        self._plan_elsewhere = plan_with_rounding
        self._verifiers: dict[str, Verifier] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Workshop":
        """Return the workshop itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run texts."""
        self.close()

    @property
    def protections(self) -> frozenset[Protection] | None:
        """The protections that held for all texts run so far; None if none was run."""
        found = [each.protections for each in self._verifiers.values() if each.protections is not None]
        return frozenset(each for each in Protection if all(each in in_force for in_force in found)) if found else None

    def close(self) -> None:
        """Stop the processes that run texts. They are started again when needed."""
        self._verifiers.clear()
        self._stack.close()

    def pairs(self, candidates: Iterable[Candidate]) -> Iterator[Pair | Rejection]:
        """Yield the pairs or rejections of candidates, in order."""
        for each in self.finish(candidates):
            yield pair_of(each, None if each.stopped is not None else self._frontend_of(each).compiler.toolchain())

    def finish(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """Yield the finished candidates, in order, without their live kernels."""
        waiting: list[Candidate] = []
        for each in candidates:
            waiting.append(each)
            if len(waiting) >= VERIFIED_TOGETHER or all(map(_is_done, waiting)):
                yield from self._finish_together(waiting)
                waiting = []
        yield from self._finish_together(waiting)

    def _finish_together(self, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        for name, group in groupby(candidates, key=lambda each: each.frontend):
            neighbours = list(group)
            yield from self._finish_group(neighbours) if name else neighbours

    def _finish_group(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        frontend = self._frontend_of(candidates[0])
        load = partial(stages.load, frontend, together=self._kernels_per_module)
        made: list[Candidate] = []
        try:
            for start in range(0, len(candidates), self._kernels_per_module):
                neighbours = candidates[start : start + self._kernels_per_module]
                made += each_guarded(Stage.LOAD, neighbours, load)
                made[start:] = each_guarded(
                    Stage.LOWER, made[start:], partial(stages.lower, frontend, max_lines=self._making.max_lines)
                )
                self._step(_LOWERED * len(neighbours), "lower")
            for place, each in enumerate(made):
                (made[place],) = each_guarded(Stage.VERIFY, [each], partial(self._plan, frontend))
                self._step(_PLANNED, "plan")
            made = each_guarded(Stage.VERIFY, made, partial(self._prove, frontend))
        finally:
            frontend.compiler.release([each.kernel for each in made if isinstance(each.kernel, Kernel)])
        return [each.detached() for each in made]

    def _plan(self, frontend: Frontend, candidates: Sequence[Candidate]) -> list[Candidate]:
        (candidate,) = candidates
        if candidate.spec is None or not self._making.verifies(candidate.spec.seed, candidate.number):
            return [candidate]
        from synthesis.making import proving

        return proving.plan(frontend, [candidate], self._making, self._terms)

    def _prove(self, frontend: Frontend, candidates: Sequence[Candidate]) -> list[Candidate]:
        programs = sum(len(each.plan.programs) for each in candidates if each.plan is not None)
        left = _RUN * len(candidates)
        if not any(each.plan is not None for each in candidates):
            self._step(left, "prove")
            return [*candidates]
        from synthesis.making import proving

        part = left / (programs + 1)
        proved = proving.prove(
            self._verifier_of(frontend),
            candidates,
            self._terms,
            plan_with_rounding=partial(self._plan_with_rounding, frontend),
            on_outcome=lambda: self._step(part, "prove"),
        )
        self._step(part, "prove")
        return proved

    def _plan_with_rounding(self, frontend: Frontend, candidate: Candidate) -> Candidate:
        """Return the candidate with a plan that has measured rounding, or stopped if planning fails."""
        if candidate.kernel is None and self._plan_elsewhere is not None:
            return self._plan_elsewhere(candidate)
        from synthesis.making import proving

        work = partial(proving.plan, frontend, making=self._making, terms=self._terms, measure_rounding=True)
        (made,) = each_guarded(Stage.VERIFY, [replace(candidate, plan=None)], work)
        return made

    def _verifier_of(self, frontend: Frontend) -> "Verifier":
        if frontend.name not in self._verifiers:
            from synthesis.verification.verifier import Verifier

            verifier = Verifier(
                frontend,
                time_limit=self._making.text_time_limit,
                confinement=self._confinement,
                untrusted=self._terms.untrusted,
            )
            self._verifiers[frontend.name] = self._stack.enter_context(verifier)
        return self._verifiers[frontend.name]

    def _frontend_of(self, candidate: Candidate) -> Frontend:
        return self._frontend or get_frontend(candidate.frontend)

    def _step(self, part: float, stage: str) -> None:
        if self._on_step is not None:
            self._on_step(part, stage)


def _is_done(candidate: Candidate) -> bool:
    """Return whether a candidate needs no further step.

    It is stopped, or it has texts but neither a live kernel nor a plan.
    """
    if candidate.stopped is not None:
        return True
    return candidate.lowered is not None and candidate.kernel is None and candidate.plan is None
