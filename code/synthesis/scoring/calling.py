"""One text scored by one call, with a scorer that stays."""

import atexit
from collections.abc import Mapping
from typing import Any

from synthesis.core.records import Pair
from synthesis.dataset.storage.reading import Document
from synthesis.scoring.answers import Answer
from synthesis.scoring.rows import row_of
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

_kept: list[Scorer] = []


def score(
    row: Mapping[str, Any] | Document | Pair, text: str, *, level: str, seed: int | None = None, **settings: Any
) -> Score:
    """What a model's text is worth that answers a row.

    The first call starts what texts are run from, which takes some seconds; further ones with the same settings use it.
    Many texts are scored faster together: :class:`synthesis.Scorer`.

    Args:
        row: a row as ``datasets.load_dataset`` gives it, one in its JSON form, a document, or a pair.
        text: the model's.
        level: what the text is said to be: a level of the row, or ``python`` for the way back.
        seed: of the inputs; one that nobody knows if None.
        settings: fields of :class:`synthesis.Scoring` by name.

    Raises:
        ConfigError: for a setting that there is not or that is not allowed to be so, or a level that the row has no
            proved text of.
        TargetError: if the row is none.
        MissingFrontendError: if the package of the row's front end is not installed.
        MachineError: if the machine does not let texts be run.
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
