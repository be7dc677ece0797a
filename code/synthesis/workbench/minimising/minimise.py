"""Minimises a case and reports the result."""

from collections.abc import Callable

from synthesis.core.errors import Symptom, TargetError
from synthesis.core.records import KernelSpec
from synthesis.frontends.registry import get_frontend
from synthesis.workbench.minimising.cases import Case
from synthesis.workbench.minimising.observing import Observer, TargetFailure
from synthesis.workbench.minimising.report import Report, report_of
from synthesis.workbench.minimising.search import shrink

_QUICK = 1.0
"""Seconds of processor time that a text may run."""
_SLOW = 3.0
"""Seconds of processor time that a text may run if the failure to reproduce is a timeout."""


def minimise(
    case: Case,
    *,
    steps: int = 2000,
    seconds: float = 300.0,
    on_step: Callable[[int, KernelSpec], None] | None = None,
) -> Report:
    """Return the report of the smallest kernel found with the same failure.

    Args:
        case: the kernel and its failure.
        steps: maximum number of kernels to try.
        seconds: maximum duration of the search.
        on_step: called with the number of kernels tried and the smallest one so far.

    Raises:
        TargetError: if the kernel no longer fails in this way.
    """
    failure = TargetFailure.of(case.rejection)
    limit = _SLOW if failure.symptom is Symptom.TIMEOUT else _QUICK
    with Observer(case.spec.frontend, case.levels, case.device, failure, time_limit=limit) as observer:
        first = observer.observe(case.spec)
        if failure.holds(first.rejections) is None:
            seen = "; ".join(f"{each.symptom}: {each.detail}" for each in first.rejections) or "nothing"
            raise TargetError(f"{case.spec.name} no longer fails with {failure.symptom}; its failures are: {seen}")
        shrunk = shrink(first.spec, observer.still, steps=steps, seconds=seconds, on_step=on_step)
        seen_closely = observer.observe(shrunk.spec, in_detail=True)
        return report_of(get_frontend(case.spec.frontend), case.spec, shrunk, seen_closely, failure)
