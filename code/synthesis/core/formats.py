"""The scalar types of kernels as NumPy dtypes."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

NARROW = (
    "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
    "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn", "int2", "int4", "uint2", "uint4",
)  # fmt: skip
"""Names of the scalar types of at most 8 bits that NumPy itself does not have."""
FINE = 2.0**-23
"""A unit in the last place of float32, relative to the number. Coarser units count as low precision."""


@cache
def numpy_dtype(name: str) -> np.dtype[Any]:
    """Return the NumPy dtype of a scalar type: ``float32``, ``uint8``, or one that NumPy lacks, such as ``bfloat16``.

    Raises:
        ImportError: for a type that NumPy lacks if ``ml_dtypes``, which every front end installs, is missing.
        TypeError: if there is no such type.
    """
    if name in ("bfloat16", *NARROW):
        import ml_dtypes

        return np.dtype(getattr(ml_dtypes, name))
    return np.dtype(name)


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is real floating-point, including bfloat16 and narrower types.

    ``dtype.kind`` is not enough: it is ``V`` for bfloat16 and narrower types, and also for raw bytes.
    """
    return dtype.kind == "f" or dtype.name.startswith(("bfloat", "float"))


def is_exact(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is an integer or bool, including integers of fewer than 8 bits.

    ``dtype.kind`` is not enough: it is ``V`` for integers of fewer than 8 bits, and also for raw bytes.
    """
    return dtype.kind == "b" or is_whole(dtype)


def is_whole(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is an integer type, including those of fewer than 8 bits, which NumPy does not have."""
    return dtype.kind in "iu" or dtype.name.startswith(("int", "uint"))


def limits_of(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return the smallest and the largest value of an integer dtype."""
    if dtype.kind in "iu":
        found = np.iinfo(dtype)
        return int(found.min), int(found.max)
    import ml_dtypes

    narrow = ml_dtypes.iinfo(dtype)
    return int(narrow.min), int(narrow.max)


def lowest_of(dtype: np.dtype[Any]) -> Any:
    """Return the lowest finite number of a real floating-point dtype that NumPy itself does not have."""
    return _limits(dtype).min


def epsilon_of(dtype: np.dtype[Any]) -> float:
    """Return the distance from 1 to the next larger number of a real or complex floating-point dtype."""
    return float(_limits(dtype).eps)


def largest_of(dtype: np.dtype[Any]) -> float:
    """Return the largest finite number of a real floating-point dtype."""
    return float(_limits(dtype).max)


def spacing_of(magnitudes: npt.NDArray[np.float64], dtype: np.dtype[Any]) -> npt.NDArray[np.float64]:
    """Return the distances between neighbouring numbers of a real floating-point dtype, at given magnitudes.

    Args:
        magnitudes: nonnegative numbers. At a power of two, the result is the distance to the next larger number.
        dtype: the dtype.
    """
    limits = _limits(dtype)
    normal = np.maximum(magnitudes, float(limits.smallest_normal))  # smaller numbers are as far apart as these
    return np.asarray(float(limits.eps) * np.exp2(np.floor(np.log2(normal))))


@cache
def _limits(dtype: np.dtype[Any]) -> Any:
    """Return the limits of a floating-point dtype, like ``numpy.finfo``, which does not know the narrow ones."""
    if dtype.kind == "V" or dtype.itemsize == 1:
        import ml_dtypes as _formats

        formats: Any = _formats
        return formats.finfo(dtype)
    return np.finfo(dtype)
