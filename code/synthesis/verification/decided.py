"""Finds the elements of a kernel's results for which rounding decides a comparison.

An example is a rotation by the shorter way, where the scalar part of a product of quaternions is zero but for rounding.
A right text may compute the other way, and its derivatives too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Reference, ReferenceFaultError, Values
from synthesis.verification.inputs import flat

_APART = 1e-2
"""Distance of a result from another one that rounding may cause, from which on rounding has decided a comparison.

It is relative to the element, or to the median of its array if that is larger.
"""


def decided_elements(
    reference: Reference, places: Sequence[Values], *, seed: int
) -> list[dict[str, npt.NDArray[np.bool_]] | None]:
    """Return masks of the elements of each floating-point result that rounding does not decide; None if not known.

    Args:
        reference: the kernel's reference.
        places: the inputs of each run.
        seed: the seed of the errors of rounding.
    """
    try:
        perturbed = reference.perturbed(places, seed=seed)
    except (ReferenceFaultError, ArithmeticError, ValueError):  # such as a matrix factor that does not exist
        perturbed = None
    if perturbed is None:
        return [None] * len(places)
    own = list(map(flat, reference(places, double=False)))
    double = list(map(flat, reference(places, double=True)))
    return [
        {
            name: _are_close([wide[name], *(flat(way)[name] for way in each.inverted)], value)
            for name, value in mine.items()
            if wide[name].dtype.kind == "f"
        }
        for mine, wide, each in zip(own, double, perturbed, strict=True)
    ]


def _are_close(others: Sequence[npt.NDArray[Any]], own: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return a mask of the elements that differ little from all others. Elements that are not finite count as close."""
    value = own.astype(np.float64)
    sizes = np.abs(value)
    typical = float(np.median(sizes[np.isfinite(sizes)])) if np.isfinite(sizes).any() else 0.0
    with np.errstate(all="ignore"):
        apart = [np.abs(each.astype(np.float64) - value) > _APART * np.maximum(sizes, typical) for each in others]
    return ~np.any(apart, axis=0)
