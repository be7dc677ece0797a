"""Verifies a chunk of a finished folder: a range of its rows, using the files alone.

No claim of a row is trusted. Where the installed tools are those that made the row, each text is lowered again from the
source and compared byte for byte. Texts that can be executed are executed. Hashes, operations, signature and line maps
are recomputed. Foreign code runs in the sandbox, and cannot affect the verdict, which is made outside.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from synthesis.core.errors import Symptom
from synthesis.core.records import Rejection
from synthesis.core.sandbox.confinement import Protection
from synthesis.core.settings import Making, Verification
from synthesis.core.stores.base import Store
from synthesis.core.verdicts import GradientStatus, Hindrance, Unproved, Verdict
from synthesis.core.version import __version__
from synthesis.dataset.storage.chunks import Chunk
from synthesis.dataset.storage.confined import ConfinedTables
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.ranges import RangeReader
from synthesis.dataset.storage.reading import read_drawings
from synthesis.dataset.storage.rows import lowered_from
from synthesis.making.candidate import Candidate
from synthesis.making.sources.stored import TERMS, Checked, StoredRows
from synthesis.making.workshop import OnStep, Workshop


@dataclass(frozen=True, slots=True)
class Failure:
    """A text or a whole row that failed verification."""

    file: str
    level: str
    """The text's level; empty for a whole row."""
    symptom: str
    detail: str


@dataclass(slots=True)
class Findings:
    """The findings for a set of rows."""

    rows: int = 0
    texts: int = 0
    """Number of verified texts."""
    lowered: int = 0
    """Number of verified texts that were not executed, but that another verified text of the row is lowered to."""
    remade: int = 0
    """Number of texts that could not be executed, but equal what their sources are lowered to, byte for byte."""
    failing_rows: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    unverified: Counter[str] = field(default_factory=Counter[str])
    """Number of texts that were not executed, by reason."""
    unproved: int = 0
    """Number of texts that could not be verified because other tools than the installed ones made them."""
    protections: frozenset[Protection] | None = None
    """Protections that held for all code that was run; None if no code was run."""

    def to_json(self) -> dict[str, Any]:
        """Return the findings as JSON values."""
        protections = (
            None if self.protections is None else [str(each) for each in Protection if each in self.protections]
        )
        failures = [asdict(each) for each in self.failures]
        return {
            "rows": self.rows,
            "texts": self.texts,
            "lowered": self.lowered,
            "remade": self.remade,
            "unproved": self.unproved,
            "failing_rows": self.failing_rows,
            "failures": failures,
            "unverified": dict(self.unverified),
            "protections": protections,
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "Findings":
        """Return the findings from the output of ``to_json``."""
        protections = entry["protections"]
        return cls(
            rows=entry["rows"],
            texts=entry["texts"],
            lowered=entry["lowered"],
            remade=entry["remade"],
            failing_rows=entry["failing_rows"],
            failures=[Failure(**each) for each in entry["failures"]],
            unverified=Counter(entry["unverified"]),
            unproved=entry["unproved"],
            protections=None if protections is None else frozenset(map(Protection, protections)),
        )

    def count(self, failures: list[Failure]) -> None:
        """Add a row and its failures."""
        self.rows += 1
        self.failing_rows += bool(failures)
        self.failures += failures


class ChunkVerifier:
    """Verifies chunks of a folder's rows. A context manager.

    Args:
        settings: the settings of the verification.
        store: the folder.
        on_step: called with progress within rows.
        on_outcome: called for each row with whether it passed.
    """

    def __init__(
        self, settings: Verification, store: Store, *, on_step: OnStep, on_outcome: Callable[[bool], None]
    ) -> None:
        self._settings = settings
        self._on_outcome = on_outcome
        self._stack = ExitStack()
        making = Making(text_time_limit=settings.text_time_limit)
        enter = self._stack.enter_context
        self._waiting: dict[int, Checked] = {}
        self._workshop = enter(
            Workshop(
                making,
                TERMS,
                confinement=settings.confinement,
                on_step=on_step,
                plan_with_rounding=self._plan_with_rounding,
            )
        )
        self._reader = RangeReader(store, enter(ConfinedTables(settings.confinement)).read)
        drawings = read_drawings(store)
        self._stored = enter(StoredRows(settings, drawings))
        self._closer = enter(StoredRows(settings, drawings))  # the processes of ``_stored`` may be in use

    def __enter__(self) -> "ChunkVerifier":
        """Return the verifier itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that read, lower and run rows."""
        self._stack.close()

    def make(self, chunk: Chunk) -> dict[str, Any]:
        """Verify the rows of a chunk and return the findings as JSON values.

        Raises:
            TargetError: if there is no such folder, or it holds no pairs.
            MissingFrontendError: if a row's front end is not installed.
            MachineError: if rows cannot be verified on this machine, or it lacks a required protection.
        """
        found = Findings()
        waiting = self._waiting
        waiting.clear()

        def documents() -> Iterator[Document]:
            for _, each in self._reader.read(chunk.start, chunk.stop):
                if isinstance(each, BrokenFile):
                    found.count([Failure(each.stem, "", each.symptom, each.why)])
                    self._on_outcome(False)
                else:
                    yield each

        def candidates() -> Iterator[Candidate]:
            for checked in self._stored.check(enumerate(documents()), measure_rounding=False):
                waiting[checked.candidate.number] = checked
                yield checked.candidate

        for candidate in self._workshop.finish(candidates()):
            checked = waiting.pop(candidate.number)
            failures = list(_failures(checked, candidate, found))
            found.count(failures)
            self._on_outcome(not failures)
        found.protections = self._workshop.protections
        return found.to_json()

    def _plan_with_rounding(self, candidate: Candidate) -> Candidate:
        """Return a candidate with a failed text, with a new plan, which measures the effect of rounding."""
        document = self._waiting[candidate.number].document
        (again,) = self._closer.check([(candidate.number, document)])
        return again.candidate


def _failures(checked: Checked, candidate: Candidate, found: Findings) -> Iterator[Failure]:
    """Yield the failures of a row, and count its texts that passed or were not executed."""
    stem = checked.document.stem
    if checked.document.altered:
        yield Failure(stem, "", "altered", "the file differs from what the run wrote")
    if candidate.stopped is not None:
        if checked.other_release and candidate.stopped.symptom is Symptom.BUILD_ERROR:
            reason = _needs_its_tools(candidate.stopped)
            found.unproved += len(candidate.levels)
            found.unverified[str(reason)] += len(candidate.levels)
            return
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
        if checked.other_release and rejection.symptom in _UNREADABLE:
            unverified[level] = _needs_its_tools(rejection)
            failed.discard(level)
            continue
        yield Failure(stem, level, str(rejection.symptom), rejection.detail)
    found.texts += len(verdict.verified)
    found.lowered += len(verdict.lowered)
    for name, reason in unverified.items():
        same = checked.same and name in checked.remade
        found.remade += same
        found.unproved += not same
        found.unverified[f"{reason}; made again, it has the same bytes" if same else str(reason)] += 1
    waiting = [name for name, reason in unverified.items() if _is_verifiable_elsewhere(checked, reason)]
    if not failed and not waiting:
        yield from _overclaims(checked, verdict)
    for name in claimed:
        reason = verdict.unverified.get(name)
        needs_gpu = reason is not None and reason.needs_gpu
        if name not in verdict.verified and name not in failed and name not in waiting and not needs_gpu:
            why = str(reason or "the row has no such text")
            yield Failure(stem, name, "not_verified", f"the row says that it is verified, but {why}")


_UNREADABLE = (Symptom.NO_REFERENCE, Symptom.BUILD_ERROR, Symptom.OTHER_BYTES)
"""Symptoms that do not prove a text wrong if another release of the tools made it.

The text may call functions that the installed release lacks, or the installed release may lower it differently.
"""


def _needs_its_tools(rejection: Rejection) -> Unproved:
    return Unproved(Hindrance.NEEDS_ITS_TOOLS, f"{Hindrance.NEEDS_ITS_TOOLS}: {rejection.detail}")


def _overclaims(checked: Checked, verdict: Verdict) -> Iterator[Failure]:
    """Yield a failure for each false claim of a row about its own verification."""
    metadata, stem = checked.document.metadata, checked.document.stem
    claimed = str(metadata["gradient"]).partition(":")[0]
    right = (GradientStatus.AGREES, GradientStatus.CONVENTION)  # the points decide which of the two is found
    if claimed in right and verdict.gradient.status not in right:
        yield Failure(stem, "", "other_metadata", f"gradient: the row says {claimed}, and it is {verdict.gradient}")
    for name in verdict.verified:
        here = lowered_from(verdict.lowered[name]) if name in verdict.lowered else "executed"
        claimed_proof = metadata["proofs"].get(name, "executed")
        if name in metadata["verified"] and claimed_proof != here:
            yield Failure(
                stem, "", "other_metadata", f"proofs: the row says {claimed_proof[:40]!r} of {name}, which is {here}"
            )
    texts = frozenset(name for name, text in checked.document.texts.items() if text is not None)
    # Another release of the tools may give texts with a different number of equations.
    counts_alike = not checked.other_release or checked.remade == texts
    if counts_alike and metadata["reached"] > checked.reached:
        detail = f"reached: the row says {metadata['reached']}, and it is {checked.reached}"
        if metadata["version"] != __version__:
            detail += f"; irsmith {metadata['version'][:20]} may have counted differently; irsmith relower counts again"
        yield Failure(stem, "", "other_metadata", detail)


def _is_verifiable_elsewhere(checked: Checked, reason: Unproved) -> bool:
    """Return whether an unverified text could be verified with the missing library or with the tools that made it."""
    if reason.hindrance in (Hindrance.TOO_DEAR, Hindrance.NEEDS_ITS_TOOLS):
        return checked.other_release
    return reason.hindrance is Hindrance.NEEDS_LIBRARY
