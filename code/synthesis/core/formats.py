"""The scalar types of kernels as NumPy dtypes."""

from functools import cache
from typing import Any

import numpy as np


@cache
def numpy_dtype(name: str) -> np.dtype[Any]:
    """Return the NumPy dtype of a scalar type: ``float32``, ``uint8``, or ``bfloat16``, which NumPy itself lacks.

    Raises:
        ImportError: for bfloat16 if ``ml_dtypes`` is missing, which comes with either front end.
        TypeError: if there is no such type.
    """
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is real floating-point. NumPy gives bfloat16 the kind of raw bytes."""
    return dtype.kind == "f" or dtype.name == "bfloat16"
