"""Rows of a folder with what their texts are run on, made where a stranger's source can do no harm."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from synthesis.output.reading import Document
from synthesis.registry import get_frontend
from synthesis.settings import Verification
from synthesis.sources.stored import Checked, StoredRows
from synthesis.verification.plan import Plan
from synthesis.verification.verifier import Verifier
from synthesis.views.settings import Export

_TIME_LIMIT = {"warp": 1.0, "jax": 4.0}
"""Seconds of processor time a text; a wrong one may never end."""


class Replanned:
    """Makes the plans of rows again, and runs programs of theirs; a context manager.

    Args:
        settings: of the export: the seed of inputs, and what processes are held to.
    """

    def __init__(self, settings: Export) -> None:
        confining = {name: getattr(settings, name) for name in ("sandbox", "memory_limit", "thread_limit")}
        limits = {name: getattr(settings, name) for name in ("file_limit", "output_limit")}
        self._verification = Verification(seed=settings.seed, **confining, **limits)
        self._stack = ExitStack()
        self._stored = self._stack.enter_context(StoredRows(self._verification))
        self._verifiers: dict[str, Verifier] = {}

    def __enter__(self) -> "Replanned":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that sources and texts run in."""
        self._stack.close()

    def plans(self, documents: Sequence[Document]) -> list[Plan | None]:
        """The plan of each row; None where nothing of it can be run."""
        return [_plan_of(each) for each in self._stored.check(enumerate(documents))]

    def verifier(self, frontend: str) -> Verifier:
        """What runs the texts of a front end."""
        if frontend not in self._verifiers:
            verifier = Verifier(
                get_frontend(frontend),
                time_limit=_TIME_LIMIT.get(frontend, 4.0),
                confinement=self._verification.confinement,
                strangers=True,
            )
            self._verifiers[frontend] = self._stack.enter_context(verifier)
        return self._verifiers[frontend]


def _plan_of(checked: Checked) -> Plan | None:
    candidate = checked.candidate
    if candidate.stopped is not None or checked.differences:
        return None
    plan = candidate.plan
    return None if plan is None or plan.problem is not None or plan.unknown is not None else plan


@dataclass(frozen=True, slots=True)
class Planned:
    """A row with its plan."""

    place: int
    """Among the rows of its batch."""
    document: Document
    plan: Plan


def by_frontend(documents: Sequence[Document], plans: Sequence[Plan | None]) -> dict[str, list[Planned]]:
    """The rows that have a plan, by front end."""
    found: dict[str, list[Planned]] = {}
    for place, (document, plan) in enumerate(zip(documents, plans, strict=True)):
        if plan is not None:
            found.setdefault(document.frontend, []).append(Planned(place, document, plan))
    return found
