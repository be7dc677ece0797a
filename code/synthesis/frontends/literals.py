"""NumPy arrays written as expressions, for scripts."""

from typing import Any

import numpy as np
import numpy.typing as npt

_MOST = 64
"""Maximum number of elements of an array that is written literally."""


def array_of(value: npt.NDArray[Any], *, whole: bool = False) -> str:
    """Return an array as an expression, with all elements if ``whole`` or if it is short."""
    name = value.dtype.name
    kind = f"np.{name}" if hasattr(np, name) else "np.float32"
    if value.size > _MOST and not whole:
        ends = f"{float(value.min())!r}, {float(value.max())!r}, {value.size}"
        return f"np.linspace({ends}, dtype={kind}).reshape({value.shape})"
    return f"np.array({digits_of(value.tolist(), value)!r}, dtype={kind})"


def digits_of(values: Any, like: npt.NDArray[Any]) -> Any:
    """Return an array's numbers as nested lists, with no more digits than its dtype needs."""
    if isinstance(values, list):
        return [digits_of(each, like) for each in values]  # pyright: ignore[reportUnknownVariableType]
    return float(str(like.dtype.type(values))) if like.dtype.kind in "fV" else values
