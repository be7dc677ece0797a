"""Verifies a finished folder of pairs again, from its files alone, on whatever machine this is.

Nothing that a row says of itself is believed: its Python source is loaded, its signature says what inputs to draw, and
its texts are executed. A row that claims to be verified where it cannot be is a failure too.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthesis.errors import Symptom
from synthesis.making.candidate import Candidate
from synthesis.making.workshop import Workshop
from synthesis.output.reading import BrokenFile, Document, count_pairs, scan_folder
from synthesis.progress import Meter, progress_bar
from synthesis.records import Hindrance, Unproved, Verdict
from synthesis.settings import Making
from synthesis.sources.stored import TERMS, candidate_of


@dataclass(frozen=True, slots=True)
class Failure:
    """A text, or a whole row, that did not pass."""

    file: str
    level: str
    """Empty for a whole row."""
    symptom: str
    detail: str


@dataclass(slots=True)
class Reverification:
    """What was found in a folder."""

    rows: int = 0
    texts: int = 0
    """Texts proved by execution."""
    failing_rows: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    unverified: Counter[str] = field(default_factory=Counter[str])
    """Why texts were not executed, and how many."""

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
        return {
            "rows": self.rows,
            "texts": self.texts,
            "failing_rows": self.failing_rows,
            "failures": [
                {"file": each.file, "level": each.level, "symptom": each.symptom, "detail": each.detail}
                for each in self.failures
            ],
            "unverified": dict(self.unverified),
        }

    def count(self, failures: list[Failure]) -> None:
        """Add a row and what is wrong with it."""
        self.rows += 1
        self.failing_rows += bool(failures)
        self.failures += failures


def verify_folder(folder: str | Path, *, progress: bool = False) -> Reverification:
    """Verify every row of a folder.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote.
        progress: whether to show a bar on standard error.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
        MissingFrontendError: if a row's front end is not installed.
    """
    found = Reverification()
    with ExitStack() as stack:
        listeners = [stack.enter_context(progress_bar("verify"))] if progress else []
        meter = Meter(count_pairs(Path(folder)), listeners)
        workshop = stack.enter_context(Workshop(Making(), TERMS, on_step=meter.step))
        documents: dict[int, Document] = {}
        for candidate in workshop.finish(_candidates(Path(folder), found, documents)):
            failures = list(_failures(documents.pop(candidate.number), candidate, found))
            found.count(failures)
            meter.finish(not failures)
    return found


def _candidates(folder: Path, found: Reverification, documents: dict[int, Document]) -> Iterator[Candidate]:
    """The candidates of a folder; their documents are kept by number, and broken files are counted."""
    for number, document in enumerate(scan_folder(folder)):
        if isinstance(document, BrokenFile):
            found.count([Failure(document.path.stem, "", "unreadable", document.why)])
            continue
        documents[number] = document
        yield candidate_of(document, number)


def _failures(document: Document, candidate: Candidate, found: Reverification) -> Iterator[Failure]:
    """What is wrong with a row."""
    if candidate.stopped is not None:
        yield Failure(document.stem, "", str(candidate.stopped.symptom), candidate.stopped.detail)
        return
    claimed: list[str] = list(document.metadata["verified"])
    verdict = candidate.judgement.verdict if candidate.judgement is not None else Verdict()
    failed: list[str | None] = []
    for rejection in candidate.lowered.rejections if candidate.lowered is not None else ():
        failed.append(rejection.level)
        if rejection.symptom is Symptom.NOT_DIFFERENTIABLE and rejection.level not in claimed:
            found.unverified[rejection.detail] += 1
            continue
        yield Failure(document.stem, rejection.level or "", str(rejection.symptom), rejection.detail)
    found.texts += len(verdict.verified)
    found.unverified.update(map(str, verdict.unverified.values()))
    for name in claimed:
        reason = verdict.unverified.get(name)
        if name not in verdict.verified and name not in failed and not _needs_gpu(reason):
            why = str(reason or "the row has no such text")
            yield Failure(document.stem, name, "not_verified", f"the row says that it is verified, but {why}")


def _needs_gpu(reason: Unproved | None) -> bool:
    return reason is not None and reason.hindrance is Hindrance.NEEDS_GPU
