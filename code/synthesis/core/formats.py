"""The number formats that kernels compute in, as NumPy knows them."""

from functools import cache
from typing import Any

import numpy as np


@cache
def numpy_dtype(name: str) -> np.dtype[Any]:
    """The NumPy dtype of a scalar type: ``float32``, ``uint8``, or ``bfloat16``, which NumPy has not by itself.

    Raises:
        ImportError: for bfloat16 where ``ml_dtypes`` is missing, which comes with either front end.
        TypeError: if there is no such type.
    """
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Whether an array's numbers are real floating-point ones; NumPy files bfloat16 under raw bytes."""
    return dtype.kind == "f" or dtype.name == "bfloat16"
