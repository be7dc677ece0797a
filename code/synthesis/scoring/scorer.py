"""Scores models' texts against rows, by execution on inputs that nobody has seen."""

import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from synthesis.errors import ConfigError, Symptom
from synthesis.scoring.answers import Answer
from synthesis.scoring.normal import normal_form, unfenced
from synthesis.scoring.scores import Refusal, Score, Step
from synthesis.scoring.settings import Scoring
from synthesis.sources.planned import PlannedRows
from synthesis.verification.plan import Plan

_SEEDS = 2**63


class Scorer:
    """Scores answers, and keeps what is slow to start between calls; a context manager.

    Args:
        settings: what it scores with.
    """

    def __init__(self, settings: Scoring = Scoring()) -> None:  # noqa: B008 (it is frozen)
        self.settings = settings
        self._stack = ExitStack()
        self._planned = self._stack.enter_context(PlannedRows(settings, time_limits=settings.time_limits))

    def __enter__(self) -> "Scorer":
        """The scorer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that sources and texts run in."""
        self.close()

    def close(self) -> None:
        """Stop the processes that sources and texts run in."""
        self._stack.close()

    def score(self, answers: Sequence[Answer], *, seed: int | None = None) -> list[Score]:
        """A score for each answer, in order; answers that are scored together share processes and units.

        Args:
            answers: of any rows.
            seed: of the inputs; that of the settings if None, and if that is None too, one that nobody knows.

        Raises:
            ConfigError: if an answer's row has no proved text of its level.
            MissingFrontendError: if the package of a row's front end is not installed.
            MachineError: if the machine does not let texts be run.
        """
        chosen = seed if seed is not None else self.settings.seed
        return [self._score(each, secrets.randbelow(_SEEDS) if chosen is None else chosen) for each in answers]

    def _score(self, answer: Answer, seed: int) -> Score:
        row = answer.row
        own, level = row.texts.get(answer.level), row.level(answer.level)
        if own is None or level is None:
            raise ConfigError(f"the row {row.metadata['id'][:12]} has no text at level {answer.level!r}")
        text = unfenced(answer.text)
        if normal_form(text, level.language) == normal_form(own, level.language):
            return Score(value=1.0, step=Step.ALL, same_text=True)
        (plan,) = self._planned.plans([row], seed=seed)
        if not isinstance(plan, Plan):
            return Score(value=0.0, step=Step.NOTHING, symptom=Refusal.NOT_EXECUTED, message=plan)
        number = next((n for n, each in enumerate(plan.programs) if each.level.name == level.name), None)
        if number is None:
            return Score(value=0.0, step=Step.NOTHING, symptom=Refusal.NOT_EXECUTED)
        program = replace(plan.programs[number], text=text)
        programs = (program,)
        if program.follows is not None:
            programs = (plan.programs[program.follows], replace(program, follows=0))
        levels = tuple(each.level for each in programs)
        (found,) = self._planned.verifier(row.frontend).judge([replace(plan, programs=programs, levels=levels)])
        problem = found.problem or found.failed.get(level.name)
        if problem is None and level.name in found.verdict.verified:
            return Score(value=1.0, step=Step.ALL)
        symptom = problem.symptom if problem is not None else Symptom.WRONG_RESULT
        return Score(value=0.0, step=Step.RAN, symptom=str(symptom))
