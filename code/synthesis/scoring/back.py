"""Lowers Python that is an answer to a row's IR, in a sandboxed process.

The model's Python has no influence on the expected results. The text that it lowers to is run like any other, on the
inputs and results of the row's own source.
"""

from collections.abc import Mapping
from dataclasses import replace

from synthesis.core.errors import Symptom
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Level
from synthesis.making.sources.lowering import LoweredSource, Source, native_words
from synthesis.making.sources.stored import StoredRows
from synthesis.scoring.scores import Refusal, Score, Step
from synthesis.scoring.verdicts import not_executed, plain, refused

_NO_PYTHON = frozenset([Symptom.SYNTAX_ERROR, Symptom.IMPORT_ERROR, Symptom.NO_KERNEL])
"""Symptoms of a source that defines no kernel."""


def source_of(row: Document, level: Level, text: str) -> Source:
    """Return the source to lower for Python that is an answer to a row.

    Args:
        row: the row.
        level: the level that it is compared at.
        text: the Python.
    """
    spec = replace(row.spec, source=text, self_contained=True, seed=None, index=None, ops=())
    return Source(spec=spec, level=level.name, device=row.device, native=native_words(row.source))


def score_unlowered(found: LoweredSource, step_credits: Mapping[Step, float]) -> Score | None:
    """Return the score of Python that cannot be lowered to a text; None if it can.

    Args:
        found: the result of lowering it.
        step_credits: the credit of each step.
    """
    if found.more:
        return refused(str(Refusal.FOREIGN), found.more)
    if found.other:
        return Score(
            value=step_credits[Step.PARSED],
            step=Step.PARSED,
            symptom=str(Refusal.OTHER_SIGNATURE),
            message=plain(found.other),
        )
    rejection = found.rejection
    if rejection is None:
        return None if found.text else not_executed("it gives no text at the row's level")
    step = Step.NOTHING if rejection.symptom in _NO_PYTHON else Step.PARSED
    return Score(value=step_credits[step], step=step, symptom=str(rejection.symptom), message=plain(rejection.detail))


def lower_all(stored: StoredRows, sources: Mapping[int, Source]) -> dict[int, LoweredSource]:
    """Lower sources, and return the results by number.

    Raises:
        MachineError: if processes cannot run on this machine.
    """
    found: dict[int, LoweredSource] = {}
    by_frontend: dict[str, dict[int, Source]] = {}
    for number, source in sources.items():
        by_frontend.setdefault(source.spec.frontend, {})[number] = source
    for frontend, some in by_frontend.items():
        found |= dict(zip(some, stored.lower(frontend, [*some.values()]), strict=True))
    return found
