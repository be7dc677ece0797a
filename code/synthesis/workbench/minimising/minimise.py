"""From a case to a report: the whole way."""

from collections.abc import Callable

from synthesis.core.errors import Symptom, TargetError
from synthesis.core.records import KernelSpec
from synthesis.frontends.registry import get_frontend
from synthesis.workbench.minimising.cases import Case
from synthesis.workbench.minimising.observing import Observer, Wanted
from synthesis.workbench.minimising.report import Report, report_of
from synthesis.workbench.minimising.search import shrink

_QUICK, _SLOW = 1.0, 3.0
"""Seconds of processor time for a text, and for one that is to take too long."""


def minimise(
    case: Case,
    *,
    steps: int = 2000,
    seconds: float = 300.0,
    on_step: Callable[[int, KernelSpec], None] | None = None,
) -> Report:
    """The report of the smallest kernel that is found with the same thing wrong.

    Args:
        case: the kernel, and what is wrong with it.
        steps: the most kernels to look at.
        seconds: the longest to look.
        on_step: told how many have been looked at, and of the smallest so far.

    Raises:
        TargetError: if what was wrong with the kernel is not wrong with it any more.
    """
    wanted = Wanted.of(case.rejection)
    limit = _SLOW if wanted.symptom is Symptom.TIMEOUT else _QUICK
    with Observer(case.spec.frontend, case.levels, case.device, wanted, time_limit=limit) as observer:
        first = observer.observe(case.spec)
        if wanted.holds(first.rejections) is None:
            seen = "; ".join(f"{each.symptom}: {each.detail}" for each in first.rejections) or "nothing"
            raise TargetError(f"{case.spec.name} does not fail any more with {wanted.symptom}; what is wrong: {seen}")
        shrunk = shrink(first.spec, observer.still, steps=steps, seconds=seconds, on_step=on_step)
        seen_closely = observer.observe(shrunk.spec, closely=True)
        return report_of(get_frontend(case.spec.frontend), case.spec, shrunk, seen_closely, wanted)
