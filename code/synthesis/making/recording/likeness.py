"""Decides whether two launches are alike: they have the same sizes and values of the same kinds."""

import hashlib
import json
from typing import Any

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.frontends.launched import Array, Launched


def likeness_of(launched: Launched) -> str:
    """Return a short key that is the same for launches that are alike."""
    found = hashlib.blake2b(digest_size=8)
    features = [
        launched.launch,
        launched.tiled,
        sorted(launched.shapes.items()),
        sorted(launched.handles.items()),
        [(path, _kinds_of(value)) for path, value in sorted(launched.values.items())],
    ]
    found.update(json.dumps(features).encode())
    return found.hexdigest()


def _kinds_of(value: Array) -> list[int]:
    """Return which signs occur, whether all values are finite, and the largest magnitude on a logarithmic scale.

    Zero counts as a sign. For integers, the largest magnitude itself is added, at most 16. For Booleans, the result
    only shows whether any and whether all are true. It is empty for an empty array.
    """
    if not value.size:
        return []
    if value.dtype.kind == "b":
        return [int(value.any()), int(value.all())]
    numbers: Any = value.astype(np.float64) if is_floating(value.dtype) else value
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers.ravel()
    largest = max((abs(float(finite.max())), abs(float(finite.min())))) if finite.size else 0.0
    kinds = [int((finite == 0).any()), int((finite < 0).any()), int((finite > 0).any()), finite.size == numbers.size]
    if value.dtype.kind in "iu":
        return [*map(int, kinds), min(int(largest), 16), int(np.log2(largest + 1))]
    return [*map(int, kinds), int(np.log2(largest) // 4) if largest else -999]
