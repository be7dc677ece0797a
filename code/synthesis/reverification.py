"""Verifies a finished folder of pairs again, from its files alone, on whatever machine this is.

Nothing that a row says of itself is believed: its Python source is loaded, its signature says what inputs to draw, and
its texts are executed. A row that claims to be verified where it cannot be is a failure too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from synthesis.errors import Stage, Symptom, TargetError
from synthesis.frontends.base import Frontend, Kernel, Lowered
from synthesis.pipeline import VERIFIED_TOGETHER
from synthesis.progress import Progress, progress_bar
from synthesis.records import Rejection
from synthesis.registry import get_frontend
from synthesis.rows import Document, read_folder
from synthesis.verification.verifier import Verified, Verifier

NEEDS_GPU = "needs a GPU"
NOT_SELF_CONTAINED = "the source alone is not the kernel"


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


def verify_folder(folder: str | Path, *, progress: bool = False) -> Reverification:
    """Verify every row of a folder.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote.
        progress: whether to show a bar on standard error.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
        MissingFrontendError: if a row's front end is not installed.
    """
    documents = list(read_folder(Path(folder)))
    found = Reverification()
    with ExitStack() as stack:
        listener = stack.enter_context(progress_bar("verify")) if progress else None
        verifiers: dict[str, Verifier] = {}
        for name, batch in _batches(documents):
            if name not in verifiers:
                verifiers[name] = stack.enter_context(Verifier(get_frontend(name)))
            for failures in _verify(verifiers[name], batch, found):
                found.rows += 1
                found.failing_rows += bool(failures)
                found.failures += failures
                if listener is not None:
                    listener(Progress(done=found.rows, total=len(documents), rows=found.rows - found.failing_rows))
    return found


def _batches(documents: Sequence[Document]) -> Iterator[tuple[str, list[Document]]]:
    """Rows of one front end, as many as are verified together."""
    for name, group in groupby(documents, key=lambda each: each.document["metadata"].get("frontend", "")):
        rows = list(group)
        for start in range(0, len(rows), VERIFIED_TOGETHER):
            yield name, rows[start : start + VERIFIED_TOGETHER]


def _verify(verifier: Verifier, documents: Sequence[Document], found: Reverification) -> Iterator[list[Failure]]:
    """What is wrong with each row."""
    frontend = verifier.frontend
    loaded = [_loaded(frontend, document) for document in documents]
    kernels = [each for each in loaded if isinstance(each, Kernel)]
    try:
        entries = [
            (kernel, Lowered(texts=document.texts, line_map={}))
            for kernel, document in zip(loaded, documents, strict=True)
            if isinstance(kernel, Kernel)
        ]
        settled = iter(verifier.verify(entries, useful=False, each=True))
        results = [each if isinstance(each, str | Rejection) else next(settled) for each in loaded]
    finally:
        frontend.release(kernels)
    for document, result in zip(documents, results, strict=True):
        yield list(_failures(document, result, found))


def _loaded(frontend: Frontend, document: Document) -> Kernel | Rejection | str:
    """The row's kernel from its source, or why there is none; a text where the row itself says why."""
    known = {level.name for level in frontend.levels}
    for name in document.texts:
        if name not in known:
            return Rejection(stage=Stage.LOAD, symptom=Symptom.NOT_AVAILABLE, detail=f"no level {name!r}")
    try:
        spec = document.spec
    except (TargetError, ValueError) as error:
        return Rejection(stage=Stage.LOAD, symptom=Symptom.NO_INPUTS, detail=str(error))
    if not spec.self_contained:
        return NOT_SELF_CONTAINED
    return frontend.load(spec)


def _failures(document: Document, result: Verified | Rejection | str, found: Reverification) -> Iterator[Failure]:
    file, metadata = document.stem, document.document["metadata"]
    texts = [name for name, text in document.texts.items() if text is not None]
    claimed: Sequence[str] = metadata.get("verified") or ()
    if isinstance(result, Rejection):
        yield Failure(file, "", str(result.symptom), result.detail)
        return
    if isinstance(result, str):
        found.unverified.update([result] * len(texts))
        unverified = dict.fromkeys(texts, result)
        verified: Sequence[str] = ()
    else:
        for rejection in result.lowered.rejections:
            if rejection.symptom is Symptom.NOT_DIFFERENTIABLE and rejection.level not in claimed:
                found.unverified[rejection.detail] += 1
                continue
            yield Failure(file, rejection.level or "", str(rejection.symptom), rejection.detail)
        verified, unverified = result.verdict.verified, result.verdict.unverified
        found.texts += len(verified)
        found.unverified.update(unverified.values())
    failed = () if isinstance(result, str) else [each.level for each in result.lowered.rejections]
    for name in claimed:
        if name not in verified and name not in failed and unverified.get(name) != NEEDS_GPU:
            why = unverified.get(name, "the row has no such text")
            yield Failure(file, name, "not_verified", f"the row says that it is verified, but {why}")
