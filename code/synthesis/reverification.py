"""Verifies a finished folder of pairs again, from its files alone, on whatever machine this is.

Nothing that a row says of itself is believed. Where the tools are those that made the row, each text is made again of
the source and compared byte for byte; what can be executed is executed; hashes, operations, signature and line maps are
computed again. Somebody else's code runs without rights, and the verdict is made where it cannot reach.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from synthesis.errors import Symptom
from synthesis.isolation.confinement import Protection
from synthesis.making.candidate import Candidate
from synthesis.making.workshop import Workshop
from synthesis.output.confined import ConfinedTables
from synthesis.output.reading import BrokenFile, Document, Place, count_pairs, read_drawing, scan_folder
from synthesis.progress import Meter, progress_bar
from synthesis.records import GradientStatus, Hindrance, Unproved, Verdict
from synthesis.settings import Making, Verification
from synthesis.sources.stored import TERMS, Checked, StoredRows


@dataclass(frozen=True, slots=True)
class Failure:
    """A text, or a whole row, that did not pass."""

    file: str
    level: str
    """Empty for a whole row."""
    symptom: str
    detail: str


OnFailure = Callable[[Failure], None]


@dataclass(slots=True)
class Reverification:
    """What was found in a folder."""

    rows: int = 0
    texts: int = 0
    """Texts proved by execution."""
    remade: int = 0
    """Texts that are, byte for byte, what their sources give, and that were not executed."""
    failing_rows: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    """What failed, unless somebody was told as it did."""
    unverified: Counter[str] = field(default_factory=Counter[str])
    """Why texts were not executed, and how many."""
    unproved: int = 0
    """Texts of other tools than those that are here that could not be executed: nothing is known of them."""
    seed: int = 0
    """Of the inputs that texts ran on."""
    protections: frozenset[Protection] | None = None
    """What held of the code that ran; None if none did."""

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
        return {
            "rows": self.rows,
            "texts": self.texts,
            "remade": self.remade,
            "unproved": self.unproved,
            "failing_rows": self.failing_rows,
            "failures": [
                {"file": each.file, "level": each.level, "symptom": each.symptom, "detail": each.detail}
                for each in self.failures
            ],
            "unverified": dict(self.unverified),
            "seed": self.seed,
            "protections": [str(each) for each in Protection if each in (self.protections or ())],
        }

    @property
    def status(self) -> int:
        """What a command exits with: 1 if a row failed, 3 if texts could not be proved, 0 if all is well."""
        return 1 if self.failing_rows else 3 if self.unproved else 0


def verify_folder(
    folder: Place, *, on_failure: OnFailure | None = None, progress: bool = False, **settings: Any
) -> Reverification:
    """Verify every row of a folder; see :func:`verify_folder_with`.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote, or its URL.
        on_failure: told of each failure as it is found; they are not kept then.
        progress: whether to show a bar on standard error.
        settings: fields of :class:`synthesis.settings.Verification` by name, such as ``seed`` or ``sandbox``.
    """
    return verify_folder_with(Verification.of(**settings), folder, on_failure=on_failure, progress=progress)


def verify_folder_with(
    settings: Verification, folder: Place, *, on_failure: OnFailure | None = None, progress: bool = False
) -> Reverification:
    """Verify every row of a folder.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
        MissingFrontendError: if a row's front end is not installed.
        MachineError: if the machine does not let rows be verified, or lacks a protection that is required.
    """
    found = Reverification(seed=settings.seed)
    drawing = read_drawing(folder)
    making = Making(text_time_limit=settings.text_time_limit)
    with ExitStack() as stack:
        listeners = [stack.enter_context(progress_bar("verify"))] if progress else []
        meter = Meter(count_pairs(folder) if progress else None, listeners)
        workshop = stack.enter_context(Workshop(making, TERMS, confinement=settings.confinement, on_step=meter.step))
        tables = stack.enter_context(ConfinedTables(settings.confinement))
        stored = stack.enter_context(StoredRows(settings, () if drawing is None else (drawing,)))
        tally = _Tally(found, on_failure)
        waiting: dict[int, Checked] = {}

        def candidates() -> Iterator[Candidate]:
            for checked in stored.check(enumerate(tally.documents(folder, tables))):
                waiting[checked.candidate.number] = checked
                yield checked.candidate

        for candidate in workshop.finish(candidates()):
            checked = waiting.pop(candidate.number)
            failures = list(_failures(checked, candidate, found))
            tally.count(failures)
            meter.finish(not failures)
        found.protections = workshop.protections
    return found


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts rows, and tells of what is wrong with them."""

    found: Reverification
    on_failure: OnFailure | None

    def documents(self, folder: Place, tables: ConfinedTables) -> Iterator[Document]:
        """The rows of a folder; files that are none are counted."""
        for document in scan_folder(folder, tables.read):
            if isinstance(document, BrokenFile):
                self.count([Failure(document.stem, "", document.symptom, document.why)])
            else:
                yield document

    def count(self, failures: list[Failure]) -> None:
        """Add a row and what is wrong with it."""
        self.found.rows += 1
        self.found.failing_rows += bool(failures)
        if self.on_failure is None:
            self.found.failures += failures
            return
        for failure in failures:
            self.on_failure(failure)


def _failures(checked: Checked, candidate: Candidate, found: Reverification) -> Iterator[Failure]:
    """What is wrong with a row; what is not wrong is counted."""
    stem = checked.document.stem
    if checked.document.altered:
        yield Failure(stem, "", "altered", "the file is not as the run wrote it")
    if candidate.stopped is not None:
        yield Failure(stem, "", str(candidate.stopped.symptom), candidate.stopped.detail)
        return
    for difference in checked.differences:
        symptom = "other_bytes" if difference.level else "other_metadata"
        yield Failure(stem, difference.level, symptom, difference.detail)
    verdict = candidate.judgement.verdict if candidate.judgement is not None else Verdict()
    unverified = dict(verdict.unverified)
    claimed = [str(name) for name in checked.document.metadata["verified"]]
    failed = {difference.level for difference in checked.differences}
    for rejection in candidate.lowered.rejections if candidate.lowered is not None else ():
        level = rejection.level or ""
        failed.add(level)
        if rejection.symptom is Symptom.NOT_DIFFERENTIABLE and level not in claimed:
            unverified[level] = Unproved(Hindrance.NOT_EXECUTED, rejection.detail)
            continue
        yield Failure(stem, level, str(rejection.symptom), rejection.detail)
    found.texts += len(verdict.verified)
    for name, reason in unverified.items():
        same = checked.same and name in checked.remade
        found.remade += same
        found.unproved += not same
        found.unverified[f"{reason}; the same bytes as made again" if same else str(reason)] += 1
    if not failed:
        yield from _overclaims(checked, verdict, found.seed)
    for name in claimed:
        reason = verdict.unverified.get(name)
        if name not in verdict.verified and name not in failed and not _needs_gpu(reason):
            why = str(reason or "the row has no such text")
            yield Failure(stem, name, "not_verified", f"the row says that it is verified, but {why}")


def _overclaims(checked: Checked, verdict: Verdict, seed: int) -> Iterator[Failure]:
    """What the row says of its proof and that is not so."""
    metadata, stem = checked.document.metadata, checked.document.stem
    if metadata["gradient"] == str(GradientStatus.AGREES) and verdict.gradient.status is not GradientStatus.AGREES:
        yield Failure(stem, "", "other_metadata", f"gradient: the row says agrees, and it is {verdict.gradient}")
    reached = round(verdict.reached, 4)
    if checked.same and not seed and metadata["verified"] and metadata["reached"] > reached:
        yield Failure(stem, "", "other_metadata", f"reached: the row says {metadata['reached']}, and it is {reached}")


def _needs_gpu(reason: Unproved | None) -> bool:
    return reason is not None and reason.hindrance is Hindrance.NEEDS_GPU
