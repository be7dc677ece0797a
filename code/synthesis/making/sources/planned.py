"""Plans the verification of a folder's rows, with their untrusted sources in a sandbox."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from synthesis.core.settings import Confining, Verification
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.registry import get_frontend
from synthesis.making.sources.stored import Checked, StoredRows
from synthesis.verification.plan import Plan
from synthesis.verification.verifier import Verifier


class PlannedRows:
    """Plans the verification of rows from their sources, and runs the texts in the plans. A context manager.

    Args:
        confining: the restrictions on the processes that run untrusted code.
        seed: the default seed of the inputs.
        time_limit: seconds of processor time that a text may take; what its front end allows if None.
        source_time_limit: seconds of processor time that a row's source may take; the default of ``Verification`` if
            None.
        again: whether a text that exceeds its time limit is retried once, alone.
    """

    def __init__(
        self,
        confining: Confining,
        *,
        seed: int = 0,
        time_limit: float | None = None,
        source_time_limit: float | None = None,
        again: bool = True,
    ) -> None:
        limits = {name: getattr(confining, name) for name in Confining.__dataclass_fields__}
        usual = Verification()
        self._verification = Verification(
            seed=seed, source_time_limit=source_time_limit or usual.source_time_limit, **limits
        )
        self._time_limit = time_limit
        self._again = again
        self._stack = ExitStack()
        self._stored = self._stack.enter_context(StoredRows(self._verification))
        self._verifiers: dict[str, Verifier] = {}

    def __enter__(self) -> "PlannedRows":
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run sources and texts."""
        self.close()

    def close(self) -> None:
        """Stop the processes that run sources and texts."""
        self._verifiers.clear()
        self._stack.close()

    @property
    def stored(self) -> StoredRows:
        """The object that makes rows again from their sources."""
        return self._stored

    def plans(
        self, documents: Sequence[Document], *, seed: int | None = None, own_sizes: bool = False
    ) -> list[Plan | str]:
        """Return the plan of each row; for a row without a text that can be run, the reason why.

        Args:
            documents: the rows.
            seed: the seed of the inputs; the default seed if None.
            own_sizes: whether texts are run at their own sizes even if their signature has a twin of small sizes.
        """
        checked = self._stored.check(enumerate(documents), seed=seed, own_sizes=own_sizes)
        return [_plan_of(each) for each in checked]

    def verifier(self, frontend: str) -> Verifier:
        """Return the verifier for the texts of a front end."""
        if frontend not in self._verifiers:
            verifier = Verifier(
                get_frontend(frontend),
                time_limit=self._time_limit or get_frontend(frontend).description.text_seconds,
                confinement=self._verification.confinement,
                untrusted=True,
                again=self._again,
            )
            self._verifiers[frontend] = self._stack.enter_context(verifier)
        return self._verifiers[frontend]


def _plan_of(checked: Checked) -> Plan | str:
    candidate = checked.candidate
    if candidate.stopped is not None:
        return f"the row cannot be made again: {candidate.stopped.symptom}: {candidate.stopped.detail}"
    if checked.differences:
        return f"the row differs from what its source gives: {checked.differences[0].detail}"
    plan = candidate.plan
    if plan is None:
        return "there is nothing to run"
    if plan.problem is not None:
        return f"{plan.problem.symptom}: {plan.problem.detail}"
    return plan if plan.unknown is None else str(plan.unknown)


@dataclass(frozen=True, slots=True)
class Planned:
    """A row with its plan."""

    place: int
    """The position of the row in its batch."""
    document: Document
    plan: Plan


def by_frontend(documents: Sequence[Document], plans: Sequence[Plan | str]) -> dict[str, list[Planned]]:
    """Return the rows that have a plan, by front end."""
    found: dict[str, list[Planned]] = {}
    for place, (document, plan) in enumerate(zip(documents, plans, strict=True)):
        if isinstance(plan, Plan):
            found.setdefault(document.frontend, []).append(Planned(place, document, plan))
    return found
