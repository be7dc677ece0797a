"""Checks derivative rules of a kernel's own in float64, where the kernel computes in 16 bits.

A text in 16 bits may be off by some hundredths because of rounding, and so may a wrong rule. In float64 only the rule
remains: its derivatives are compared with the slopes at the points where those of the texts are.
"""

from collections.abc import Mapping, Sequence

from synthesis.core.formats import FINE
from synthesis.core.signatures import Signature
from synthesis.frontends.base import Purpose, Reference, ReferenceFaultError, ReferenceUnknownError, RunKey, Values
from synthesis.verification.gradients import Precision, backward_runs, check_backward
from synthesis.verification.points import NothingToCheck, Point
from synthesis.verification.tangents import Tangents, check_pullbacks, check_tangents, pullback_runs

_GRADIENT = 5e-3
"""Relative tolerance of a gradient in float64.

A constant of a rule in bfloat16 may be off by 2e-3, though it is exact where the function computes in float32.
"""
_TANGENT = 2e-3
"""Relative tolerance of a tangent in float64. That of one element is five times as large."""
_IN_FLOAT64 = "computed in float64, "


def gradient_problem(
    rule: Reference | None,
    signature: Signature,
    points: Sequence[Point] | NothingToCheck,
    tangents: Sequence[Tangents] | NothingToCheck | None,
) -> str | None:
    """Return a message about gradients that are wrong in float64; None if all are right, or they are not known.

    Args:
        rule: the kernel's vector-Jacobian product; None if it cannot be evaluated.
        signature: the kernel's signature.
        points: the points at which gradients are checked, without what rounding adds to their uncertainties.
        tangents: the same of tangents, if they are checked, too.
    """
    if rule is None or isinstance(points, NothingToCheck):
        return None
    along = () if tangents is None or isinstance(tangents, NothingToCheck) else tangents
    outcome = _evaluated(rule, {**backward_runs(signature, points), **pullback_runs(signature, along)})
    if outcome is None:
        return None
    precisions = {each.name: Precision(_GRADIENT, FINE) for each in signature.arguments}
    found = check_backward(outcome, points, precisions).problem or check_pullbacks(outcome, along, precisions).problem
    return found and f"{_IN_FLOAT64}{found}"


def tangent_problem(
    rule: Reference | None, signature: Signature, tangents: Sequence[Tangents] | NothingToCheck | None
) -> str | None:
    """Return a message about tangents that are wrong in float64; None if all are right, or they are not known.

    Args:
        rule: the kernel's Jacobian-vector product; None if it cannot be evaluated.
        signature: the kernel's signature.
        tangents: the points at which tangents are checked, without what rounding adds to their uncertainties.
    """
    if rule is None or tangents is None or isinstance(tangents, NothingToCheck):
        return None
    outcome = _evaluated(rule, {RunKey(Purpose.TANGENT, number): each.inputs for number, each in enumerate(tangents)})
    if outcome is None:
        return None
    found = check_tangents(list(outcome.values()), tangents, _TANGENT, 0.0).problem
    return found and f"{_IN_FLOAT64}{found}"


def _evaluated(rule: Reference, runs: Mapping[RunKey, Values]) -> dict[RunKey, Values] | None:
    try:
        results = rule(list(runs.values()), double=True)
    except (ReferenceUnknownError, ReferenceFaultError):
        return None
    return dict(zip(runs, results, strict=True))
