"""Scores models' texts for rows by running them on inputs from a seed."""

import secrets
from collections.abc import Iterator, Sequence

from synthesis.scoring.answers import Answer
from synthesis.scoring.grading import BATCH_SIZE, Grader, check_level
from synthesis.scoring.plans import key_of
from synthesis.scoring.pool import Pool
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

_SEEDS = 2**62
_FEWEST = 8
"""Minimum number of answers for a separate process."""


class Scorer:
    """Scores answers, and keeps its processes between calls. A context manager.

    It must not be used by several threads at once.

    Args:
        settings: the settings of the scoring.
    """

    def __init__(self, settings: Scoring = Scoring()) -> None:  # noqa: B008 (it is frozen)
        self.settings = settings
        self._grader = Grader(settings)
        self._pool = Pool(settings)

    def __enter__(self) -> "Scorer":
        """Return the scorer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run sources and texts."""
        self.close()

    def close(self) -> None:
        """Stop the processes that run sources and texts."""
        self._pool.close()
        self._grader.close()

    def score(self, answers: Sequence[Answer], *, seed: int | None = None) -> list[Score]:
        """Return a score for each answer, in order. Answers scored together share processes and translation units.

        Args:
            answers: answers to any rows.
            seed: the seed of the inputs; that of the settings if None, and a random one if that is None too.

        Raises:
            ConfigError: if an answer's row has no verified text of its level.
            MissingFrontendError: if the package of a row's front end is not installed.
            MachineError: if texts cannot be run on this machine.
        """
        chosen = seed if seed is not None else self.settings.seed
        chosen = secrets.randbelow(_SEEDS) if chosen is None else chosen
        if self.settings.workers == 1 or len(answers) <= _FEWEST:
            return self._grader.score(answers, chosen)
        for each in answers:  # now, and not after some of them have been scored
            check_level(each, require_verified=self.settings.require_verified)
        lots = list(_lots(answers, self.settings.workers))
        scores = self._pool.score([[answers[number] for number in lot] for lot in lots], chosen)
        found = dict(pair for lot, some in zip(lots, scores, strict=True) for pair in zip(lot, some, strict=True))
        return [found[number] for number in range(len(answers))]


def _lots(answers: Sequence[Answer], workers: int) -> Iterator[list[int]]:
    """Yield batches of answers by number, with answers to the same row next to each other."""
    rows: dict[str, list[int]] = {}
    for number, each in enumerate(answers):
        rows.setdefault(f"{each.row.frontend} {key_of(each.row)}", []).append(number)
    ordered = [number for numbers in rows.values() for number in numbers]
    size = min(BATCH_SIZE, max(_FEWEST, -(-len(ordered) // workers)))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
