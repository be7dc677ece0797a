"""Records of levels for which a row has no text, with the tool's message: they teach which texts are impossible.

A line of the ledger identifies a row by index and name, and not by its run. If two lines have the same key, neither is
used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from synthesis.core.errors import Stage
from synthesis.core.records import Rejection
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.reading import scan_ledger
from synthesis.views.columns import Record, provenance_of
from synthesis.views.facts import facts_of
from synthesis.views.sft import PromptWording, answer
from synthesis.views.templates import DIAGNOSE
from synthesis.views.words import PYTHON, Words

ERROR = "refused"
STAGES = (Stage.LOAD, Stage.LOWER, Stage.VERIFY)
"""The stages at which the kernel itself is the reason for a rejection, rather than another row."""
Key = tuple[str, int | None, str]


@dataclass(slots=True)
class Refusals:
    """The lines of a ledger about levels of rows."""

    _of: dict[tuple[Key, str], Rejection | None] = field(default_factory=dict[tuple[Key, str], Rejection | None])
    """The lines by row and level; None if there are several for the same key."""

    @classmethod
    def of(cls, store: Store) -> "Refusals":
        """Return the lines of a folder's ledger about levels of rows. Invalid lines are left out."""
        found = cls()
        for each in scan_ledger(store):
            if isinstance(each, BrokenFile) or each.stage not in STAGES or each.level is None:
                continue
            key = ((each.frontend, each.index, each.kernel_name), each.level)
            found._of[key] = None if key in found._of else each
        return found

    def records(self, wording: PromptWording, document: Document, levels: tuple[str, ...] | None) -> Iterator[Record]:
        """Yield the records of a row: one for each missing level for which the ledger has a reason.

        Args:
            wording: how prompts are written.
            document: the row.
            levels: the requested levels; all if None.
        """
        metadata = document.metadata
        key = (document.frontend, metadata["index"], document.name)
        for level, text in document.texts.items():
            why = self._of.get((key, level))
            if text is None and why is not None and (levels is None or level in levels):
                yield _record(wording, document, level, why)


def _record(wording: PromptWording, document: Document, level: str, why: Rejection) -> Record:
    words = Words(document)
    prompt = wording.prompt(
        document,
        DIAGNOSE,
        f"{level}:{why.symptom}",
        source=words.form(PYTHON),
        target=words.form(level),
        facts=facts_of(document, document.spec.signature, (level,)),
        code=words.fenced(PYTHON),
    )
    return {
        "prompt": prompt,
        "completion": answer(f"{why.symptom} at {why.stage}: {why.detail}"),
        "level": level,
        "error": ERROR,
        "change": "",
        "symptom": str(why.symptom),
        "said": why.detail,
        "wrong_text": "",
        "right_text": "",
        **provenance_of(document),
    }
