"""Scores answers. Their code runs in sandboxed child processes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache

from synthesis.core.errors import ConfigError, Symptom
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Level, Program
from synthesis.frontends.registry import get_frontend
from synthesis.making.sources.planned import PlannedRows
from synthesis.scoring.admission import Refused, admitted
from synthesis.scoring.answers import PYTHON, Answer
from synthesis.scoring.back import lower_all, score_unlowered, source_of
from synthesis.scoring.normal import is_same_text, normal_lines
from synthesis.scoring.plans import Plans, key_of
from synthesis.scoring.scores import Refusal, Score, Step
from synthesis.scoring.settings import Scoring
from synthesis.scoring.verdicts import Trial, not_executed, refused, score_of, trial_of, wrote_outside
from synthesis.verification.plan import Plan

BATCH_SIZE = 40
"""Maximum number of texts that share a process and a translation unit."""
_MOST_BYTES = 1 << 28
"""Maximum number of bytes of results of texts that share a process."""
_SAME_TEXT = Score(value=1.0, step=Step.ALL, same_text=True)
_RAN = (Step.RAN, Step.SOME, Step.FORWARD)


@dataclass(frozen=True, slots=True)
class _Open:
    """An answer that must be run."""

    row: Document
    level: Level
    text: str

    @property
    def own_sizes(self) -> bool:
        """Whether the answer is run at other sizes than the row's texts were."""
        return self.row.spec.signature.twin is not None


@dataclass(frozen=True, slots=True)
class _Python:
    """An answer that must be lowered."""

    row: Document
    level: Level
    text: str


class Grader:
    """Scores answers, one batch at a time. A context manager.

    Args:
        settings: the settings of the scoring.
    """

    def __init__(self, settings: Scoring) -> None:
        self.settings = settings
        self._stack = ExitStack()
        self._planned = self._stack.enter_context(
            PlannedRows(
                settings, time_limit=settings.text_time_limit, source_time_limit=settings.source_time_limit, again=False
            )
        )
        self._plans = Plans(self._planned, settings.kept_plans)

    def __enter__(self) -> "Grader":
        """Return the grader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run sources and texts."""
        self.close()

    def close(self) -> None:
        """Stop the processes that run sources and texts."""
        self._stack.close()

    def score(self, answers: Sequence[Answer], seed: int) -> list[Score]:
        """Return a score for each answer, in order. Answers scored together share processes and translation units.

        Args:
            answers: answers to any rows.
            seed: the seed of the inputs.

        Raises:
            ConfigError: if an answer's row has no verified text of its level.
            MissingFrontendError: if the package of a row's front end is not installed.
            MachineError: if texts cannot be run on this machine.
        """
        levels = [check_level(each, require_verified=self.settings.require_verified) for each in answers]
        first = {
            number: self._at_first_sight(answer, level)
            for number, (answer, level) in enumerate(zip(answers, levels, strict=True))
        }
        first |= self._lowered({number: each for number, each in first.items() if isinstance(each, _Python)})
        found = {number: each for number, each in first.items() if isinstance(each, Score)}
        found |= self._run({number: each for number, each in first.items() if isinstance(each, _Open)}, seed)
        return [found[number] for number in range(len(answers))]

    def _at_first_sight(self, answer: Answer, level: Level) -> "Score | _Open | _Python":
        """Return the score of an answer that need not be run, or what must be run or lowered."""
        row, python = answer.row, answer.level == PYTHON
        own = row.source if python else row.texts[level.name]
        assert own is not None
        text = admitted(answer.text, own, self.settings.text_limit)
        if isinstance(text, Refused):
            return text.score
        if python:
            same = normal_lines(text) == normal_lines(own)
            return _SAME_TEXT if same else _Python(row, level, text)
        if is_same_text(text, own, level.language):
            return _SAME_TEXT
        return _opened(row, level, text)

    def _lowered(self, waiting: "Mapping[int, _Python]") -> dict[int, Score | _Open]:
        """Return the score of each Python answer, or the text that must be run."""
        sources = {number: source_of(each.row, each.level, each.text) for number, each in waiting.items()}
        found: dict[int, Score | _Open] = {}
        for number, lowered in lower_all(self._planned.stored, sources).items():
            row, level = waiting[number].row, waiting[number].level
            score = score_unlowered(lowered, self.settings.step_credits)
            if score is not None:
                found[number] = score
            elif is_same_text(lowered.text, row.texts[level.name] or "", level.language):
                found[number] = _SAME_TEXT
            else:
                found[number] = _opened(row, level, lowered.text)
        return found

    def _run(self, waiting: Mapping[int, _Open], seed: int) -> dict[int, Score]:
        """Return the scores of answers that must be run. Equal answers are run once."""
        rows = {number: key_of(each.row) for number, each in waiting.items()}
        alike: dict[tuple[str, str, str], list[int]] = {}
        for number, each in waiting.items():
            alike.setdefault((rows[number], each.level.name, each.text), []).append(number)
        once = {numbers[0]: waiting[numbers[0]] for numbers in alike.values()}
        lots: dict[str, dict[int, _Open]] = {}  # arrays at a row's own sizes are large, so no others may be in memory
        for number, each in once.items():
            lots.setdefault(rows[number] if each.own_sizes else "", {})[number] = each
        scores: dict[int, Score] = {}
        for lot in lots.values():
            scores |= self._run_lot(lot, seed)
        return {number: scores[numbers[0]] for numbers in alike.values() for number in numbers}

    def _run_lot(self, lot: Mapping[int, _Open], seed: int) -> dict[int, Score]:
        """Return the scores of answers that must be run: of one row at its own sizes, or of rows without a twin."""
        scores: dict[int, Score] = {}
        trials: dict[str, dict[int, Trial]] = {}
        own_sizes = next(iter(lot.values())).own_sizes
        plans = self._plans.of([each.row for each in lot.values()], seed, own_sizes=own_sizes)
        for (number, each), plan in zip(lot.items(), plans, strict=True):
            trial = _trial_of(each, plan)
            if isinstance(trial, Trial):
                trials.setdefault(each.row.frontend, {})[number] = trial
            else:
                scores[number] = trial
        for frontend, some in trials.items():
            for together in _batches_of(some):
                scores |= self._run_together(frontend, together)
        return scores

    def _run_together(self, frontend: str, trials: Mapping[int, Trial]) -> dict[int, Score]:
        """Return the scores of texts that share a process.

        An answer may need the results of its row's own forward text. That is run once, before all such answers.
        """
        programs: list[Program] = []
        place: dict[int, int] = {}
        first: dict[tuple[int, str], int] = {}
        for number, trial in trials.items():
            follows = None
            if trial.before:
                key = id(trial.plan.draws), trial.before[0].level.name
                if key not in first:
                    first[key] = len(programs)
                    programs.append(trial.before[0])
                follows = first[key]
            place[number] = len(programs)
            programs.append(replace(trial.program, follows=follows))
        apart = [place[number] for number, trial in trials.items() if trial.apart]
        outcomes = self._planned.verifier(frontend).run(programs, apart=apart)
        found: dict[int, Score] = {}
        for number, trial in trials.items():
            follows = programs[place[number]].follows
            before = None if follows is None else outcomes[follows]
            found[number] = score_of(trial, before, outcomes[place[number]], self.settings.step_credits)
        outside = {number for number in trials if wrote_outside(outcomes[place[number]])}
        ran = {number: trials[number] for number in trials.keys() - outside if found[number].step in _RAN}
        if outside and ran:  # one that wrote out of bounds may have written into the arrays of others
            found |= self._run_together(frontend, {number: ran[number] for number in sorted(ran)})
        return found


def _opened(row: Document, level: Level, text: str) -> Score | _Open:
    """Return the text of an answer and what is needed to run it, or its score if it cannot be run."""
    if not level.run_by:
        return not_executed(f"it is not the row's own text, and {level.name} cannot be executed")
    sanitised = get_frontend(row.frontend).the_prover.sanitise(level, text, row.texts[level.name] or "")
    if sanitised.broken is not None:
        return refused(str(Symptom.SYNTAX_ERROR), sanitised.broken)
    if sanitised.foreign is not None:
        return refused(str(Refusal.FOREIGN), f"it has something that its tool never prints: {sanitised.foreign}")
    if sanitised.other is not None:
        return refused(str(Refusal.OTHER_SIGNATURE), sanitised.other)
    return _Open(row, level, sanitised.text)


def _batches_of(trials: Mapping[int, Trial]) -> Iterator[dict[int, Trial]]:
    """Yield batches of trials that share a process and whose results fit in memory."""
    lot, size = dict[int, Trial](), 0
    for number, trial in trials.items():
        more = trial.bytes_left
        if lot and (len(lot) == BATCH_SIZE or size + more > _MOST_BYTES):
            yield lot
            lot, size = {}, 0
        lot[number] = trial
        size += more
    if lot:
        yield lot


def _trial_of(each: _Open, plan: Plan | str) -> Trial | Score:
    """Return the trial of an answer, or its score if nothing can be run."""
    if isinstance(plan, str):
        return not_executed(plan)
    trial = trial_of(plan, each.level.name, each.text)
    if isinstance(trial, str):
        return not_executed(trial)
    why = get_frontend(each.row.frontend).the_prover.unavailable(each.level, each.text)
    if why is None:
        return replace(trial, apart=_is_foreign(each.row.frontend, each.level, each.row.texts[each.level.name] or ""))
    needs = "threads that cooperate" if why.needs_gpu else str(why)
    return refused(str(Refusal.FOREIGN), f"it needs what the row's own text does not: {needs}")


@lru_cache(maxsize=256)
def _is_foreign(frontend: str, level: Level, own: str) -> bool:
    """Return whether a row's own text contains foreign constructs, so that answers may contain them too."""
    return get_frontend(frontend).the_prover.foreign(level, own) is not None


def check_level(answer: Answer, *, require_verified: bool = True) -> Level:
    """Return the level of an answer, or the level that a Python answer is compared at.

    Args:
        answer: an answer to a row.
        require_verified: whether the row must list the level as verified.

    Raises:
        ConfigError: if the row has no text of the level, or ``require_verified`` is set and the text is not verified.
    """
    row, where = answer.row, f"the row {answer.row.metadata['id'][:12]}"
    verified = [str(name) for name in row.metadata["verified"]]
    proved = [name for name in row.texts if row.texts[name] is not None and (name in verified or not require_verified)]
    requested = answer.given or next(iter(proved), PYTHON) if answer.level == PYTHON else answer.level
    level = row.level(requested)
    if level is None or requested not in proved:
        why = "does not list it as verified" if row.texts.get(requested) is not None else "has no such text"
        raise ConfigError(f"{where} cannot be answered at level {requested!r}: it {why}; allowed: {', '.join(proved)}")
    return level
