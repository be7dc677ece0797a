"""Scores one text in one call, with a scorer that is kept between calls."""

import atexit
from collections.abc import Mapping
from typing import Any

from synthesis.core.records import Pair
from synthesis.dataset.storage.documents import Document
from synthesis.scoring.answers import Answer
from synthesis.scoring.rows import row_of
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

_kept: list[Scorer] = []


def score(
    row: Mapping[str, Any] | Document | Pair, text: str, *, level: str, seed: int | None = None, **settings: Any
) -> Score:
    """Return the score of an answer to a row.

    The first call starts the processes that run texts, which takes some seconds. Later calls with the same settings use
    them. To score many texts at once, :class:`synthesis.Scorer` is faster.

    Args:
        row: a row from ``datasets.load_dataset``, a row in JSON form, a document, or a pair.
        text: the text of the answer.
        level: the level of the text: a level of the row, or ``python`` for Python that answers its IR.
        seed: the seed of the inputs; a random one if None.
        settings: fields of :class:`synthesis.Scoring` by name.

    Raises:
        ConfigError: for an unknown or invalid setting, or a level of which the row has no verified text.
        TargetError: if the row is invalid.
        MissingFrontendError: if the package of the row's front end is not installed.
        MachineError: if texts cannot be run on this machine.
    """
    chosen, document = Scoring.of(**settings), row_of(row)
    if not _kept or _kept[0].settings != chosen:
        close_kept()
        _kept.append(Scorer(chosen))
    (found,) = _kept[0].score([Answer(row=document, level=level, text=text)], seed=seed)
    return found


def close_kept() -> None:
    """Stop the scorer that is kept between calls."""
    while _kept:
        _kept.pop().close()


atexit.register(close_kept)
