"""Finds a run in which one array is passed as two arguments, with its expected results."""

from dataclasses import replace

import numpy as np

from synthesis.core.signatures import Signature
from synthesis.frontends.base import Reference, ReferenceFaultError, Values
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import overlapping
from synthesis.verification.plan import Overlap
from synthesis.verification.tolerances import MARGIN

_FARTHEST = 1e6
"""Largest absolute value in a run with one array as two arguments.

The kernel then computes with its own results; beyond this value it has left its domain.
"""
_FED_BACK = 1e-3
"""Smallest relative tolerance of an element in a run with one array as two arguments.

Rounding errors accumulate from thread to thread, and differently in two right texts. The error of a text that reads an
element before it is written, instead of after, is far larger.
"""


def find_overlap(reference: Reference, signature: Signature, run: Values) -> Overlap | None:
    """Return a run in which one array is passed as two arguments, with the expected results.

    The result is None if no two arguments allow it, or if the kernel then fails or leaves its domain.

    Raises:
        ReferenceUnknownError: if something is not modelled.
    """
    found = overlapping(signature, run)
    if found is None:
        return None
    inputs, read, written = found
    try:
        double, own = reference([inputs], double=True), reference([inputs], double=False)
        expected = expected_of(reference, [inputs], double, own, {})
    except ReferenceFaultError:
        return None
    sizes = (np.abs(each[np.isfinite(each)]).max(initial=0)
             for each in expected.double[0].values() if each.dtype.kind == "f")  # fmt: skip
    if expected.ill_conditioned or expected.non_finite or max(sizes, default=0.0) > _FARTHEST:
        return None
    tolerance = {name: max(each, _FED_BACK) if each else each for name, each in expected.tolerance.items()}
    storing = {
        name: replace(each, error=max(each.error, _FED_BACK / MARGIN)) for name, each in expected.storing.items()
    }
    return Overlap(inputs, read, written, replace(expected, tolerance=tolerance, storing=storing))
