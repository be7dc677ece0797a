"""Built-ins that factor small matrices: singular values, eigenvectors, QR; computed in float64, all matrices at once.

Determinants and inverses are computed by minors instead, in the precision of the matrix.

NumPy's LAPACK computes the factors. A matrix has several equivalent factorisations, of which Warp returns one. For
``qr3`` and ``svd2``, additional equations determine it. For the others it depends on the method that Warp names: cyclic
Jacobi rotations with approximate half angles, of McAdams et al., Computing the Singular Value Decomposition of 3x3
Matrices, TR 1690, 2011. The method is implemented here from the paper, and finds the order and the signs of the
factors. A matrix whose factorisations differ in more than these, such as one with equal singular values, is refused.

In single and half precision Warp stops after four sweeps, as the paper does, which is before the factors of some
matrices have converged: they may be off by a hundredth. The method's factors after as many sweeps are therefore the
results in the kernel's own precision, and LAPACK's those in float64.
"""

import functools
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.base import UndefinedResultError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import Array, Value, ValueType, scalar_type, vector_type

finfo: Any = ml_dtypes.finfo
"""A ``finfo`` that also supports formats that NumPy lacks, such as bfloat16."""
_SWEEPS = 8
"""Number of sweeps after which the method has converged; Warp's in double precision."""
_OWN_SWEEPS = 4
"""Number of Warp's sweeps in single and half precision."""
_OFF = 1.0
"""Assumed error of a matrix in its own precision, in units in the last place."""
_PAIRS = ((0, 1), (1, 2), (2, 0))
_WIDEST = 3 + 2 * np.sqrt(2)
"""Square of the cotangent of π/8. For larger angles, the method uses π/8 instead."""
_ALIKE = 0.99
"""Minimum cosine between a column and the column matched to it."""
_UNCLEAR = 1e-5
"""Distance from zero below which rounding to float32 might change a sign."""


def _values(machine: Machine, kinds: tuple[ValueType, ...], *parts: Array) -> tuple[Value, ...]:
    """Return factors in the number formats in which they are stored."""
    return tuple(
        Value(kind, part.astype(machine.formats[kind.scalar])) for kind, part in zip(kinds, parts, strict=True)
    )


def _relevant(machine: Machine, matrices: Array) -> Array:
    """Return which matrices belong to active lanes."""
    return machine.mask if len(matrices) == machine.lanes else np.ones(len(matrices), bool)


def _demand(machine: Machine, matrices: Array, holds: Array, what: str) -> None:
    if (~holds & _relevant(machine, matrices)).any():
        raise UndefinedResultError(what)


def _perturbed(machine: Machine, a: Value) -> Array:
    """Return matrices in float64, perturbed by units in the last place unless they are in double precision.

    Factors are computed in float64, which would hide the effect of rounding to a smaller format. The effect is large if
    a matrix is nearly singular or has nearly equal singular values. The unit is that of a matrix's largest element.
    """
    data = a.data.astype(np.float64)
    if machine.double:
        return data
    size = np.abs(np.where(np.isfinite(data), data, 0)).max(axis=(1, 2), keepdims=True)
    signs = np.array([[1, -1, 1], [-1, -1, 1], [1, 1, -1]])[: a.type.shape[0], : a.type.shape[1]]
    return data + _OFF * float(finfo(a.data.dtype).eps) * size * signs


def _finite(matrices: Array) -> Array:
    """Return matrices with each one that is not finite, which LAPACK would reject, replaced by the identity."""
    whole = np.isfinite(matrices).all((1, 2))[:, None, None]
    return np.where(whole, matrices, np.eye(matrices.shape[1]))


def _is_unconverged(machine: Machine, a: Value) -> bool:
    """Return whether the method stops before it has converged: in the kernel's own precision, unless that is double."""
    return not machine.double and a.data.dtype != np.float64


def _rotation(symmetric: Array, sweeps: int = _SWEEPS) -> Array:
    """Return the rotation matrices with which Jacobi's method diagonalises symmetric 3x3 matrices."""
    held, total = symmetric.copy(), np.broadcast_to(np.eye(3), symmetric.shape).copy()
    for p, q in _PAIRS * sweeps:
        cosine, sine = 2 * (held[:, p, p] - held[:, q, q]), held[:, p, q]  # of half the angle, times a common factor
        length = np.hypot(cosine, sine)
        narrow = _WIDEST * sine**2 < cosine**2
        length = np.where(narrow, length, 1)
        half = np.where(narrow, np.arctan2(sine / length, cosine / length), np.pi / 8)
        turn = np.broadcast_to(np.eye(3), symmetric.shape).copy()
        turn[:, p, p] = turn[:, q, q] = np.cos(2 * half)
        turn[:, q, p] = np.sin(2 * half)
        turn[:, p, q] = -turn[:, q, p]
        held = np.swapaxes(turn, 1, 2) @ held @ turn
        total = total @ turn
    return total


@semantics("eig3")
def _eig(machine: Machine, a: Value) -> tuple[Value, ...]:
    """Return eigenvectors in columns and eigenvalues of a symmetric matrix, in the order that Jacobi rotations give."""
    data = _finite(_perturbed(machine, a))
    values, vectors = np.linalg.eigh(data)
    along = np.swapaxes(_rotation(data), 1, 2) @ vectors
    order = np.abs(along).argmax(2)
    cosines = np.take_along_axis(along, order[..., None], 2)[..., 0]
    _demand(machine, data, (np.abs(cosines) > _ALIKE).all(1), "wp.eig3 of a matrix with equal eigenvalues")
    made = np.take_along_axis(vectors, order[:, None, :], 2) * np.sign(cosines)[:, None, :]
    sizes = np.take_along_axis(values, order, 1)
    if _is_unconverged(machine, a):
        made = _rotation(data, _OWN_SWEEPS)
        sizes = np.einsum("nij,nik,nkj->nj", made, data, made)
    return _values(machine, (a.type, vector_type(a.type.scalar, 3)), made, sizes)


@semantics("svd3")
def _svd_of_three(machine: Machine, a: Value) -> tuple[Value, ...]:
    """Return two rotations and the singular values, largest first; the last has the determinant's sign."""
    data = _finite(_perturbed(machine, a))
    left, sizes, right = np.linalg.svd(data)
    right = np.swapaxes(right, 1, 2)
    wanted = _by_size(data, _rotation(np.swapaxes(data, 1, 2) @ data))
    cosines = (wanted * right).sum(1)
    _demand(machine, data, (np.abs(cosines) > _ALIKE).all(1), "wp.svd3 of a matrix with equal singular values")
    signs = np.sign(cosines)
    left, right = left * signs[:, None, :], right * signs[:, None, :]
    turned = np.sign(np.linalg.det(left))
    left[:, :, 2] *= turned[:, None]
    sizes[:, 2] *= turned
    if _is_unconverged(machine, a):
        right = _by_size(data, _rotation(np.swapaxes(data, 1, 2) @ data, _OWN_SWEEPS))
        left, triangular = _rotation_and_triangle(data @ right)
        sizes = triangular[:, range(3), range(3)]
    return _values(machine, (a.type, vector_type(a.type.scalar, 3), a.type), left, sizes, right)


def _by_size(data: Array, rotation: Array) -> Array:
    """Return a rotation with its columns sorted by the length of their images under a matrix, longest first.

    If two columns are exchanged, the column that moves back is negated, so that the result is a rotation.
    """
    made = rotation.copy()
    for first, second in ((0, 1), (0, 2), (1, 2)):
        lengths = ((data @ made) ** 2).sum(1)
        smaller = (lengths[:, first] < lengths[:, second])[:, None]
        one, other = made[:, :, first].copy(), made[:, :, second].copy()
        made[:, :, first] = np.where(smaller, other, one)
        made[:, :, second] = np.where(smaller, -one, other)
    return made


@semantics("svd2")
def _svd_of_two(machine: Machine, a: Value) -> tuple[Value, ...]:
    """Return the two factors and the singular values, largest first.

    The first element of the second factor's first column is at least as large as its second element.
    """
    data = _finite(_perturbed(machine, a))
    left, sizes, right = np.linalg.svd(data)
    right = np.swapaxes(right, 1, 2)
    _demand(
        machine, data, sizes[:, 0] - sizes[:, 1] > _UNCLEAR * sizes[:, 0],
        "wp.svd2 of a matrix with equal singular values",
    )  # fmt: skip
    fall = right[:, 0, 0] - right[:, 1, 0]
    level = np.abs(fall) < _UNCLEAR
    squares = (_finite(a.data.astype(np.float64)) ** 2).sum(1)
    _demand(
        machine, data, ~level | (squares[:, 0] == squares[:, 1]),
        "wp.svd2 of a matrix whose first factor nearly ends in equal numbers",
    )  # fmt: skip
    first = np.where(level, np.sign(right[:, 0, 0]), np.sign(fall))
    second = first * np.sign(np.linalg.det(right))
    signs = np.stack([first, second], 1)[:, None, :]
    return _values(
        machine, (a.type, vector_type(a.type.scalar, 2), a.type), left * signs, sizes, right * signs
    )  # fmt: skip


@semantics("qr3")
def _qr(machine: Machine, a: Value) -> tuple[Value, ...]:
    """Return a rotation and an upper triangular matrix whose first two diagonal elements are positive."""
    data = _finite(_perturbed(machine, a))
    q, r = _rotation_and_triangle(data)
    diagonal = np.abs(r[:, range(3), range(3)])
    _demand(
        machine, data, (diagonal[:, :2] > _UNCLEAR * np.abs(data).max((1, 2))[:, None]).all(1),
        "wp.qr3 of a matrix whose first columns are along one line",
    )  # fmt: skip
    return _values(machine, (a.type, a.type), q, r)


def _rotation_and_triangle(data: Array) -> tuple[Array, Array]:
    """Return the QR factors of matrices: rotations, and triangles whose first two diagonal elements are positive."""
    q, r = np.linalg.qr(data)
    signs = np.sign(r[:, range(3), range(3)])
    signs[:, 2] = np.sign(np.linalg.det(q)) * signs[:, 0] * signs[:, 1]
    return q * signs[:, None, :], r * signs[:, :, None]


# ---- determinants


def _minor(data: Array, row: int, column: int) -> Array:
    return np.delete(np.delete(data, row, axis=1), column, axis=2)


def _expanded(data: Array) -> Array:
    """Return determinants expanded along their first rows in the matrix's precision, so that cancellation shows."""
    size = data.shape[1]
    if size == 1:
        return data[:, 0, 0]
    parts = (data[:, 0, column] * _expanded(_minor(data, 0, column)) for column in range(size))
    return functools.reduce(np.add, ((-1) ** column * part for column, part in enumerate(parts)))


@semantics("determinant")
def _determinant(_: Machine, a: Value) -> Value:
    return Value(scalar_type(a.type.scalar), _expanded(a.data).astype(a.data.dtype))


@semantics("inverse", "inverse_approx")
def _inverse(_: Machine, a: Value) -> Value:
    """Return the adjugate divided by the determinant; zeros for a singular matrix."""
    size, determinant = a.type.shape[0], _expanded(a.data)
    regular = determinant != 0
    adjugate = np.stack([(-1) ** (row + column) * _expanded(_minor(a.data, column, row))
                         for row in range(size) for column in range(size)], 1).reshape(-1, size, size)  # fmt: skip
    inverse = adjugate / np.where(regular, determinant, 1)[:, None, None]
    return Value(a.type, np.where(regular[:, None, None], inverse, 0).astype(a.data.dtype))
