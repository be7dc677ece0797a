"""The way back: Python that answers a row's IR, lowered where it can do no harm.

The candidate's Python says nothing of what is right: what it lowers to is a text like any other, and is run on what the
row's own source gives.
"""

from collections.abc import Mapping
from dataclasses import replace

from synthesis.core.errors import Symptom
from synthesis.dataset.storage.reading import Document
from synthesis.frontends.base import Level
from synthesis.making.sources.lowering import LoweredSource, Source, native_words
from synthesis.making.sources.stored import StoredRows
from synthesis.scoring.scores import Refusal, Score, Step
from synthesis.scoring.verdicts import not_executed, plain, refused

_NO_PYTHON = frozenset([Symptom.SYNTAX_ERROR, Symptom.IMPORT_ERROR, Symptom.NO_KERNEL])
"""Symptoms of a source that is none of a kernel's."""


def source_of(row: Document, level: Level, text: str) -> Source:
    """What is to be lowered of Python that answers a row.

    Args:
        row: the row.
        level: that it is held against.
        text: the Python.
    """
    spec = replace(row.spec, source=text, self_contained=True, seed=None, index=None, ops=())
    return Source(spec=spec, level=level.name, device=row.device, native=native_words(row.source))


def first_sight(found: LoweredSource, worth: Mapping[Step, float]) -> Score | None:
    """The score of Python that gives no text, or None if it gives one.

    Args:
        found: what came of lowering it.
        worth: what each step is worth.
    """
    if found.more:
        return refused(str(Refusal.FOREIGN), found.more)
    if found.other:
        return Score(
            value=worth[Step.PARSED], step=Step.PARSED, symptom=str(Refusal.OTHER_SIGNATURE), message=plain(found.other)
        )
    rejection = found.rejection
    if rejection is None:
        return None if found.text else not_executed("it gives no text at the row's level")
    step = Step.NOTHING if rejection.symptom in _NO_PYTHON else Step.PARSED
    return Score(value=worth[step], step=step, symptom=str(rejection.symptom), message=plain(rejection.detail))


def lower_all(stored: StoredRows, sources: Mapping[int, Source]) -> dict[int, LoweredSource]:
    """What sources give, by their numbers.

    Raises:
        MachineError: if the machine does not let processes run.
    """
    found: dict[int, LoweredSource] = {}
    by_frontend: dict[str, dict[int, Source]] = {}
    for number, source in sources.items():
        by_frontend.setdefault(source.spec.frontend, {})[number] = source
    for frontend, some in by_frontend.items():
        found |= dict(zip(some, stored.lower(frontend, [*some.values()]), strict=True))
    return found
