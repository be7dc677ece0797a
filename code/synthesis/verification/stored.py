"""Compares arrays in low precision that store numbers computed in a finer format.

Rounding to the array's format hides how exact the computation is: in ``float8_e5m2`` a number may be off by an eighth
of itself. So such an array is not compared with a tolerance of several of its units. An element is right if it is what
the exact result becomes when it is rounded, after an error of the finer format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, epsilon_of, is_floating, largest_of, spacing_of

_Array = npt.NDArray[Any]
_NEAREST, _DIRECTED = 0.5, 1.0
"""Largest error of rounding to nearest, and of rounding in another way, in units in the last place."""
_OUTLIERS = 0.01
"""Share of the elements whose error may exceed what rounding to nearest gives, if that is how they are rounded."""
_SMALL = 2.0**-6
"""An error, in units in the last place, that is not caused by the way of rounding."""
_TOO_FAR = 1 + 1e-6
"""Factor on distances of whole or half units, which are themselves computed with an error."""


@dataclass(frozen=True, slots=True)
class Storing:
    """How an array stores numbers of a finer format."""

    units: float
    """Largest rounding error of a stored number, in units in the last place."""
    error: float
    """Largest error of the oracle's numbers before they are stored, relative to their ``scale``."""


def is_stored(dtype: np.dtype[Any], unit: float) -> bool:
    """Return whether an array stores numbers that were computed in a finer format than its own.

    Args:
        dtype: the dtype of the array.
        unit: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if none is coarse.
    """
    return is_floating(dtype) and epsilon_of(dtype) > FINE >= unit


def storing_of(stored: Sequence[_Array], true: Sequence[_Array], scale: Sequence[_Array]) -> Storing:
    """Return how an array stores the numbers of the oracle.

    Args:
        stored: the array in some runs, in its own format.
        true: the same in float64, without rounding.
        scale: the magnitudes that errors are relative to.
    """
    dtype = stored[0].dtype
    units = [_units_off(*each) for each in zip(stored, true, strict=True)]
    off = np.concatenate([each.ravel() for each in units])
    off = off[np.isfinite(off)]
    beyond = off > _NEAREST + _SMALL
    nearest = bool(beyond.sum() <= max(1, _OUTLIERS * off.size))
    step = _NEAREST if nearest else _DIRECTED
    with np.errstate(all="ignore"):
        errors = [
            np.maximum(0, each - step) * spacing_of(_smaller(*pair), dtype) / by
            for each, by, pair in zip(units, scale, zip(stored, true, strict=True), strict=True)
        ]
    most = [each[np.isfinite(each)].max(initial=0.0) for each in errors]
    return Storing(step, float(max(most, default=0.0)))


def stored_agree(value: _Array, own: _Array, true: _Array, allowed: _Array, units: float) -> npt.NDArray[np.bool_]:
    """Return a mask of the elements that are right.

    Args:
        value: the array of a text.
        own: the oracle's array, in the array's format.
        true: the oracle's array in float64.
        allowed: the largest error of each number before it is stored.
        units: the largest rounding error, in units in the last place.
    """
    with np.errstate(all="ignore"):
        measured, kept = value.astype(np.float64), own.astype(np.float64)
        within = np.abs(measured - _in_range(true, own.dtype)) <= (
            allowed + units * _TOO_FAR * spacing_of(_smaller(value, true), own.dtype)
        )
        right = (measured == kept) | within
        next_to_it = np.abs(measured - kept) <= _TOO_FAR * spacing_of(_smaller(value, own), own.dtype)
    few = (~right).sum() <= max(1, _OUTLIERS * right.size)
    return right | next_to_it if few else right


def beyond_storing(off: _Array, own: _Array, perturbed: _Array) -> _Array:
    """Return by how much elements move if every rounded number is perturbed, without the effect of storing them.

    Args:
        off: the distance of each element from its perturbed value.
        own: the oracle's array, in its own format.
        perturbed: the same array when every rounded number is perturbed.
    """
    return np.maximum(0.0, off - _TOO_FAR * spacing_of(_smaller(own, perturbed), own.dtype))


def _units_off(stored: _Array, true: _Array) -> _Array:
    with np.errstate(all="ignore"):
        off = np.abs(stored.astype(np.float64) - _in_range(true, stored.dtype))
        return off / spacing_of(_smaller(stored, true), stored.dtype)


def _in_range(true: _Array, dtype: np.dtype[Any]) -> _Array:
    """Return numbers limited to the range of a dtype, since a conversion may saturate."""
    most = largest_of(dtype)
    return np.clip(true, -most, most)


def _smaller(one: _Array, other: _Array) -> _Array:
    """Return the smaller magnitude of each pair; the numbers between two neighbours have its spacing."""
    return np.minimum(np.abs(one.astype(np.float64)), np.abs(other.astype(np.float64)))
