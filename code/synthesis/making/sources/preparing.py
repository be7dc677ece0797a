"""Prepares extracted kernels for verification: confirms their sources, infers their inputs, and plans what is run."""

from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.core.run_settings import Extraction
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import Frontend, Kernel
from synthesis.making.candidate import Candidate
from synthesis.making.confirmation import confirm_source, why_unprovable
from synthesis.verification.distinct_indices import infer_distinct_indices
from synthesis.verification.further_inputs import infer_further_inputs
from synthesis.verification.inference import infer_inputs, with_objects
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan


def prepared(frontend: Frontend, candidate: Candidate, settings: Extraction) -> Candidate:
    """Check that a candidate's source is self-contained, infer its inputs, plan its verification, and return it.

    A stopped candidate is returned unchanged. One that is not to be verified gets neither inputs nor a plan.
    """
    kernel, lowered = candidate.kernel, candidate.lowered
    if candidate.stopped is not None or kernel is None or lowered is None:
        return candidate
    spec, lowered = confirm_source(frontend, kernel, lowered, candidate.levels, candidate.device)
    candidate = replace(candidate, lowered=lowered)
    if not settings.verifies(None, candidate.number):
        return replace(candidate, spec=spec)
    candidate, unknown, given = replace(candidate, spec=spec), why_unprovable(spec), replace(kernel, spec=spec)
    if unknown is None:
        spec, unknown = infer_inputs(frontend, given)
    planned = _planned(frontend, candidate, settings, spec, unknown)
    assumed = replace(given, spec=with_objects(given.spec, spec))
    if planned.plan is None:
        return planned
    if planned.plan.unknown is None:
        ordered = _is_ordered(planned.plan)
        return planned if ordered else _ordered(frontend, candidate, settings, assumed, planned)
    further = infer_further_inputs(frontend, assumed, planned.plan.unknown)
    return planned if further is None else _planned(frontend, candidate, settings, further, None)


def _ordered(
    frontend: Frontend, candidate: Candidate, settings: Extraction, given: Kernel, planned: Candidate
) -> Candidate:
    """Return a candidate with indices for which the order of threads has no effect; as it is if none are found.

    Args:
        frontend: the front end of the kernel.
        candidate: the candidate before its inputs were inferred.
        settings: the settings of the extraction.
        given: the kernel, with the inputs that are known.
        planned: the candidate with inferred inputs, and a plan on which results depend on the order.
    """
    assert planned.spec is not None
    distinct = infer_distinct_indices(frontend, given, planned.spec)
    again = None if distinct is None else _planned(frontend, candidate, settings, distinct, None)
    shares = [
        0.0 if each is None or each.plan is None or each.plan.coverage is None else each.plan.coverage.share
        for each in (planned, again)
    ]
    if again is None or again.plan is None or not _is_ordered(again.plan) or shares[1] < shares[0]:
        return planned
    return again


def _is_ordered(plan: Plan) -> bool:
    """Return whether the order of threads has an effect neither on results nor on adjoints."""
    return plan.order is None and plan.adjoint_order is None


def _planned(
    frontend: Frontend, candidate: Candidate, settings: Extraction, spec: KernelSpec, unknown: Unproved | None
) -> Candidate:
    """Return a candidate with a record, whose inputs may have been inferred, and the plan of its verification.

    ``unknown`` is the reason why nothing can be verified, if that is already known.
    """
    kernel, lowered = candidate.kernel, candidate.lowered
    assert kernel is not None
    assert lowered is not None
    plan = make_plan(
        frontend,
        replace(kernel, spec=spec),
        lowered.texts,
        device=candidate.device,
        useful=False,
        build=settings.builds(None, candidate.number),
        unknown=unknown,
        min_coverage=settings.reach,
        check_power=True,
    )
    return replace(candidate, spec=spec, plan=plan)
