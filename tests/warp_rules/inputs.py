"""What the built-ins are called with: ordinary values of a domain, and the edges of the number formats."""

import zlib
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.core.signatures import Role
from synthesis.frontends.base import Values
from synthesis.verification.inputs import poison_of
from warp_rules.cases import Case, Given

Array = Any
finfo: Any = ml_dtypes.finfo
"""NumPy's does not know the formats that NumPy lacks."""


def values_of(case: Case) -> Values:
    """Every array of a case: ordinary rows first, then rows of edges; outputs hold poison."""
    generator = np.random.default_rng(zlib.crc32(case.name.encode()))
    return {each.name: _array(each, case.rows, generator) for each in case.arrays}


def _array(given: Given, rows: int, generator: np.random.Generator) -> Array:
    shape = (rows, *given.inner, *given.kind.shape)
    dtype = numpy_dtype(given.kind.scalar)
    if given.role is Role.OUTPUT:
        return np.full(shape, poison_of(given.kind.scalar), dtype)
    ordinary = _ordinary(given, shape, generator)
    if given.policy in _MADE:
        return _MADE[given.policy](given, ordinary, generator).astype(dtype)
    edges = edges_of(given)
    half = rows // 3
    if not len(edges) or given.inner:
        return ordinary.astype(dtype)
    with np.errstate(all="ignore"):
        chosen = generator.choice(len(edges), shape)
        values = np.where(np.arange(rows).reshape(-1, *(1,) * (len(shape) - 1)) < half, ordinary, 0).astype(dtype)
        values[half:] = edges[chosen[half:]]
        # Every edge is there alone: in all components, beside an ordinary value of the other arguments.
        for place in range(min(len(edges), rows - half)):
            if generator.random() < 0.7:
                values[half + place] = edges[place]
    return values


def _ordinary(given: Given, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    dtype = numpy_dtype(given.kind.scalar)
    if given.kind.scalar == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    if not is_floating(dtype):
        limits = np.iinfo(dtype)
        low, high = max(int(given.low), limits.min), min(int(given.high), limits.max)
        return generator.integers(low, max(high, low), shape, endpoint=True)
    return generator.uniform(given.low, given.high, shape)


def edges_of(given: Given) -> Array:
    """The edges of a number format, those that an argument's policy admits."""
    dtype = numpy_dtype(given.kind.scalar)
    if given.policy == "inside" or given.kind.scalar == "bool":
        return np.zeros(0, dtype)
    if is_floating(dtype):
        limits = finfo(dtype)
        finite: list[Any] = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            -2.5,
            given.low,
            given.high,
            limits.max,
            limits.min,
            limits.tiny,
        ]
        found = finite[:8] if given.policy == "moderate" else [*finite, np.inf, -np.inf, np.nan]
        return np.array(found, dtype)
    whole = np.iinfo(dtype)
    if given.policy == "divisor":
        return np.array([1, 2, 3, whole.max, whole.max - 1, *([-2, -3, whole.min] if whole.min else [])], dtype)
    if given.policy == "count":
        return np.array([0, 1, 8 * dtype.itemsize - 1], dtype)
    return np.array([0, 1, 2, whole.min, whole.max, whole.max - 1, whole.max // 2 + 1], dtype)


def _regular(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    """Matrices with no small singular value."""
    return 0.4 * ordinary + 3.0 * np.eye(*ordinary.shape[-2:])


def _symmetric(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    """Symmetric matrices whose eigenvalues are apart."""
    return (ordinary + np.swapaxes(ordinary, -1, -2)) / 8 + np.diag([1.0, 3.0, 6.0])


def _unit(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    return ordinary / np.sqrt((ordinary**2).sum(-1, keepdims=True))


def _rotation(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    """Rotation matrices, or ones of four with a rotation in the corner."""
    q, _r = np.linalg.qr(ordinary[..., :3, :3])
    q = q * np.sign(np.linalg.det(q))[..., None, None]
    if ordinary.shape[-1] == 3:
        return q
    made = np.zeros_like(ordinary)
    made[..., :3, :3], made[..., 3, 3] = q, 1.0
    return made


def _ascending(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    return np.sort(ordinary, axis=-1)


def _apart(_: Given, ordinary: Array, generator: np.random.Generator) -> Array:
    """Numbers that differ from each other in every format."""
    flat = ordinary.reshape(len(ordinary), -1)
    made = np.stack([generator.permutation(flat.shape[1]) for _ in range(len(flat))])
    return made.reshape(ordinary.shape)


def _definite(_: Given, ordinary: Array, __: np.random.Generator) -> Array:
    """Symmetric positive definite matrices."""
    size = ordinary.shape[-1]
    return ordinary @ np.swapaxes(ordinary, -1, -2) / size + 2 * np.eye(size)


_MADE = {
    "regular": _regular, "symmetric": _symmetric, "unit": _unit, "rotation": _rotation, "ascending": _ascending,
    "apart": _apart, "definite": _definite,
}  # fmt: skip
