"""The share of a kernel that its standard draws cover, if their results are usable."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Kernel, Prover, Reference, Trace, Values
from synthesis.verification.aimed import find_aimed_draws
from synthesis.verification.coverage import coverage_of
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import flat, is_part_of, missing_inputs, standard_runs
from synthesis.verification.tolerances import poison_for


def share_of(prover: Prover, kernel: Kernel, *, compared: int = 2) -> float | None:
    """Return a kernel's coverage by the standard draws; None if an input is not known or the results are not usable.

    Results must be finite or infinite on purpose, and differ between the first draws, and the kernel must not be at
    fault on the draws of another seed. If the coverage is not complete, more draws are searched for.

    Args:
        prover: the front end's prover.
        kernel: a loaded kernel, with the fields of structs that hold arrays as arguments.
        compared: how many of the first draws must not all give the same values.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault on a draw.
    """
    signature = kernel.spec.signature
    if missing_inputs(signature) is not None:
        return None
    reference, trace = prover.reference(kernel), Trace()
    runs = standard_runs(signature)
    left = list(reference(runs, double=False, trace=trace))
    found = [flat(each) for each in left]
    first = found[0]
    inputs = {each.name for each in signature.arguments if each.role is Role.INPUT}
    outputs = [name for name in first if not any(is_part_of(name, each) for each in inputs)]
    unlike = any(not _are_equal(first[name], each[name]) for each in found[1:compared] for name in outputs)
    finite = all(np.isfinite(each[name].astype(np.float64)).all() for each in found for name in outputs)
    if not (unlike or compared < 2) or not (finite or _is_infinite_on_purpose(reference, signature, runs, left)):
        return None
    # Inputs on which the kernel ends, or stays inside its arrays, by chance would fail in ``irsmith verify``.
    reference(standard_runs(signature, seed=1), double=False)
    coverage = coverage_of(signature, runs, left, reference.reached(trace))
    if coverage.share < 1.0:
        more = find_aimed_draws(reference, kernel.spec, coverage, trace, already=len(runs))
        runs += [each.inputs for each in more]
        left += [each.own for each in more]
        coverage = coverage_of(signature, runs, left, reference.reached(trace))
    return coverage.share


def _are_equal(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> bool:
    """Return whether two arrays are equal. NaNs are equal to each other."""
    return np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


def _is_infinite_on_purpose(
    reference: Reference, signature: Signature, runs: Sequence[Values], own: Sequence[Values]
) -> bool:
    """Return whether all results that are not finite are infinities or NaNs that the kernel stores on purpose.

    Args:
        reference: the kernel's reference.
        signature: the kernel's signature.
        runs: the inputs.
        own: the results in the kernel's own precision.
    """
    double, poison = reference(runs, double=True), poison_for(signature)
    return expected_of(reference, runs, double, own, poison).non_finite is None
