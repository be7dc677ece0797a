"""Scores models' texts against rows, by execution on inputs of a seed."""

import secrets
from collections.abc import Iterator, Sequence

from synthesis.scoring.answers import Answer
from synthesis.scoring.grading import TOGETHER, Grader, check_level
from synthesis.scoring.plans import key_of
from synthesis.scoring.pool import Pool
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

_SEEDS = 2**62
_FEWEST = 8
"""Answers that are worth a process of their own."""


class Scorer:
    """Scores answers, and keeps what is slow to start between calls; a context manager.

    Several threads must not use one at once.

    Args:
        settings: what it scores with.
    """

    def __init__(self, settings: Scoring = Scoring()) -> None:  # noqa: B008 (it is frozen)
        self.settings = settings
        self._grader = Grader(settings)
        self._pool = Pool(settings)

    def __enter__(self) -> "Scorer":
        """The scorer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that sources and texts run in."""
        self.close()

    def close(self) -> None:
        """Stop the processes that sources and texts run in."""
        self._pool.close()
        self._grader.close()

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
        chosen = secrets.randbelow(_SEEDS) if chosen is None else chosen
        if self.settings.workers == 1 or len(answers) <= _FEWEST:
            return self._grader.score(answers, chosen)
        for each in answers:  # at once, and not when a part of them has been scored
            check_level(each, require_verified=self.settings.require_verified)
        lots = list(_lots(answers, self.settings.workers))
        scores = self._pool.score([[answers[number] for number in lot] for lot in lots], chosen)
        found = dict(pair for lot, some in zip(lots, scores, strict=True) for pair in zip(lot, some, strict=True))
        return [found[number] for number in range(len(answers))]


def _lots(answers: Sequence[Answer], workers: int) -> Iterator[list[int]]:
    """The numbers of answers that a process scores together: those of a row beside each other."""
    rows: dict[str, list[int]] = {}
    for number, each in enumerate(answers):
        rows.setdefault(f"{each.row.frontend} {key_of(each.row)}", []).append(number)
    ordered = [number for numbers in rows.values() for number in numbers]
    size = min(TOGETHER, max(_FEWEST, -(-len(ordered) // workers)))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
